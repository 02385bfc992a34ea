import { accessSync, constants, readFileSync } from 'node:fs';
import { nearest } from '../../lambda/config/findings/spelling.ts';
import { Shards } from '../collector/shards/shards.ts';
import { CollectorConfiguration } from '../configuration/configuration.ts';
import { type Load, loadOf, type MetricsChoice, TRIAL_LOAD } from '../price/load.ts';
import { SettingsError } from '../props/errors.ts';
import { SCHEMA, type Values } from './settings-schema.ts';

type Key = keyof Values;

const KEYS = Object.keys(SCHEMA.shape) as Key[];

/** Keys that say nothing unless a cluster is named, and whether one that is named needs them. */
const OF_A_CLUSTER: readonly (readonly [Key, 'required' | 'optional'])[] = [
  ['otherClusters', 'optional'],
  ['vpcId', 'required'],
  ['subnetIds', 'required'],
  ['taskSecurityGroupIds', 'optional'],
  ['ports', 'optional'],
  ['services', 'optional'],
];

/** Keys that name a configuration. */
const DOCUMENTS = ['configFile', 'configLocation', 'agentConfigFile'] as const;

/** A cluster that exists, and where the collector shall run. */
export interface ExistingCluster {
  /** Name or ARN. */
  readonly cluster: string;
  /** Others of the same account and Region that the configuration names. */
  readonly otherClusters: readonly string[];
  readonly vpcId: string;
  readonly subnetIds: readonly string[];
  readonly taskSecurityGroupIds: readonly string[];
  /** What the groups of the tasks open beside the ports that the configuration names. */
  readonly ports: readonly number[];
  /** The services that get an alarm. */
  readonly services: readonly string[];
}

/** What the app was told. */
export interface Settings {
  /** Absent: a cluster to try Fargauge with is made. */
  readonly existing?: ExistingCluster | undefined;
  readonly maxCpuPercent?: number | undefined;
  /** Told of alarms. */
  readonly alarmTopicArn?: string | undefined;
  readonly configuration: CollectorConfiguration;
  readonly otherLogGroupNames: readonly string[];
  /** Absent: the targets are not divided. */
  readonly shards?: Shards | undefined;
  /** Absent: a document says what is published. */
  readonly metrics?: MetricsChoice | undefined;
  /** What there is to be collected, for the price. */
  readonly load: Load;
  /** Whether the price of what is deployed is shown. */
  readonly prices: boolean;
  /** Whether what stays is shown, for when the stack is deleted. */
  readonly leftovers: boolean;
  /** Context keys that look like settings and are none, nor a slip of one. */
  readonly unknownKeys: readonly string[];
}

/**
 * Reads the settings from the CDK context (`cdk deploy -c vpcId=…`) and from environment variables
 * (`FARGAUGE_VPC_ID`), of which the context wins, and from the files that they name.
 *
 * @throws SettingsError with all that is wrong
 */
export function readSettings(
  context: Readonly<Record<string, unknown>>,
  environment: Readonly<Record<string, string | undefined>>,
): Settings {
  const raw = Object.fromEntries(
    KEYS.map((key) => [key, context[key] ?? environment[variableOf(key)]]),
  );
  const placeOf = (key: Key) =>
    context[key] === undefined && environment[variableOf(key)] !== undefined
      ? `environment variable ${variableOf(key)}`
      : `context key ${key}`;

  const parsed = SCHEMA.safeParse(raw);
  if (!parsed.success) {
    throw new SettingsError(
      parsed.error.issues.map((issue) => {
        const key = issue.path[0] as Key;
        return `${placeOf(key)}: expected ${issue.message}, got ${JSON.stringify(raw[key])}`;
      }),
    );
  }
  const values = parsed.data;
  const unknownKeys = Object.keys(context).filter(
    (key) => /^[a-z]+$/i.test(key) && !(key in SCHEMA.shape),
  );
  const problems: string[] = [];
  checkSpelling(unknownKeys, problems);
  checkCluster(values, placeOf, problems);
  const configuration = readConfiguration(values, placeOf, problems);
  if (problems.length > 0) throw new SettingsError(problems);
  return {
    existing: existingCluster(values),
    maxCpuPercent: values.maxCpuPercent,
    alarmTopicArn: values.alarmTopicArn,
    configuration,
    otherLogGroupNames: values.otherLogGroups ?? [],
    shards: shardsOf(values),
    metrics: DOCUMENTS.some((key) => values[key] !== undefined) ? undefined : choiceOf(values),
    load: values.cluster === undefined ? TRIAL_LOAD : givenLoad(values),
    prices: values.prices ?? false,
    leftovers: values.leftovers ?? false,
    unknownKeys,
  };
}

