import { accessSync, constants, readFileSync } from 'node:fs';
import { z } from 'zod';
import { nearest } from '../lambda/config/spelling.ts';
import { MAX_SHARDS } from '../lambda/shards/limits.ts';
import { CollectorConfiguration } from './collector-configuration.ts';
import { SettingsError } from './errors.ts';
import { type Load, loadOf, type MetricsChoice, TRIAL_LOAD } from './price/load.ts';
import { Shards } from './shards.ts';

const CLUSTER = 'the name or the ARN of an ECS cluster';
const VPC = 'the id of a VPC, such as vpc-0123456789abcdef0';
const SUBNETS = 'ids of subnets, such as subnet-0123456789abcdef0';
const SECURITY_GROUPS = 'ids of security groups, such as sg-0123456789abcdef0';
const PORTS = 'TCP ports from 1 to 65535, such as 8080,9404';
const SERVICES = 'names of ECS services';
const PERCENT = 'a percentage from 0 to 100';
const PATH = 'the path of a file';
const LOCATION = 's3://BUCKET/KEY or ssm:NAME';
const LOG_GROUPS = 'names of log groups';
const CLUSTERS = 'names of ECS clusters';
const SHARDS = `auto, or a whole number from 1 to ${MAX_SHARDS}`;
const METRICS = 'tasks, containers or detailed';
const COUNT = 'a number of at least 1';
const SWITCH = 'true or false';
const TOPIC = 'the ARN of an SNS topic';

/** How a switch may be written. */
const SWITCHES: ReadonlyMap<unknown, boolean> = new Map([
  ['true', true],
  ['false', false],
]);

/** The settings by their context keys. A list is an array, or a text with commas. */
const SCHEMA = z.object({
  cluster: text(
    /^([\w-]{1,255}|arn:[\w-]+:ecs:[\w-]+:\d{12}:cluster\/[\w-]{1,255})$/,
    CLUSTER,
  ).optional(),
  otherClusters: list(/^[\w-]{1,255}$/, CLUSTERS).optional(),
  vpcId: text(/^vpc-([0-9a-f]{8}|[0-9a-f]{17})$/, VPC).optional(),
  subnetIds: list(/^subnet-([0-9a-f]{8}|[0-9a-f]{17})$/, SUBNETS).optional(),
  taskSecurityGroupIds: list(/^sg-([0-9a-f]{8}|[0-9a-f]{17})$/, SECURITY_GROUPS).optional(),
  ports: z
    .preprocess(
      (value) => itemsOf(typeof value === 'number' ? [value] : value, numberOf),
      z.array(z.int(PORTS).min(1, PORTS).max(65_535, PORTS), PORTS).min(1, PORTS),
    )
    .optional(),
  services: list(/^[\w-]{1,255}$/, SERVICES).optional(),
  maxCpuPercent: z
    .preprocess(numberOf, z.number(PERCENT).min(0, PERCENT).max(100, PERCENT))
    .optional(),
  alarmTopicArn: text(/^arn:[\w-]+:sns:[\w-]+:\d{12}:[\w-]{1,256}$/, TOPIC).optional(),
  metrics: z.enum(['tasks', 'containers', 'detailed'], METRICS).optional(),
  configFile: text(/./, PATH).optional(),
  configLocation: text(/^(s3:\/\/[a-z0-9.-]+\/.+|ssm:[\w.:/-]+)$/, LOCATION).optional(),
  agentConfigFile: text(/./, PATH).optional(),
  prometheusConfigFile: text(/./, PATH).optional(),
  shards: z
    .preprocess(
      (value) => (value === 'auto' ? value : numberOf(value)),
      z.union([z.literal('auto'), z.int(SHARDS).min(1, SHARDS).max(MAX_SHARDS, SHARDS)], SHARDS),
    )
    .optional(),
  otherLogGroups: list(/^[\w./#-]{1,512}$/, LOG_GROUPS).optional(),
  prices: switched(),
  leftovers: switched(),
  serviceCount: count(),
  tasks: count(),
  containersPerTask: count(),
});

type Values = z.infer<typeof SCHEMA>;
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
      problems.push(`${placeOf(key)}: expected together with cluster, which is not given`);
    }
    if (values.cluster !== undefined && values[key] === undefined && need === 'required') {
      problems.push(`${placeOf(key)}: expected, since cluster is given; got nothing`);
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
      `${placeOf('metrics')}: expected without ${document}, whose rules say what is published`,
    );
  }
  if (values.configLocation !== undefined) {
    if (given('agentConfigFile') || given('prometheusConfigFile')) {
      problems.push(
        'configLocation: expected without agentConfigFile and prometheusConfigFile; configFile may say what lies there',
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

function text(pattern: RegExp, expected: string) {
  return z.string(expected).regex(pattern, expected);
}

function list(pattern: RegExp, expected: string) {
  return z.preprocess(
    (value) => itemsOf(value, (item) => item),
    z.array(text(pattern, expected), expected).min(1, expected),
  );
}

function itemsOf(value: unknown, itemOf: (item: unknown) => unknown): unknown {
  const items = typeof value === 'string' ? value.split(',').map((item) => item.trim()) : value;
  return Array.isArray(items) ? items.map(itemOf) : items;
}

function switched() {
  return z.preprocess((value) => SWITCHES.get(value) ?? value, z.boolean(SWITCH)).optional();
}

function count() {
  return z.preprocess(numberOf, z.number(COUNT).min(1, COUNT)).optional();
}

function numberOf(value: unknown): unknown {
  return typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
}
