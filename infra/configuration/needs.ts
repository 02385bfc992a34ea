import { parse } from 'yaml';
import { listOf, lookup } from '../../lambda/config/findings/lookup.ts';
import { parseLocation } from '../../lambda/config/sources/location.ts';

/** Clusters that are read with the function's own credentials. */
export interface ClusterNeed {
  /** Name, ARN or pattern. */
  readonly cluster: string;
  /** Absent: the Region of the stack. */
  readonly region?: string | undefined;
}

/** A workspace of the stack's account. */
export interface WorkspaceNeed {
  readonly region: string;
  readonly id: string;
}

/** The needs of a configuration beyond the tasks of the stack's own cluster. */
export interface ConfigurationNeeds {
  readonly clusters: readonly ClusterNeed[];
  /** ARNs of roles to assume. */
  readonly roles: readonly string[];
  /** Workspaces of Amazon Managed Service for Prometheus that the function writes to with its own credentials. */
  readonly workspaces: readonly WorkspaceNeed[];
  /** Whether it writes to any workspace, also with a role. */
  readonly writesToWorkspaces: boolean;
  /** Whether it sends metrics to CloudWatch over OTLP with the function's own credentials. */
  readonly putsMetrics: boolean;
  /** Whether it writes metrics with PutMetricData and the function's own credentials. */
  readonly storesMetrics: boolean;
  /** Whether it reads task definitions. */
  readonly taskDefinitions: boolean;
  /** Whether it looks up tags of clusters. */
  readonly clusterTags: boolean;
  /** Whether it looks up public addresses of tasks. */
  readonly publicIps: boolean;
  /** Objects of S3, as `BUCKET/KEY`. */
  readonly objects: readonly string[];
  /** Names or ARNs of parameters of Systems Manager. */
  readonly parameters: readonly string[];
  /** ARNs of secrets of Secrets Manager. */
  readonly secrets: readonly string[];
}

const SECTION = 'ecs_service_discovery';
const OF_THE_AGENT = ['logs', 'metrics_collected', 'prometheus', SECTION];

/** Places in a document of the agent with the role for writing; the first one counts. */
const ROLES_OF_THE_AGENT = [
  ['logs', 'credentials', 'role_arn'],
  ['agent', 'credentials', 'role_arn'],
];

const SECRET =
  /aws:secretsmanager:(arn:[^:\s"']+:secretsmanager:[^:\s"']+:\d{12}:secret:[^:\s"',\]}]+|\$\{Token\[[^\]]+\]\})/g;
const PARAMETER = /aws:ssm:([\w.:/-]+)/g;

/**
 * https://docs.aws.amazon.com/prometheus/latest/userguide/AMP-APIReference.html
 * The Region and the id may be known only at deployment.
 */
const WORKSPACE =
  /\baps-workspaces(?:-fips)?\.([a-z0-9-]+|\$\{Token\[[^\]]+\]\})\.[^/]+\/workspaces\/([\w-]+|\$\{Token\[[^\]]+\]\})\//;

/** CloudWatch's OTLP endpoint: its name in a configuration, or its address, whose Region may be known only at deployment. */
const CLOUDWATCH_OTLP =
  /^(?:cloudwatch|https:\/\/(?:[^/]+\.)?monitoring(?:-fips)?\.[^/]+\.(?:amazonaws\.com|api\.aws)\b.*)$/;

/**
 * The needs of documents. It does not check them: the function reports their errors at its start.
 *
 * @param documents texts of configurations, or their locations
 * @param given JSON of outputs that take precedence over those of the documents
 */
