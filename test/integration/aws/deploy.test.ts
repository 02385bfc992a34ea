import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { bundleCollector, bundleSidecar } from '../../../infra/build/bundle.ts';
import { APPS, synthesize } from '../../infra/apps.ts';
import { accountsOf, HOME, makeDeployable } from '../support/aws/assembly.ts';
import { type Cloud, type CloudAccount, startCloud } from '../support/aws/cloud.ts';
import {
  type DeployedStack,
  deploy,
  emptyBucket,
  hasCollector,
  hasDashboard,
  hasShards,
  idOf,
  namesAdded,
} from '../support/aws/deployed-stack.ts';
import { added, inventoryOf, LISTED_TYPES } from '../support/aws/inventory.ts';

/** The CDK's command line, and what it loads, for each app and account. */
const SLOW = 300_000;

/** The types that moto's CloudFormation passes over: it makes nothing of them, and says so in its log only. */
const PASSED_OVER = [
  'AWS::APS::Workspace',
  'AWS::CloudWatch::Alarm',
  'AWS::EC2::SecurityGroupEgress',
  'AWS::ECS::Daemon',
  'AWS::ECS::DaemonTaskDefinition',
  'AWS::Grafana::Workspace',
  'AWS::Lambda::EventInvokeConfig',
  'AWS::S3::BucketPolicy',
  'AWS::SNS::TopicPolicy',
  'AWS::SQS::QueuePolicy',
  'AWS::Scheduler::Schedule',
  'AWS::SecretsManager::Secret',
];

/** The types that moto's CloudFormation makes and never deletes; the VPC that they are in it then cannot delete. */
const NEVER_DELETED = [
  'AWS::EC2::EIP',
  'AWS::EC2::FlowLog',
  'AWS::EC2::InternetGateway',
  'AWS::EC2::NatGateway',
  'AWS::EC2::RouteTable',
  'AWS::EC2::VPC',
  'AWS::EC2::VPCEndpoint',
  'AWS::ECS::Cluster',
  'AWS::ECS::TaskDefinition',
];

/** The log group of the CloudWatch Agent that an example moves over. */
const AGENT_LOG_GROUP = '/ecs/cloudwatch-agent';

/** Log groups that other examples name, by stack. */
const NAMED_LOG_GROUPS: Readonly<Record<string, string>> = { ManagedInstances: '/fargauge/prod' };

/** What the CDK's command line says of such a VPC. */
const VPC_STAYS = /The vpc vpc-\w+ has dependencies and cannot be deleted/;

/** Types that were passed over, and that stayed, in some stack. */
const passedOver = new Set<string>();
const neverDeleted = new Set<string>();

/** What all functions have. */
const COMMON = { Runtime: 'nodejs24.x' };

/** Stacks whose collector writes no events into a log group of its account. */
const WITHOUT_EVENTS = ['Workload', 'CloudWatchOtlp', 'Grafana', 'ManagedPrometheus'];

/** What was looked at in all apps together. */
const lookedAt = { collectors: 0, stateMachines: 0, dashboards: 0, sidecars: 0 };

let folder: string;
let cloud: Cloud;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fargauge-deploy-'));
  await Promise.all([bundleCollector(), bundleSidecar()]);
  cloud = await startCloud();
}, SLOW);
afterAll(async () => {
  await cloud[Symbol.asyncDispose]();
  await rm(folder, { recursive: true });
});

