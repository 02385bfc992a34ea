import type { Config } from '../model/settings/config.ts';
import type { HttpSettings } from '../model/settings/http.ts';
import { ENV } from '../model/settings/names.ts';
import { Secret } from '../model/settings/secret.ts';
import {
  type CloudWatchAgentDocument,
  cloudWatchAgentDocument,
  OPEN_OBJECTS,
  rejectAmpAlone,
  SETTINGS_PATH,
  warnOfAgentKeys,
} from './agent/agent.ts';
import { checkConsistency, checkReceivers, type Draft } from './consistency.ts';
import { type Documents, readDocuments } from './documents.ts';
import { ConfigError } from './findings/errors.ts';
import { Findings } from './findings/findings.ts';
import { lookup } from './findings/lookup.ts';
import { withoutUnknownKeys } from './findings/open-objects.ts';
import { below, type Place } from './findings/place.ts';
import { validate } from './findings/validate.ts';
import { warnOfKeys } from './findings/without-effect.ts';
import { HttpSettingsReader } from './http/settings.ts';
import { warnOfLargeExpressions } from './large-expressions.ts';
import { DEFAULT_SOURCE } from './native/default.ts';
import { type NativeDocument, nativeDocument, nativeValue } from './native/native.ts';
import { toConfig } from './native/sections.ts';
import { ampDestination } from './outputs/amp-destination.ts';
import { logsOutput } from './outputs/cloudwatch.ts';
import { type GivenOutputs, givenOutputs } from './outputs/given.ts';
import { OutputReader, type OutputSections } from './outputs/reader.ts';
import { hasOutput, warnOfStoredMetrics, warnOfStoredTwice } from './outputs/stored-metrics.ts';
import {
  AGENT_FILE_WITHOUT_EFFECT,
  type GlobalSection,
  prometheusDocument,
  type ScrapeConfig,
} from './prometheus/prometheus.ts';
import type { JobHttp } from './prometheus/scrape-jobs.ts';
import { type ConfigRequest, type Surroundings, surroundingsOf } from './sources/request.ts';
import { SecretReader } from './sources/secret-reader.ts';
import { clusterSelector } from './values/cluster-selector.ts';
import { logGroupName } from './values/log-group.ts';
import { withoutNulls } from './yaml/nulls.ts';
import { byType } from './yaml/scalars-by-type.ts';
import type { ParsedText } from './yaml/text.ts';

/**
 * Finds, reads and checks the configuration.
 * @throws {ConfigError} with all errors of all documents
 */
export async function loadConfig(request: ConfigRequest): Promise<Config> {
  const findings = new Findings();
  const documents = await readDocuments(request, findings);
  const surroundings = surroundingsOf(request.env);
  validate(clusterSelector.optional(), surroundings.cluster, documentPlace(ENV.cluster), findings);
  validate(logGroupName.optional(), surroundings.logGroup, documentPlace(ENV.logGroup), findings);
  const given = await givenOutputs(request.env, findings);
  if (given !== undefined) warnOfLargeExpressions(given.outputs, given.place, findings);
  const config =
    documents.kind === 'agent'
      ? await loadAgent(documents, given, surroundings, request, findings)
      : await loadNative(documents.main, given, surroundings, request, findings);
  if (config === undefined || findings.issues.length > 0) throw new ConfigError(findings.issues);
  return { ...config, warnings: findings.warnings };
}

type LoadedConfig = Omit<Config, 'warnings'> | undefined;

