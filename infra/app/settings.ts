import { accessSync, constants, readFileSync } from 'node:fs';
import { nearest } from '../../lambda/config/findings/spelling.ts';
import { Shards } from '../collector/shards/shards.ts';
import { CollectorConfiguration } from '../configuration/configuration.ts';
import { MetricsDelivery } from '../configuration/metrics-delivery.ts';
import { type Load, loadOf, type MetricsChoice, TRIAL_LOAD } from '../price/load.ts';
import { SettingsError } from '../props/errors.ts';
import { SCHEMA, type Values } from './settings-schema.ts';

type Key = keyof Values;

const KEYS = Object.keys(SCHEMA.shape) as Key[];

/** Keys that need a cluster, and whether a cluster requires them. */
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

/** An existing cluster, and the place of the collector. */
export interface ExistingCluster {
  /** Name or ARN. */
  readonly cluster: string;
  /** Further clusters of the same account and Region, which the configuration names. */
  readonly otherClusters: readonly string[];
  readonly vpcId: string;
  readonly subnetIds: readonly string[];
  readonly taskSecurityGroupIds: readonly string[];
  /** Ports to open in the groups of the tasks, in addition to those of the configuration. */
  readonly ports: readonly number[];
  /** The services with alarms. */
  readonly services: readonly string[];
}

/** The settings of the app. */
export interface Settings {
  /** Absent: the app makes a cluster for a trial. */
  readonly existing?: ExistingCluster | undefined;
  readonly maxCpuPercent?: number | undefined;
  /** Receives the alarms. */
  readonly alarmTopicArn?: string | undefined;
  readonly configuration: CollectorConfiguration;
  readonly otherLogGroupNames: readonly string[];
  /** Absent: the targets are not divided. */
  readonly shards?: Shards | undefined;
  /** How metrics get into CloudWatch. Absent: in log events, or as the configuration says. */
  readonly delivery?: MetricsDelivery | undefined;
  /** Absent if a document selects the metrics. */
  readonly metrics?: MetricsChoice | undefined;
  /** The image of the trial's sidecar. Absent: Docker builds it. */
  readonly sidecarImage?: string | undefined;
  /** The number of tasks and containers, for the price. */
  readonly load: Load;
  /** Whether to show the price of the deployment. */
  readonly prices: boolean;
  /** Whether to show the resources that stay when the stack is deleted. */
  readonly leftovers: boolean;
  /** Unknown context keys that look like settings, but not like a typing error of one. */
  readonly unknownKeys: readonly string[];
}

/**
 * Reads the settings from the CDK context (`cdk deploy -c vpcId=…`), from environment variables (`FARGAUGE_VPC_ID`),
 * and from the files that they name. The context takes precedence.
 *
 * @throws SettingsError with all errors
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
    delivery: deliveryOf(values),
    shards: shardsOf(values),
    metrics: DOCUMENTS.some((key) => values[key] !== undefined) ? undefined : choiceOf(values),
    sidecarImage: values.sidecarImage,
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

function deliveryOf({ delivery }: Values): MetricsDelivery | undefined {
  const { LOGS, METRICS, BOTH } = MetricsDelivery;
  return [LOGS, METRICS, BOTH].find(({ name }) => name === delivery);
}

function shardsOf({ shards }: Values): Shards | undefined {
  if (shards === undefined) return undefined;
  return shards === 'auto' ? Shards.automatic() : Shards.fixed(shards);
}

/** A typing error would be costly: without `cluster`, the app makes a network and a task. */
function checkSpelling(unknownKeys: readonly string[], problems: string[]): void {
  for (const key of unknownKeys) {
    const meant = nearest(key, KEYS) ?? KEYS.find((known) => beginsLike(key, known));
    if (meant !== undefined) {
      problems.push(`context key ${key}: expected ${meant}, got an unknown key`);
    }
  }
}

/** Whether one key extends the other, as `clusterName` does `cluster`. */
function beginsLike(key: string, known: string): boolean {
  const [a, b] = [key.toLowerCase(), known.toLowerCase()];
  return a.startsWith(b) || b.startsWith(a);
}

function checkCluster(values: Values, placeOf: (key: Key) => string, problems: string[]): void {
  if (values.cluster !== undefined && values.sidecarImage !== undefined) {
    problems.push(
      `${placeOf('sidecarImage')}: expected without cluster, whose task definitions name their images themselves`,
    );
  }
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
