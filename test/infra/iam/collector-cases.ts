import { Cluster } from 'aws-cdk-lib/aws-ecs';
import { Key } from 'aws-cdk-lib/aws-kms';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import { App, Stack } from 'aws-cdk-lib/core';
import { CollectorAccess } from '../../../infra/accounts/collector-access.ts';
import { DeliveryAccess } from '../../../infra/accounts/delivery-access.ts';
import { PrometheusWorkspace } from '../../../infra/accounts/prometheus-workspace.ts';
import { WorkspaceAccess } from '../../../infra/accounts/workspace-access.ts';
import { Collector } from '../../../infra/collector/collector.ts';
import type { CollectorProps } from '../../../infra/collector/props.ts';
import { Shards } from '../../../infra/collector/shards/shards.ts';
import { CollectorConfiguration } from '../../../infra/configuration/configuration.ts';
import type { NativeInput } from '../../../lambda/config/native/native.ts';
import { CODE, placeIn } from '../template.ts';
import type { Place } from './evaluation/template-values.ts';
import type { ClusterPlace } from './world.ts';

/** Where the collectors are. */
export const OWN: Place = { account: '111122223333', region: 'eu-west-1' };

/** Another account, whose clusters are read, or whose role writes. */
export const OTHER = '444455556666';
const OTHER_REGION = 'us-east-1';

const ACCESS_ROLE = `arn:aws:iam::${OTHER}:role/fargauge-access`;
const WRITER_ROLE = `arn:aws:iam::${OTHER}:role/writer`;
const DELIVERY_ROLE = `arn:aws:iam::${OTHER}:role/delivery`;
const FOREIGN_GROUP = '/shop/metrics';
const EXTERNAL_ID = 'shop-4711';
const SECRET = `arn:aws:secretsmanager:eu-west-1:${OWN.account}:secret:shop-AbCdEf`;

const RULES: NativeInput = {
  emf_processor: {
    metric_namespace: 'Shop',
    metric_declaration: [
      {
        source_labels: ['job'],
        metric_selectors: ['^ee_task_cpu_utilization_percent$'],
        dimensions: [['ClusterName'], []],
      },
    ],
  },
};

/** A collector as it is deployed, and what it finds in its account and others. */
export interface CollectorCase {
  readonly name: string;
  /** Beside a VPC and the cluster `prod`. */
  readonly props: (stack: Stack) => Partial<CollectorProps>;
  readonly withoutVpc?: true;
  /** Beside `prod`. */
  readonly clusters?: readonly ClusterPlace[];
  /** Roles that may be assumed. */
  readonly roles?: readonly string[];
  /** The stack of the other account whose one role it assumes. */
  readonly foreignStack?: () => Stack;
  /** Log groups of that account. */
  readonly foreignLogGroups?: readonly string[];
  /** Texts by the names of their objects and parameters, secrets by their ARNs. */
  readonly objects?: Readonly<Record<string, string>>;
  readonly parameters?: Readonly<Record<string, string>>;
  readonly secrets?: Readonly<Record<string, string>>;
  /** Writes to receivers that have an https address of AWS. */
  readonly hasReceivers?: true;
}

/** A stack with the collector of a case. */
export function stackOf({ name, props, withoutVpc }: CollectorCase): Stack {
  const stack = new Stack(new App(), 'Stack');
  const { vpc, cluster } = placeIn(stack, 'Given');
  new Collector(stack, 'Collector', {
    ...(withoutVpc ? {} : { vpc }),
    cluster,
    code: CODE,
    configuration: CollectorConfiguration.builtIn(),
    ...props(stack),
  });
  stack.templateOptions.description = name;
  return stack;
}

/** Who may assume the roles of the other account. */
const IDENTITY = {
  collectorRoleArn: `arn:aws:iam::${OWN.account}:role/collector`,
  externalId: EXTERNAL_ID,
};

function foreignStack(): Stack {
  return new Stack(new App(), 'Foreign', { env: { account: OTHER, region: OWN.region } });
}

/** With the role that reads its clusters. */
function accessStack(): Stack {
  const stack = foreignStack();
  new CollectorAccess(stack, 'Access', {
    ...IDENTITY,
    roleName: 'fargauge-access',
    clusters: [clusterOf(stack, 'shop', OTHER), clusterOf(stack, 'test-a', OTHER)],
    listClusters: true,
    clusterTags: true,
    publicIps: true,
  });
  return stack;
}

