import { z } from 'zod';
import { MAX_SHARDS } from '../../lambda/shards/objects/limits.ts';

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
const DELIVERY = 'logs, metrics or both';
const COUNT = 'a number of at least 1';
const IMAGE = 'the name of an image';
const SWITCH = 'true or false';
const TOPIC = 'the ARN of an SNS topic';

/** The spellings of a switch. */
const SWITCHES: ReadonlyMap<unknown, boolean> = new Map([
  ['true', true],
  ['false', false],
]);

/** The settings of the app by their context keys. A list is an array, or a text with commas. */
export const SCHEMA = z.object({
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
  delivery: z.enum(['logs', 'metrics', 'both'], DELIVERY).optional(),
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
  sidecarImage: text(/./, IMAGE).optional(),
  prices: switched(),
  leftovers: switched(),
  serviceCount: count(),
  tasks: count(),
  containersPerTask: count(),
});

export type Values = z.infer<typeof SCHEMA>;

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