function givenLoad({ services = [], ...counts }: Values): Load {
  return loadOf({ ...counts, services: services.length });
}

function choiceOf({ metrics = 'tasks' }: Values): MetricsChoice {
  return metrics;
}

function shardsOf({ shards }: Values): Shards | undefined {
  if (shards === undefined) return undefined;
  return shards === 'auto' ? Shards.automatic() : Shards.fixed(shards);
}

/** A slip would be costly: without `cluster`, the app makes a network and a task. */
function checkSpelling(unknownKeys: readonly string[], problems: string[]): void {
  for (const key of unknownKeys) {
    const meant = nearest(key, KEYS) ?? KEYS.find((known) => beginsLike(key, known));
    if (meant !== undefined) {
      problems.push(`context key ${key}: expected ${meant}, got an unknown key`);
    }
  }
}

/** Whether one is the other with something behind it, as `clusterName` is `cluster`. */
function beginsLike(key: string, known: string): boolean {
  const [a, b] = [key.toLowerCase(), known.toLowerCase()];
  return a.startsWith(b) || b.startsWith(a);
}

function checkCluster(values: Values, placeOf: (key: Key) => string, problems: string[]): void {
  for (const [key, need] of OF_A_CLUSTER) {
    if (values.cluster === undefined && values[key] !== undefined) {
      problems.push(`${placeOf(key)}: expected together with cluster, which is missing`);
    }
    if (values.cluster !== undefined && values[key] === undefined && need === 'required') {
      problems.push(`${placeOf(key)}: expected a value, because cluster is set; got nothing`);
    }
  }
}

function existingCluster(values: Values): ExistingCluster | undefined {
  const { cluster, otherClusters, vpcId, subnetIds, taskSecurityGroupIds, ports, services } =
    values;
  if (cluster === undefined || vpcId === undefined || subnetIds === undefined) return undefined;
  return {
    cluster,
    otherClusters: otherClusters ?? [],
    vpcId,
    subnetIds,
    taskSecurityGroupIds: taskSecurityGroupIds ?? [],
    ports: ports ?? [],
    services: services ?? [],
  };
}

function readConfiguration(
  values: Values,
  placeOf: (key: Key) => string,
  problems: string[],
): CollectorConfiguration {
  const readable = (key: 'configFile' | 'agentConfigFile' | 'prometheusConfigFile') => {
    const path = values[key];
    if (path === undefined) return undefined;
    try {
      accessSync(path, constants.R_OK);
      return path;
    } catch (error) {
      problems.push(`${placeOf(key)}: expected a file that can be read, got ${error}`);
      return undefined;
    }
  };
  const native = readable('configFile');
  const agent = readable('agentConfigFile');
  const prometheus = readable('prometheusConfigFile');

  const given = (key: Key) => values[key] !== undefined;
  if (given('agentConfigFile') !== given('prometheusConfigFile')) {
    problems.push('agentConfigFile and prometheusConfigFile: expected both or neither');
  }
  if (given('configFile') && (given('agentConfigFile') || given('prometheusConfigFile'))) {
    problems.push('configFile: expected alone, without agentConfigFile and prometheusConfigFile');
  }
  const document = DOCUMENTS.find(given);
  if (given('metrics') && document !== undefined) {
    problems.push(
      `${placeOf('metrics')}: expected without ${document}, whose rules select the published metrics`,
    );
  }
  if (values.configLocation !== undefined) {
    if (given('agentConfigFile') || given('prometheusConfigFile')) {
      problems.push(
        'configLocation: expected without agentConfigFile and prometheusConfigFile; configFile may hold a copy of the document there',
      );
    }
    const text = native && readFileSync(native, 'utf8');
    return CollectorConfiguration.remote(values.configLocation, text);
  }
  if (agent !== undefined && prometheus !== undefined) {
    return CollectorConfiguration.cloudWatchAgentFiles(agent, prometheus);
  }
  return native === undefined
    ? configurationOf(choiceOf(values))
    : CollectorConfiguration.fromFile(native);
}

function configurationOf(metrics: MetricsChoice): CollectorConfiguration {
  switch (metrics) {
    case 'tasks':
      return CollectorConfiguration.taskMetrics();
    case 'containers':
      return CollectorConfiguration.containerMetrics();
    case 'detailed':
      return CollectorConfiguration.detailed();
  }
}

/** FARGAUGE_VPC_ID for vpcId. */
function variableOf(key: Key): string {
  return `FARGAUGE_${key.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase()}`;
}
