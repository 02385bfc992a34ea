import { readFile } from 'node:fs/promises';
import { type Documents, readDocuments } from '../../lambda/config/documents.ts';
import { ConfigError } from '../../lambda/config/findings/errors.ts';
import { Findings } from '../../lambda/config/findings/findings.ts';
import { loadConfig } from '../../lambda/config/load.ts';
import { type ConfigRequest, surroundingsOf } from '../../lambda/config/sources/request.ts';
import { UNREAD_SECRET } from '../../lambda/config/sources/secret-reader.ts';
import { parseText } from '../../lambda/config/yaml/text.ts';
import type { Config } from '../../lambda/model/settings/config.ts';
import { ENV } from '../../lambda/model/settings/names.ts';
import type { Recording } from '../recording/format.ts';
import { nativeTree, type Section } from '../recording/native.ts';
import { recordedPages } from '../recording/pages.ts';
import { fromAdot } from './adot.ts';
import { fatesOf } from './agent.ts';
import { APP_FILE, appOf, DOCUMENT_FILE } from './app.ts';
import { documentOf } from './document.ts';
import type { Fate } from './fate.ts';
import { untakenNotes } from './recorded.ts';

/** Stands for the name of the cluster, which the reader writes there. */
const PLACEHOLDER = 'my-cluster';

/** The sources of a new configuration. Absent ones leave the built-in default. */
export interface InitSources {
  /** Path of a native document, of a Prometheus file, or of the agent's JSON. */
  readonly config?: string | undefined;
  readonly prometheusConfig?: string | undefined;
  /** Path of the file of an OpenTelemetry Collector. */
  readonly adot?: string | undefined;
  /** Its configuration counts if no other source is given. */
  readonly recording?: Recording | undefined;
  readonly cluster?: string | undefined;
}

/** The files to write, by name, and what became of the sources. */
export interface Initialized {
  readonly files: ReadonlyMap<string, string>;
  readonly fates: readonly Fate[];
}

/**
 * Makes a native configuration, and a CDK app that deploys it.
 *
 * @throws ConfigError if a source is wrong, or does not make a valid configuration
 */
export async function initialize(sources: InitSources): Promise<Initialized> {
  const { recording } = sources;
  const { tree, fates, origin } = await converted(sources);
  const check = (text: string) => loadConfig(requestOf({ [ENV.config]: text }));
  const config = await check(documentOf(tree, origin));
  const notes = recording === undefined ? [] : untakenNotes(config, pagesIn(config, recording));
  const document = documentOf(tree, origin, notes);
  await check(document);
  const files = new Map([
    [DOCUMENT_FILE, document],
    [APP_FILE, appOf(config)],
  ]);
  return { files, fates };
}

async function converted(sources: InitSources): Promise<{
  readonly tree: Section;
  readonly fates: readonly Fate[];
  readonly origin: string;
}> {
  const { config, prometheusConfig, adot, recording, cluster } = sources;
  if (adot !== undefined) {
    const text = await readFile(adot, 'utf8');
    const findings = new Findings();
    const parsed = await parseText(adot, text, findings);
    if (parsed === undefined) throw new ConfigError(findings.issues);
    return { ...fromAdot(parsed.tree, cluster ?? PLACEHOLDER), origin: adot };
  }
  const given = config ?? prometheusConfig;
  const recorded = given === undefined ? recording?.configuration : undefined;
  const request = requestOf(
    {
      [ENV.cluster]: cluster ?? (given === undefined ? PLACEHOLDER : undefined),
      ...(recorded !== undefined && { [ENV.config]: recorded }),
    },
    sources,
  );
  const { warnings } = await loadConfig(request);
  const documents: Documents = await readDocuments(request, new Findings());
  const origin =
    given === undefined
      ? recorded === undefined
        ? 'the built-in default'
        : 'a recording'
      : [config, prometheusConfig].filter(Boolean).join(' and ');
  const tree = nativeTree(documents, surroundingsOf(request.env));
  return { tree, fates: given === undefined ? [] : fatesOf(documents, warnings), origin };
}

function requestOf(
  env: ConfigRequest['env'],
  { config, prometheusConfig }: InitSources = {},
): ConfigRequest {
  return {
    config: config === undefined ? undefined : { path: config },
    prometheusConfig: prometheusConfig === undefined ? undefined : { path: prometheusConfig },
    env,
    readFile: (path) => readFile(path, 'utf8'),
    resolveSecret: async () => UNREAD_SECRET,
  };
}

/** A recording of another configuration may have jobs that this one has not. */
function pagesIn(config: Config, recording: Recording) {
  const names = new Set(config.jobs.map(({ name }) => name));
  const known = recording.targets.filter(({ entry, job }) => names.has(entry ?? job));
  return recordedPages(config, { targets: known });
}