describe.each(APPS.map((app) => [app.name, app] as const))('%s, deployed to moto', (name, app) => {
  let assembly: string;
  let deployed: DeployedStack[];
  beforeAll(async () => {
    assembly = join(folder, name);
    const stacks = await synthesize(app, assembly);
    const accounts = new Map<string, CloudAccount>();
    for (const [stack, account] of await accountsOf(assembly)) {
      accounts.set(stack, await cloud.account(account, HOME.region));
    }
    await makeDeployable(assembly, accounts);
    deployed = [];
    for (const stack of stacks) {
      const account = accounts.get(stack.name);
      if (account === undefined) throw new Error(`${stack.name} is not in the manifest`);
      deployed.push(await deploy(stack, account, assembly));
    }
  }, SLOW);

  it('has made all of its resources, but for those that moto passes over', () => {
    for (const { template, ids, before, after } of deployed) {
      const resources = Object.entries(template.Resources);
      const missing = resources.filter(([id]) => !ids.has(id)).map(([, { Type }]) => Type);
      for (const type of missing) passedOver.add(type);
      expect(missing.filter((type) => !PASSED_OVER.includes(type))).toEqual([]);
      // And the APIs know them.
      const made = resources.map(([, { Type }]) => Type).filter((type) => !missing.includes(type));
      expect(added(before, after)).toEqual(countOf(made.filter((type) => LISTED_TYPES.has(type))));
    }
  });

  // moto's CloudFormation does not look at Architectures, ReservedConcurrentExecutions, VersioningConfiguration,
  // LifecycleConfiguration, PublicAccessBlockConfiguration, StateMachineType and LoggingConfiguration: of those the tests of the
  // templates tell.
  it('keeps the state, the logs and what failed as it should', async () => {
    for (const stack of deployed.filter(hasCollector)) {
      const { encryption, queue, logGroups } = await stores(stack);
      expect(encryption).toBe('AES256');
      expect(queue).toMatchObject({
        MessageRetentionPeriod: '1209600',
        SqsManagedSseEnabled: 'true',
      });
      expect(new Set(logGroups)).toEqual(new Set([14]));
    }
  });

  it('has a function that is told where its role lets it write', async () => {
    for (const stack of deployed.filter(hasCollector)) {
      lookedAt.collectors++;
      const configuration = await functionOf(stack, /^CollectorFunction/);
      expect(configuration).toMatchObject({
        ...COMMON,
        Handler: 'index.handler',
        Timeout: 55,
        MemorySize: 512,
        ...toldAndAllowed(stack),
      });
      // The whole bundle came along.
      expect(configuration.CodeSize).toBeGreaterThan(100_000);
      expect(configuration.VpcConfig.SubnetIds).not.toEqual([]);
      const policies = JSON.stringify(await policiesOf(stack));
      expect(policies).toContain(
        `:cluster/${configuration.Environment.Variables.FARGAUGE_CLUSTER}`,
      );
      expect(policies).toContain(`arn:aws:s3:::${idOf(stack, /^CollectorBucket/)}/state`);
      // Who invokes the functions of a divided collector is told that they failed.
      const deadLetters = `:${idOf(stack, /^CollectorDeadLetterQueue/)
        .split('/')
        .at(-1)}"`;
      expect(policies.includes(deadLetters)).toBe(!hasShards(stack));
      // No intrinsic function is left in what IAM was told.
      expect(policies).not.toMatch(/Fn::|"Ref"|AWS::/);
    }
  });

  it('has a state machine that runs its two functions, where its targets are divided', async () => {
    for (const stack of deployed.filter(hasShards)) {
      lookedAt.stateMachines++;
      const arns = await Promise.all(
        [/^CollectorDiscovery/, /^CollectorFunction/].map(async (start) => {
          const { FunctionArn } = await functionOf(stack, start);
          return FunctionArn;
        }),
      );
      expect(await functionOf(stack, /^CollectorDiscovery/)).toMatchObject({
        ...COMMON,
        Handler: 'index.discover',
        Timeout: 30,
        MemorySize: 1024,
        ...toldAndAllowed(stack, { FARGAUGE_COLLECTOR: idOf(stack, /^CollectorFunction/) }),
      });
      const { definition, roleArn } = await stack.account.call<StateMachine>({
        service: 'stepfunctions',
        operation: 'describe_state_machine',
        input: { stateMachineArn: idOf(stack, /^CollectorCycleStateMachine/) },
        query: '{definition: definition, roleArn: roleArn}',
      });
      const called = [...definition.matchAll(/"Resource":"([^"]+)"/g)].map(([, arn]) => arn);
      expect(called).toEqual(arns);
      const role = idOf(stack, /^CollectorCycleRole/);
      expect(roleArn).toBe(`arn:aws:iam::${stack.account.account}:role/${role}`);
      const policies = JSON.stringify(await policiesOf(stack, role));
      for (const arn of arns) expect(policies).toContain(`"${arn}"`);
      expect(policies).not.toMatch(/Fn::|"Ref"|AWS::/);
      // The schedule, which moto passes over, starts it.
      const starts = idOf(stack, /^CollectorScheduleRole/);
      expect(JSON.stringify(await policiesOf(stack, starts))).toContain(
        idOf(stack, /^CollectorCycleStateMachine/),
      );
    }
  });

  it('lets the function reach the tasks, and nothing reach the function', async () => {
    for (const stack of deployed.filter(hasCollector)) {
      const own = idOf(stack, /^CollectorNetworkSecurityGroup/);
      const rules = await stack.account.call<readonly Rule[]>({
        service: 'ec2',
        operation: 'describe_security_group_rules',
        query: 'SecurityGroupRules[?!IsEgress]',
      });
      const toTasks = rules.filter(({ ReferencedGroupInfo: from }) => from?.GroupId === own);
      const opened = Object.values(stack.template.Resources).filter(
        ({ Type, Properties }) =>
          Type === 'AWS::EC2::SecurityGroupIngress' &&
          /"CollectorNetworkSecurityGroup/.test(JSON.stringify(Properties?.SourceSecurityGroupId)),
      );
      expect(toTasks.map(({ FromPort }) => FromPort).sort()).toEqual(
        opened.map(({ Properties }) => Properties?.FromPort).sort(),
      );
      expect(rules.filter(({ GroupId }) => GroupId === own)).toEqual([]);
    }
  });

  it('shows what the rules publish on the dashboard, from the log group that they are in', async () => {
    for (const stack of deployed.filter(hasDashboard)) {
      const names = namesAdded(stack, 'AWS::CloudWatch::Dashboard');
      expect(names).toHaveLength(1);
      lookedAt.dashboards++;
      const body = await stack.account.call<string>({
        service: 'cloudwatch',
        operation: 'get_dashboard',
        input: { DashboardName: names[0] },
        query: 'DashboardBody',
      });
      expect(JSON.parse(body).widgets.length).toBeGreaterThan(5);
      // CloudWatch's metrics over OTLP are in no log group.
      expect(body).toContain(
        name === 'cloudwatch-otlp' ? '"language":"PromQL"' : metricsLogGroupOf(stack),
      );
      expect(body).not.toMatch(/Fn::|\$\{Token/);
    }
  });

  it('runs the sidecar beside the containers of its own tasks', async () => {
    for (const stack of deployed) {
      for (const taskDefinition of namesAdded(stack, 'AWS::ECS::TaskDefinition')) {
        const containers = await stack.account.call<readonly Container[]>({
          service: 'ecs',
          operation: 'describe_task_definition',
          input: { taskDefinition },
          query: 'taskDefinition.containerDefinitions',
        });
        const sidecar = containers.find(({ name }) => name === 'fargauge-sidecar');
        expect(containers).toHaveLength(2);
        lookedAt.sidecars++;
        expect(sidecar).toMatchObject({
          essential: false,
          portMappings: [{ containerPort: 9546 }],
        });
      }
    }
  });

  it(
    'leaves nothing behind when it is destroyed, but for what moto never deletes',
    async () => {
      for (const stack of deployed.toReversed()) {
        if (hasCollector(stack)) await emptyBucket(stack, assembly);
        const hasVpc = Object.values(stack.template.Resources).some(
          ({ Type }) => Type === 'AWS::EC2::VPC',
        );
        const destruction = stack.account.cdk(
          ...['destroy', stack.name, '--exclusively', '--force', '--app', assembly],
        );
        if (hasVpc) await expect(destruction).rejects.toThrow(VPC_STAYS);
        else await destruction;
        const left = added(stack.before, await inventoryOf(stack.account));
        for (const type of Object.keys(left).filter(isNeverDeleted)) neverDeleted.add(type);
        expect(left).toEqual(countOf(remaining(stack).filter((type) => LISTED_TYPES.has(type))));
      }
    },
    SLOW,
  );
});

it('moto passes over no type less than is said here, and deletes none more', () => {
  expect([...passedOver].sort()).toEqual(PASSED_OVER);
  expect([...neverDeleted].sort()).toEqual(NEVER_DELETED);
});

it('something was looked at', () => {
  expect(lookedAt).toEqual({ collectors: 14, stateMachines: 2, dashboards: 7, sidecars: 6 });
});

/** The types of the resources that stay: those that moto does not delete, and the logs that an example keeps. */
function remaining({ template }: DeployedStack): string[] {
  return Object.values(template.Resources)
    .filter(({ Type, DeletionPolicy }) => DeletionPolicy === 'Retain' || isNeverDeleted(Type))
    .map(({ Type }) => Type);
}

/** Whether the stack makes the log group of the metrics. Some configurations name one that is there. */
function hasOwnMetrics({ ids }: DeployedStack): boolean {
  return [...ids.keys()].some((id) => /^CollectorMetricsLogGroup/.test(id));
}

function metricsLogGroupOf(stack: DeployedStack): string {
  if (hasOwnMetrics(stack)) return idOf(stack, /^CollectorMetricsLogGroup/);
  return NAMED_LOG_GROUPS[stack.name] ?? AGENT_LOG_GROUP;
}

function isNeverDeleted(type: string): boolean {
  return NEVER_DELETED.includes(type);
}

interface Rule {
  readonly GroupId: string;
  readonly FromPort: number;
  readonly ReferencedGroupInfo?: { readonly GroupId: string };
}

interface Container {
  readonly name: string;
}

interface StateMachine {
  readonly definition: string;
  readonly roleArn: string;
}

interface FunctionConfiguration {
  readonly FunctionArn: string;
  readonly CodeSize: number;
  readonly Environment: { readonly Variables: Readonly<Record<string, string>> };
  readonly VpcConfig: { readonly SubnetIds: readonly string[] };
}

/** What a function is told of its surroundings, and the role that lets it at them. */
function toldAndAllowed(stack: DeployedStack, more: Readonly<Record<string, string>> = {}) {
  return {
    Environment: {
      Variables: {
        FARGAUGE_STATE: `s3://${idOf(stack, /^CollectorBucket/)}/state`,
        ...(WITHOUT_EVENTS.includes(stack.name)
          ? {}
          : { FARGAUGE_LOG_GROUP: metricsLogGroupOf(stack) }),
        FARGAUGE_CLUSTER: expect.stringMatching(/./),
        ...(hasShards(stack) && { FARGAUGE_SHARDS: expect.stringMatching(/^\d+$/) }),
        ...more,
      },
    },
    Role: `arn:aws:iam::${stack.account.account}:role/${idOf(stack, /^CollectorRole/)}`,
  };
}

function functionOf(stack: DeployedStack, start: RegExp): Promise<FunctionConfiguration> {
  return stack.account.call({
    service: 'lambda',
    operation: 'get_function_configuration',
    input: { FunctionName: idOf(stack, start) },
  });
}

/** The documents of the policies of a role, by default that of the functions. */
async function policiesOf(
  stack: DeployedStack,
  RoleName: string = idOf(stack, /^CollectorRole/),
): Promise<unknown[]> {
  const iam = { service: 'iam', input: { RoleName } };
  const names = await stack.account.call<string[]>({
    ...iam,
    operation: 'list_role_policies',
    query: 'PolicyNames',
  });
  return Promise.all(
    names.map((PolicyName) =>
      stack.account.call({
        ...iam,
        operation: 'get_role_policy',
        input: { RoleName, PolicyName },
        query: 'PolicyDocument',
      }),
    ),
  );
}

/** What the APIs say of the bucket, the dead-letter queue and the log groups. */
async function stores(stack: DeployedStack) {
  const { account } = stack;
  const retention = (logGroupNamePrefix: string) =>
    account.call({
      service: 'logs',
      operation: 'describe_log_groups',
      input: { logGroupNamePrefix },
      query: 'logGroups[0].retentionInDays',
    });
  return {
    encryption: await account.call({
      service: 's3',
      operation: 'get_bucket_encryption',
      input: { Bucket: idOf(stack, /^CollectorBucket/) },
      query:
        'ServerSideEncryptionConfiguration.Rules[0].ApplyServerSideEncryptionByDefault.SSEAlgorithm',
    }),
    queue: await account.call({
      service: 'sqs',
      operation: 'get_queue_attributes',
      input: { QueueUrl: idOf(stack, /^CollectorDeadLetterQueue/), AttributeNames: ['All'] },
      query: 'Attributes',
    }),
    logGroups: [
      await retention(idOf(stack, /^CollectorLogGroup/)),
      ...(hasOwnMetrics(stack) ? [await retention(metricsLogGroupOf(stack))] : []),
      ...(hasShards(stack) ? [await retention(idOf(stack, /^CollectorCycleLogGroup/))] : []),
    ],
  };
}

function countOf(types: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const type of types) counts[type] = (counts[type] ?? 0) + 1;
  return counts;
}