/** With the role that writes to a workspace. */
function workspaceStack(): Stack {
  const stack = foreignStack();
  const arn = `arn:aws:aps:${OWN.region}:${OTHER}:workspace/ws-2`;
  const workspace = PrometheusWorkspace.fromWorkspaceArn(stack, 'Workspace', arn);
  new WorkspaceAccess(stack, 'Access', { ...IDENTITY, workspace, roleName: 'writer' });
  return stack;
}

/** With the role that writes into a log group. */
function deliveryStack(): Stack {
  const stack = foreignStack();
  const logGroups = [new LogGroup(stack, 'Group', { logGroupName: FOREIGN_GROUP })];
  new DeliveryAccess(stack, 'Access', { ...IDENTITY, logGroups, roleName: 'delivery' });
  return stack;
}

/** Together they have every statement that a collector can have. */
export const COLLECTORS: readonly CollectorCase[] = [
  { name: 'the built-in configuration', props: () => ({}) },
  {
    name: 'the built-in configuration without a VPC',
    withoutVpc: true,
    props: () => ({}),
  },
  {
    name: 'a key of its own',
    props: (stack) => ({ encryptionKey: new Key(stack, 'Key') }),
  },
  {
    name: 'clusters by name, ARN and pattern, here and in another Region',
    props: (stack) => ({
      otherClusters: ['shop', 'far'].map((name) => clusterOf(stack, name)),
      configuration: discovering({
        sd_target_cluster: ['prod', 'shop', clusterArn('far'), 'test-*'],
        sd_targets: [{ clusters: ['prod-*'], region: OTHER_REGION }],
      }),
    }),
    clusters: [
      ...['shop', 'far', 'test-a'].map((name) => ({ name })),
      { name: 'prod-us', region: OTHER_REGION },
    ],
  },
  {
    name: 'all lookups',
    props: () => ({
      configuration: discovering({ sd_lookups: ['services', 'cluster_tags', 'public_ips'] }),
    }),
  },
  {
    name: 'public addresses, without a VPC',
    withoutVpc: true,
    props: () => ({ configuration: discovering({ sd_lookups: ['public_ips'] }) }),
  },
  {
    name: 'all that relabeling reads of what Prometheus finds',
    props: () => ({
      configuration: CollectorConfiguration.of({
        ...RULES,
        scrape_configs: [
          {
            job_name: 'tasks',
            aws_sd_configs: [{ role: 'ecs', clusters: ['prod', 'test-*'] }],
            relabel_configs: [
              // The port of each task is in its tag.
              {
                source_labels: ['__meta_ecs_ip_address', '__meta_ecs_tag_task_port'],
                separator: ':',
                target_label: '__address__',
              },
              { source_labels: ['__meta_ecs_tag_cluster_team'], target_label: 'team' },
              { source_labels: ['__meta_ecs_public_ip'], target_label: 'public_ip' },
              { source_labels: ['__meta_ecs_service_status'], target_label: 'status' },
            ],
          },
        ],
      }),
    }),
    clusters: [{ name: 'test-a' }],
  },
  {
    name: 'log groups by name',
    props: () => ({ configuration: discovering({}, { log_group_name: '/ecs/shop' }) }),
  },
  {
    name: 'log groups by placeholders',
    props: (stack) => ({
      otherClusters: [clusterOf(stack, 'shop')],
      otherLogGroupNames: ['/ecs/prod', '/ecs/shop'],
      configuration: discovering(
        { sd_target_cluster: ['prod', 'shop'] },
        { log_group_name: '/ecs/{ClusterName}' },
      ),
    }),
    clusters: [{ name: 'shop' }],
  },
  remoteCase('a document in S3 that refers to secrets', 's3://conf/a/fargauge.json'),
  remoteCase('a document in Systems Manager that refers to secrets', 'ssm:/fargauge/config'),
  {
    name: 'a workspace, CloudWatch over OTLP, and a workspace as a role',
    props: () => ({
      configuration: discovering(
        {},
        {
          outputs: [
            { type: 'cloudwatch-logs' },
            { type: 'remote_write', name: 'own', url: workspaceUrl('ws-1') },
            {
              type: 'remote_write',
              name: 'other',
              url: workspaceUrl('ws-2'),
              role_arn: WRITER_ROLE,
              external_id: EXTERNAL_ID,
            },
            { type: 'otlp', endpoint: 'cloudwatch' },
          ],
        },
      ),
    }),
    roles: [WRITER_ROLE],
    foreignStack: workspaceStack,
    hasReceivers: true,
  },
  {
    name: 'a workspace, and nothing else',
    props: () => ({
      configuration: discovering(
        {},
        {
          outputs: [{ type: 'remote_write', url: workspaceUrl('ws-1') }],
          emf_processor: undefined,
        },
      ),
    }),
    hasReceivers: true,
  },
  {
    name: 'another account',
    props: () => ({
      configuration: discovering({
        sd_target_cluster: 'prod',
        sd_targets: [
          { clusters: ['shop', 'test-*'], role_arn: ACCESS_ROLE, external_id: EXTERNAL_ID },
        ],
        sd_lookups: ['services', 'cluster_tags', 'public_ips'],
      }),
    }),
    clusters: ['shop', 'test-a'].map((name) => ({ name, account: OTHER })),
    roles: [ACCESS_ROLE],
    foreignStack: accessStack,
  },
  {
    name: 'a log group of another account',
    props: () => ({
      configuration: discovering(
        {},
        {
          log_group_name: FOREIGN_GROUP,
          outputs: [{ type: 'cloudwatch-logs', role_arn: DELIVERY_ROLE, external_id: EXTERNAL_ID }],
        },
      ),
    }),
    roles: [DELIVERY_ROLE],
    foreignStack: deliveryStack,
    foreignLogGroups: [FOREIGN_GROUP],
  },
  { name: 'two shards', props: () => ({ shards: Shards.fixed(2) }) },
  {
    name: 'two shards and a key of its own',
    props: (stack) => ({ shards: Shards.fixed(2), encryptionKey: new Key(stack, 'Key') }),
  },
];