export function needsOf(documents: readonly string[], given?: string): ConfigurationNeeds {
  const locations = documents.flatMap((text) => parseLocation(text) ?? []);
  const values = documents.map(documentOf);
  const sections = values.flatMap((value) => [
    lookup(value, SECTION),
    lookup(value, ...OF_THE_AGENT),
  ]);
  const jobs = values.flatMap((value) => listOf(lookup(value, 'scrape_configs')));
  const targets = [
    ...sections.flatMap((section) => listOf(lookup(section, 'sd_targets'))),
    ...jobs.flatMap((job) => listOf(lookup(job, 'aws_sd_configs')).map(withAllClusters)),
  ];
  // The Prometheus file beside a document of the CloudWatch Agent has no receivers.
  const isOfTheAgent = values.some((value) => lookup(value, 'logs') !== undefined);
  const remoteWrites = isOfTheAgent
    ? []
    : values.flatMap((value) => listOf(lookup(value, 'remote_write')).map(withSigv4));
  const outputs = values.flatMap((value) => listOf(lookup(value, 'outputs')));
  const receivers = given === undefined ? [...outputs, ...remoteWrites] : listOf(JSON.parse(given));
  const texts = given === undefined ? documents : [...documents, given];
  const own = receivers.filter((receiver) => !isText(lookup(receiver, 'role_arn')));
  const lookups = new Set(sections.flatMap((section) => listOf(lookup(section, 'sd_lookups'))));
  const ofTasks = jobs.some((job) => listOf(lookup(job, 'aws_sd_configs')).length > 0);
  // Prometheus' own discovery looks up only labels that relabeling reads.
  const isRead = (label: string) =>
    ofTasks && documents.some((text) => text.includes(label) || text.includes('labelmap'));
  const isKnown = values.some((value) => typeof value === 'object' && value !== null);
  return {
    clusters: [...sections.flatMap(ownClusters), ...targets.flatMap(clustersOf)],
    roles: distinct(
      [
        ...[...targets, ...receivers].map((each) => lookup(each, 'role_arn')),
        ...(given === undefined ? values.map(roleOfTheAgent) : []),
      ].filter(isText),
    ),
    workspaces: own.flatMap(workspaceOf),
    writesToWorkspaces: receivers.some((receiver) => workspaceOf(receiver).length > 0),
    putsMetrics: own.some((receiver) => CLOUDWATCH_OTLP.test(String(lookup(receiver, 'endpoint')))),
    storesMetrics: own.some((receiver) => lookup(receiver, 'type') === 'cloudwatch_metrics'),
    taskDefinitions: !isKnown || sections.some((section) => section !== undefined),
    clusterTags: lookups.has('cluster_tags') || isRead('__meta_ecs_tag_cluster_'),
    publicIps: lookups.has('public_ips') || isRead('__meta_ecs_public_ip'),
    objects: locations.flatMap((at) => (at.kind === 's3' ? [`${at.bucket}/${at.key}`] : [])),
    parameters: distinct([
      ...locations.flatMap((at) => (at.kind === 'ssm' ? [at.name] : [])),
      ...texts.flatMap((text) => all(text, PARAMETER)),
    ]),
    secrets: distinct(texts.flatMap((text) => all(text, SECRET))),
  };
}

function documentOf(text: string): unknown {
  try {
    return parse(text, { merge: true, logLevel: 'silent' });
  } catch {
    return undefined;
  }
}

function ownClusters(section: unknown): ClusterNeed[] {
  const named = lookup(section, 'sd_target_cluster');
  return clustersOf({
    clusters: isText(named) ? [named] : named,
    region: lookup(section, 'sd_cluster_region'),
  });
}

/** In `aws_sd_configs` no cluster means all of them. */
function withAllClusters(entry: unknown): unknown {
  const clusters = listOf(lookup(entry, 'clusters'));
  const others = typeof entry === 'object' ? entry : {};
  return { ...others, clusters: clusters.length === 0 ? ['*'] : clusters };
}

function roleOfTheAgent(document: unknown): unknown {
  return ROLES_OF_THE_AGENT.map((path) => lookup(document, ...path)).find(isText);
}

/** A receiver of a Prometheus file, whose role is in a section of it. */
function withSigv4(entry: unknown): unknown {
  return { url: lookup(entry, 'url'), role_arn: lookup(entry, 'sigv4', 'role_arn') };
}

function workspaceOf(receiver: unknown): WorkspaceNeed[] {
  const [, region, id] = WORKSPACE.exec(String(lookup(receiver, 'url'))) ?? [];
  return region === undefined || id === undefined ? [] : [{ region, id }];
}

/** Clusters that are read with a role, or with a key, need nothing of the function's own role. */
function clustersOf(target: unknown): ClusterNeed[] {
  if (lookup(target, 'role_arn') !== undefined || lookup(target, 'access_key') !== undefined)
    return [];
  const region = lookup(target, 'region');
  return listOf(lookup(target, 'clusters'))
    .filter(isText)
    .map((cluster) => ({ cluster, region: isText(region) ? region : undefined }));
}

function all(text: string, pattern: RegExp): string[] {
  return Array.from(text.matchAll(pattern), ([, found = '']) => found);
}

function distinct(texts: readonly string[]): string[] {
  return [...new Set(texts)];
}

function isText(value: unknown): value is string {
  return typeof value === 'string';
}