async function loadNative(
  main: ParsedText | undefined,
  given: GivenOutputs | undefined,
  surroundings: Surroundings,
  request: ConfigRequest,
  findings: Findings,
): Promise<LoadedConfig> {
  if (main === undefined) return undefined;
  const place = documentPlace(main.source);
  const value = nativeValue(main);
  const document = validate(nativeDocument, value, place, findings);
  const part = { place, value };
  const draft: Draft = { settings: part, prometheus: part, needsLogGroup: false, surroundings };
  checkConsistency(draft, findings);
  checkReceivers(part, findings);
  if (document === undefined || findings.issues.length > 0) return undefined;
  warnOfLargeExpressions(document, place, findings);
  const readers = readersFor(request, findings);
  const sections = {
    settings: document,
    settingsPlace: place,
    prometheus: document,
    prometheusPlace: place,
    region: document.region,
    endpoint: document.endpoint_override,
    http: await readHttp(document.scrape_configs, place, readers),
    expectsJob: false,
  };
  if (given !== undefined) warnOfUnused(['outputs', 'remote_write'], value, place, findings);
  const outputs = await readOutputs(given, document, place, readers);
  // Nobody wrote the rules of the built-in default.
  if (main.source !== DEFAULT_SOURCE) warnOfOutputs(document, outputs, place, findings);
  const config = { outputs, ...toConfig(sections, surroundings, findings) };
  warnOfStoredMetrics(config, place, findings);
  warnOfStoredTwice(config, given?.place ?? below(place, 'outputs'), findings);
  return { source: main.source, ...config };
}

async function loadAgent(
  documents: Extract<Documents, { kind: 'agent' }>,
  given: GivenOutputs | undefined,
  surroundings: Surroundings,
  request: ConfigRequest,
  findings: Findings,
): Promise<LoadedConfig> {
  const { main, prometheus: text } = documents;
  const place = documentPlace(main?.source ?? '');
  const amp = ampDestination(main?.value, surroundings.region);
  if (amp !== undefined && lookup(main?.value, ...SETTINGS_PATH) === undefined) {
    rejectAmpAlone(amp, place, findings);
    return undefined;
  }
  const value = withoutUnknownKeys(main?.value, OPEN_OBJECTS, place, findings);
  const document = main && validate(cloudWatchAgentDocument, value, place, findings);
  const prometheusPlace = documentPlace(text?.source ?? '');
  // An empty Prometheus file is a valid one.
  const prometheusValue = withoutNulls(byType(text?.tree, prometheusDocument)) ?? {};
  const prometheus =
    text && validate(prometheusDocument, prometheusValue, prometheusPlace, findings);
  if (main === undefined) return undefined;
  const settingsPlace = { source: main.source, path: SETTINGS_PATH };
  const draft: Draft = {
    settings: { place: settingsPlace, value: lookup(main.value, ...SETTINGS_PATH) },
    prometheus: text && { place: prometheusPlace, value: prometheusValue },
    needsLogGroup: true,
    surroundings,
  };
  checkConsistency(draft, findings);
  if (document === undefined || prometheus === undefined || findings.issues.length > 0) {
    return undefined;
  }
  warnOfAgentKeys(document, amp, place, findings);
  warnOfLargeExpressions(document, place, findings);
  warnOfLargeExpressions(prometheus, prometheusPlace, findings);
  warnOfKeys(prometheus, AGENT_FILE_WITHOUT_EFFECT, prometheusPlace, findings);
  const readers = readersFor(request, findings);
  const { global } = prometheus;
  const region = document.agent?.region;
  const sectionsOfOutputs = { remote_write: [], global, region };
  const outputs =
    given === undefined
      ? outputsOf(document)
      : await readOutputs(given, sectionsOfOutputs, prometheusPlace, readers);
  if (!hasOutput(outputs, 'remote_write')) {
    warnOfExternalLabels(global, prometheusPlace, findings);
  }
  const sections = {
    settings: document.logs.metrics_collected.prometheus,
    settingsPlace,
    prometheus,
    prometheusPlace,
    region,
    endpoint: document.logs.endpoint_override,
    http: await readHttp(prometheus.scrape_configs, prometheusPlace, readers),
    expectsJob: true,
  };
  const config = { outputs, ...toConfig(sections, surroundings, findings) };
  warnOfStoredMetrics(config, settingsPlace, findings);
  warnOfStoredTwice(config, given?.place ?? place, findings);
  return { source: main.source, debug: document.agent?.debug, ...config };
}