/** With more shards than anybody runs here: what differs is who starts what. */
export const MANY_SHARDS: CollectorCase = {
  name: 'many shards',
  props: () => ({ shards: Shards.fixed(60) }),
};

/** Tasks by their docker labels. */
function discovering(
  section: NonNullable<NativeInput['ecs_service_discovery']>,
  document: NativeInput = {},
): CollectorConfiguration {
  return CollectorConfiguration.of(discoveringDocument(section, document));
}

function discoveringDocument(
  section: NonNullable<NativeInput['ecs_service_discovery']>,
  document: NativeInput,
): NativeInput {
  return {
    ...RULES,
    ecs_service_discovery: { docker_label: {}, ...section },
    scrape_configs: [{ job_name: 'ecs', ecs_discovered: true }],
    ...document,
  };
}

function remoteCase(name: string, location: string): CollectorCase {
  const document = JSON.stringify(
    discoveringDocument(
      {},
      {
        scrape_configs: [
          {
            job_name: 'ecs',
            ecs_discovered: true,
            basic_auth: {
              username: 'aws:ssm:/shop/user',
              password: `aws:secretsmanager:${SECRET}`,
            },
          },
        ],
      },
    ),
  );
  const [, scheme, path = ''] = /^(s3:\/\/|ssm:)(.*)$/.exec(location) ?? [];
  return {
    name,
    props: () => ({ configuration: CollectorConfiguration.remote(location, document) }),
    objects: scheme === 's3://' ? { [path]: document } : {},
    parameters: { '/shop/user': 'user', ...(scheme === 'ssm:' && { [path]: document }) },
    secrets: { [SECRET]: 'password' },
  };
}

function clusterArn(name: string, account = OWN.account): string {
  return `arn:aws:ecs:${OWN.region}:${account}:cluster/${name}`;
}

function clusterOf(stack: Stack, name: string, account = OWN.account) {
  return Cluster.fromClusterArn(stack, `Cluster-${name}`, clusterArn(name, account));
}

function workspaceUrl(id: string): string {
  return `https://aps-workspaces.${OWN.region}.amazonaws.com/workspaces/${id}/api/v1/remote_write`;
}
