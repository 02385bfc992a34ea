import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { readSettings } from '../../../infra/app/settings.ts';
import { SettingsError } from '../../../infra/props/errors.ts';

const CLUSTER = {
  cluster: 'prod',
  vpcId: 'vpc-0123456789abcdef0',
  subnetIds: 'subnet-0123456789abcdef0, subnet-0123456789abcdef1',
};

function problemsOf(read: () => unknown): readonly string[] {
  try {
    read();
  } catch (error) {
    if (error instanceof SettingsError) return error.problems;
    throw error;
  }
  return [];
}

describe('where the settings come from', () => {
  it('none at all: a trial with the built-in configuration', () => {
    const { configuration, ...settings } = readSettings({}, {});
    expect(configuration.inEnvironment().environment).toEqual({});
    expect(settings).toMatchObject({
      existing: undefined,
      otherLogGroupNames: [],
    });
  });

  it('the context, lists with commas', () => {
    const { existing } = readSettings(
      {
        ...CLUSTER,
        otherClusters: 'test,stage',
        taskSecurityGroupIds: 'sg-0123456789abcdef0',
        ports: '8080, 9404',
        services: 'cart,checkout',
      },
      {},
    );
    expect(existing).toEqual({
      cluster: 'prod',
      otherClusters: ['test', 'stage'],
      vpcId: 'vpc-0123456789abcdef0',
      subnetIds: ['subnet-0123456789abcdef0', 'subnet-0123456789abcdef1'],
      taskSecurityGroupIds: ['sg-0123456789abcdef0'],
      ports: [8080, 9404],
      services: ['cart', 'checkout'],
    });
  });

  it('the context of cdk.json, lists as arrays and numbers as numbers', () => {
    const settings = readSettings(
      { ...CLUSTER, services: ['cart', 'checkout'], maxCpuPercent: 90 },
      {},
    );
    expect(settings).toMatchObject({
      existing: { services: ['cart', 'checkout'] },
      maxCpuPercent: 90,
    });
  });

  it.each([
    [8080, [8080]],
    [
      [8080, '9404'],
      [8080, 9404],
    ],
  ])('ports as numbers: %j', (ports, expected) => {
    expect(readSettings({ ...CLUSTER, ports }, {}).existing?.ports).toEqual(expected);
  });

  it('the environment', () => {
    const { existing, maxCpuPercent } = readSettings(
      {},
      {
        FARGAUGE_CLUSTER: 'arn:aws:ecs:eu-west-1:111122223333:cluster/prod',
        FARGAUGE_VPC_ID: CLUSTER.vpcId,
        FARGAUGE_SUBNET_IDS: CLUSTER.subnetIds,
        FARGAUGE_MAX_CPU_PERCENT: '90',
      },
    );
    expect(existing?.cluster).toBe('arn:aws:ecs:eu-west-1:111122223333:cluster/prod');
    expect(maxCpuPercent).toBe(90);
  });

  it.each([
    ['auto', { max: 40, targetsPerShard: 1_000 }],
    ['8', { max: 8, targetsPerShard: undefined }],
    [8, { max: 8, targetsPerShard: undefined }],
  ])('the number of shards: %j', (shards, expected) => {
    expect(readSettings({ shards }, {}).shards).toEqual(expected);
  });

  it.each([
    [undefined, 2],
    ['tasks', 2],
    ['containers', 4],
    ['detailed', 5],
  ])('how much is published: %j', (metrics, declarations) => {
    const { configuration } = readSettings({ metrics }, {});
    expect(configuration.facts('Stack')?.declarations).toHaveLength(declarations);
  });

  it('what there is to be collected, and what of it is assumed', () => {
    expect(readSettings({ ...CLUSTER, services: 'a,b', tasks: '150' }, {}).load).toEqual({
      services: 2,
      tasks: 150,
      containersPerTask: 2,
      assumed: ['serviceCount', 'containersPerTask'],
    });
    const counts = { serviceCount: 3, tasks: 7, containersPerTask: '2.5' };
    expect(readSettings({ ...CLUSTER, ...counts }, {}).load).toEqual({
      services: 3,
      tasks: 7,
      containersPerTask: 2.5,
      assumed: [],
    });
    // The trial makes what it collects.
    expect(readSettings({}, {}).load).toEqual({
      services: 1,
      tasks: 1,
      containersPerTask: 2,
      assumed: [],
    });
  });

  it('whether the price is shown', () => {
    expect(
      [undefined, 'true', 'false', true].map((prices) => readSettings({ prices }, {}).prices),
    ).toEqual([false, true, false, true]);
  });

  it('the context rather than the environment', () => {
    const { existing } = readSettings(CLUSTER, { FARGAUGE_CLUSTER: 'test' });
    expect(existing?.cluster).toBe('prod');
  });

  it('not from context keys that CDK has for itself', () => {
    const context = { '@aws-cdk/core:checkSecretUsage': true, 'aws:cdk:x': 1, stage: 'test' };
    expect(readSettings(context, {}).unknownKeys).toEqual(['stage']);
  });
});