/** The agent's outputs: it writes as the role of its logs or of the whole document. Without a role the default applies. */
function outputsOf({ agent, logs }: CloudWatchAgentDocument): Config['outputs'] {
  const role = logs.credentials?.role_arn ?? agent?.credentials?.role_arn;
  return role === undefined ? undefined : [logsOutput({ sigv4: { role_arn: role } })];
}

/** The outputs of the environment, else those of the document at `place`. */
function readOutputs(
  given: GivenOutputs | undefined,
  document: OutputSections,
  place: Place,
  { outputs: reader }: Readers,
): Promise<Config['outputs']> {
  if (given === undefined) return reader.read(document, place);
  const sections = { ...document, outputs: given.outputs, remote_write: [] };
  return reader.read(sections, place, given.place);
}

function warnOfUnused(
  keys: readonly string[],
  value: unknown,
  place: Place,
  findings: Findings,
): void {
  for (const key of keys.filter((each) => lookup(value, each) !== undefined)) {
    findings.warn(below(place, key), `is not used, because ${ENV.outputs} takes precedence`);
  }
}

/** Read the texts that documents only name. */
interface Readers {
  readonly secrets: SecretReader;
  readonly http: HttpSettingsReader;
  readonly outputs: OutputReader;
}

function readersFor(request: ConfigRequest, findings: Findings): Readers {
  const secrets = new SecretReader(request, findings);
  const http = new HttpSettingsReader(secrets, findings);
  return { secrets, http, outputs: new OutputReader(secrets, http, request.env, findings) };
}

/** Warns of settings for kinds of outputs that the configuration does not have. */
function warnOfOutputs(
  { global, emf_processor: emf }: NativeDocument,
  outputs: Config['outputs'],
  place: Place,
  findings: Findings,
): void {
  if (!hasOutput(outputs, 'remote_write')) warnOfExternalLabels(global, place, findings);
  if (outputs === undefined || emf === undefined) return;
  if (hasOutput(outputs, 'cloudwatch-logs', 'stdout', 'file')) return;
  if (hasOutput(outputs, 'cloudwatch_metrics')) {
    const ofEvents = [
      ...(emf.log_unmatched ? ['log_unmatched'] : []),
      ...(emf.event_labels ? ['event_labels'] : []),
      ...(emf.events === 'service' ? ['events'] : []),
    ];
    const reason = 'has no effect: none of the outputs takes events';
    for (const key of ofEvents) findings.warn(below(place, 'emf_processor', key), reason);
    return;
  }
  const reason = 'has no effect: none of the outputs takes events or metrics';
  findings.warn(below(place, 'emf_processor'), reason);
}

function warnOfExternalLabels(
  { external_labels: labels }: GlobalSection,
  place: Place,
  findings: Findings,
): void {
  if (Object.keys(labels).length === 0) return;
  const reason =
    'has no effect: only remote write adds these labels, and no output is remote write';
  findings.warn(below(place, 'global', 'external_labels'), reason);
}

/** The HTTP settings of each job and its discovery, with the content of files and secrets. */
async function readHttp(
  jobs: readonly ScrapeConfig[],
  place: Place,
  { secrets, http: reader }: Readers,
): Promise<JobHttp[]> {
  const settings: JobHttp[] = [];
  // One job after the other keeps the errors in the order of the document.
  for (const [index, job] of jobs.entries()) {
    const at = below(place, 'scrape_configs', index);
    const targets = { ...(await reader.read(job, at)), compression: job.enable_compression };
    const discoveries: HttpSettings[] = [];
    for (const [number, source] of job.http_sd_configs.entries()) {
      const http = await reader.read(source, below(at, 'http_sd_configs', number));
      discoveries.push({ ...http, compression: true });
    }
    const secretKeys: (Secret | undefined)[] = [];
    for (const [number, { secret_key: key }] of job.aws_sd_configs.entries()) {
      const text =
        key && (await secrets.text(key, below(at, 'aws_sd_configs', number, 'secret_key')));
      secretKeys.push(text ? new Secret(text) : undefined);
    }
    settings.push({ targets, discoveries, secretKeys });
  }
  return settings;
}

function documentPlace(source: string): Place {
  return { source, path: [] };
}