describe('settings that cannot be used', () => {
  it('are told all at once, each with its place', () => {
    const read = () =>
      readSettings(
        { cluster: 'no such/name', subnetIds: 'subnet-1', maxCpuPercent: '101' },
        { FARGAUGE_VPC_ID: 'vpc', FARGAUGE_SERVICES: 'cart,' },
      );
    expect(problemsOf(read)).toEqual([
      'context key cluster: expected the name or the ARN of an ECS cluster, got "no such/name"',
      'environment variable FARGAUGE_VPC_ID: expected the id of a VPC, such as vpc-0123456789abcdef0, got "vpc"',
      'context key subnetIds: expected ids of subnets, such as subnet-0123456789abcdef0, got "subnet-1"',
      'environment variable FARGAUGE_SERVICES: expected names of ECS services, got "cart,"',
      'context key maxCpuPercent: expected a percentage from 0 to 100, got "101"',
    ]);
    expect(read).toThrow(/^The settings cannot be used:\n {2}context key cluster: /);
  });

  it.each([
    ['a threshold that is no number', { maxCpuPercent: 'high' }, 'a percentage from 0 to 100'],
    ['an empty threshold', { maxCpuPercent: '' }, 'a percentage from 0 to 100'],
    ['a list of something else', { ...CLUSTER, services: [1] }, 'names of ECS services'],
    ['no shards', { shards: '0' }, 'auto, or a whole number from 1 to 1000'],
    ['shards that are no number', { shards: 'many' }, 'auto, or a whole number from 1 to 1000'],
    ['metrics of something else', { metrics: 'all' }, 'tasks, containers or detailed'],
    [
      'a port that is none',
      { ...CLUSTER, ports: '8080,70000' },
      'TCP ports from 1 to 65535, such as 8080,9404',
    ],
    ['no tasks', { tasks: 0 }, 'a number of at least 1'],
    ['a price that is neither shown nor not', { prices: 'yes' }, 'true or false'],
    ['an empty list', { ...CLUSTER, services: [] }, 'names of ECS services'],
  ])('%s', (_, context, expected) => {
    expect(problemsOf(() => readSettings(context, {}))).toEqual([
      expect.stringContaining(`: expected ${expected}, got `),
    ]);
  });

  it.each([
    ['cluser', 'cluster'],
    ['clusterName', 'cluster'],
    ['vpcID', 'vpcId'],
    ['vpc', 'vpcId'],
    ['subnets', 'subnetIds'],
    ['service', 'services'],
    ['maxCpuPercents', 'maxCpuPercent'],
  ])('a slip, which would make a trial of a deployment: %s', (key, meant) => {
    expect(problemsOf(() => readSettings({ [key]: 'x' }, {}))).toEqual([
      `context key ${key}: expected ${meant}, got an unknown key`,
    ]);
  });

  it('a cluster without a place for the collector', () => {
    expect(problemsOf(() => readSettings({ cluster: 'prod' }, {}))).toEqual([
      'context key vpcId: expected a value, because cluster is set; got nothing',
      'context key subnetIds: expected a value, because cluster is set; got nothing',
    ]);
  });

  it('the image of a sidecar, with a cluster', () => {
    const environment = { FARGAUGE_SIDECAR_IMAGE: 'sidecar:1' };
    expect(problemsOf(() => readSettings(CLUSTER, environment))).toEqual([
      'environment variable FARGAUGE_SIDECAR_IMAGE: expected without cluster, whose task definitions name their images themselves',
    ]);
  });

  it('what belongs to a cluster, without one', () => {
    expect(
      problemsOf(() => readSettings({ services: 'cart' }, { FARGAUGE_VPC_ID: CLUSTER.vpcId })),
    ).toEqual([
      'environment variable FARGAUGE_VPC_ID: expected together with cluster, which is missing',
      'context key services: expected together with cluster, which is missing',
    ]);
  });
});

describe('configuration files', () => {
  let folder: string;
  let file: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'fargauge-settings-'));
    file = join(folder, 'file');
    writeFileSync(file, 'region: here');
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  it('a native file', () => {
    const { configuration } = readSettings({ configFile: file }, {});
    expect(configuration.inEnvironment().environment).toEqual({ FARGAUGE_CONFIG: 'region: here' });
  });

  it("the CloudWatch Agent's two files", () => {
    const agentConfigFile = join(folder, 'agent.json');
    const prometheusVariable = 'env:PROMETHEUS_CONFIG_CONTENT';
    const prometheus = { prometheus_config_path: prometheusVariable };
    const agent = JSON.stringify({ logs: { metrics_collected: { prometheus } } });
    writeFileSync(agentConfigFile, agent);
    const context = { agentConfigFile, prometheusConfigFile: file };
    expect(readSettings(context, {}).configuration.inEnvironment().environment).toEqual({
      CW_CONFIG_CONTENT: agent,
      PROMETHEUS_CONFIG_CONTENT: 'region: here',
    });
  });

  it('one of the two is not enough', () => {
    expect(problemsOf(() => readSettings({ agentConfigFile: file }, {}))).toEqual([
      'agentConfigFile and prometheusConfigFile: expected both or neither',
    ]);
  });

  it('both kinds are too much', () => {
    const context = { configFile: file, agentConfigFile: file, prometheusConfigFile: file };
    expect(problemsOf(() => readSettings(context, {}))).toEqual([
      'configFile: expected alone, without agentConfigFile and prometheusConfigFile',
    ]);
  });

  it.each(['configFile', 'configLocation', 'agentConfigFile'])(
    'how much is published, beside a %s that says it',
    (key) => {
      const given = key === 'configLocation' ? 'ssm:/fargauge' : file;
      const more = key === 'agentConfigFile' ? { prometheusConfigFile: file } : {};
      const context = { metrics: 'detailed', [key]: given, ...more };
      expect(problemsOf(() => readSettings(context, {}))).toEqual([
        `context key metrics: expected without ${key}, whose rules select the published metrics`,
      ]);
    },
  );

  it('a file that is not there', () => {
    const configFile = join(folder, 'absent');
    expect(problemsOf(() => readSettings({ configFile }, {}))).toEqual([
      `context key configFile: expected a file that can be read, got Error: ENOENT: no such file or directory, access '${configFile}'`,
    ]);
  });
});

describe('a configuration that lies elsewhere', () => {
  it('is named by its location', () => {
    const { configuration } = readSettings({ configLocation: 's3://conf/fargauge.yaml' }, {});
    expect(configuration.inEnvironment().environment).toEqual({
      FARGAUGE_CONFIG: 's3://conf/fargauge.yaml',
    });
  });

  it.each([
    [
      { configLocation: 'https://x/y' },
      'context key configLocation: expected s3://BUCKET/KEY or ssm:NAME, got "https://x/y"',
    ],
    [
      {
        configLocation: 'ssm:x',
        agentConfigFile: import.meta.filename,
        prometheusConfigFile: import.meta.filename,
      },
      'configLocation: expected without agentConfigFile and prometheusConfigFile; configFile may hold a copy of the document there',
    ],
  ])('is refused: %j', (context, problem) => {
    expect(problemsOf(() => readSettings(context, {}))).toEqual([problem]);
  });
});
