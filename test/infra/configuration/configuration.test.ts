import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import { Cluster } from 'aws-cdk-lib/aws-ecs';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import { App, Fn, Stack } from 'aws-cdk-lib/core';
import { CollectorAlarms } from '../../../infra/alarms/collector.ts';
import { Collector } from '../../../infra/collector/collector.ts';
import type { CollectorProps } from '../../../infra/collector/props.ts';
import { CollectorConfiguration } from '../../../infra/configuration/configuration.ts';
import { CODE, collectorStack, collectorTemplate, placeIn } from '../template.ts';

const NATIVE = 'log_group_name: /shop/metrics\n';

/** A CloudWatch Agent's document whose Prometheus file is at `path`. */
function agentDocument(path?: string): string {
  const prometheus = { prometheus_config_path: path, log_group_name: '/shop/agent' };
  return JSON.stringify({ logs: { metrics_collected: { prometheus } } });
}

const PROMETHEUS = 'scrape_configs: []\n';

describe('a small configuration is in the environment', () => {
  it.each([
    ['a native one', CollectorConfiguration.native(NATIVE), { FARGAUGE_CONFIG: NATIVE }],
    [
      'one that is an object',
      CollectorConfiguration.of({ log_group_name: '/shop/metrics' }),
      { FARGAUGE_CONFIG: '{"log_group_name":"/shop/metrics"}' },
    ],
    [
      "the CloudWatch Agent's, as it is",
      CollectorConfiguration.cloudWatchAgent(
        agentDocument('env:PROMETHEUS_CONFIG_CONTENT'),
        PROMETHEUS,
      ),
      {
        CW_CONFIG_CONTENT: agentDocument('env:PROMETHEUS_CONFIG_CONTENT'),
        PROMETHEUS_CONFIG_CONTENT: PROMETHEUS,
      },
    ],
    [
      "the CloudWatch Agent's, whose other file is where it is in the function",
      CollectorConfiguration.cloudWatchAgent(agentDocument('/etc/prometheus.yaml'), PROMETHEUS),
      {
        CW_CONFIG_CONTENT: agentDocument('env:PROMETHEUS_CONFIG_CONTENT'),
        PROMETHEUS_CONFIG_CONTENT: PROMETHEUS,
      },
    ],
  ])('%s', (_, configuration, variables) => {
    expect(configuration.inEnvironment()).toEqual({ environment: variables, files: {} });
  });
});

describe('a configuration that the environment has no room for', () => {
  // GIVEN
  const app = new App();
  const stack = new Stack(app, 'Stack');
  const long = `# ${'x'.repeat(4096)}\n`;
  const native = CollectorConfiguration.native(long + NATIVE);
  const agent = CollectorConfiguration.cloudWatchAgent(
    agentDocument('env:PROMETHEUS_CONFIG_CONTENT'),
    long + PROMETHEUS,
  );

  // WHEN
  new Collector(stack, 'Native', { ...placeIn(stack, 'A'), code: CODE, configuration: native });
  new Collector(stack, 'Agent', { ...placeIn(stack, 'B'), code: CODE, configuration: agent });
  const template = Template.fromStack(stack);
  const { directory } = app.synth();

  // THEN
  it('is in the files of a layer, which the environment names', () => {
    template.resourcePropertiesCountIs(
      'AWS::Lambda::Function',
      {
        Layers: [Match.anyValue()],
        Environment: {
          Variables: {
            FARGAUGE_CONFIG_FILE: '/opt/fargauge-configuration',
            FARGAUGE_CONFIG: Match.absent(),
            CW_CONFIG_CONTENT: Match.absent(),
            PROMETHEUS_CONFIG_CONTENT: Match.absent(),
          },
        },
      },
      2,
    );
  });

  it("is complete there, and the agent's document says where the other file is", () => {
    const layers = readdirSync(directory)
      .map((name) => join(directory, name))
      .filter((path) => path.includes('asset.') && !path.includes('.zip'))
      .flatMap((path) => readdirSync(path).map((name) => [name, join(path, name)] as const))
      .filter(([name]) => name.startsWith('fargauge-'))
      .map(([name, path]) => [name, readFileSync(path, 'utf8')]);
    expect(layers).toEqual(
      expect.arrayContaining([
        ['fargauge-configuration', long + NATIVE],
        ['fargauge-configuration', agentDocument('file:/opt/fargauge-prometheus.yaml')],
        ['fargauge-prometheus.yaml', long + PROMETHEUS],
      ]),
    );
  });
});

describe('a configuration that lies elsewhere', () => {
  const location = 's3://our-bucket/fargauge.yaml';

  it('is named in the environment, and may be read', () => {
    const template = collectorTemplate({ configuration: CollectorConfiguration.remote(location) });
    template.hasResourceProperties('AWS::Lambda::Function', {
      Environment: { Variables: { FARGAUGE_CONFIG: location } },
    });
    template.hasResourceProperties('AWS::IAM::Policy', {
      PolicyDocument: {
        Statement: Match.arrayWith([
          Match.objectLike({
            Action: 's3:GetObject',
            Resource: {
              'Fn::Join': ['', Match.arrayWith([':s3:::our-bucket/fargauge.yaml'])],
            },
          }),
        ]),
      },
    });
  });

  it('is checked where it is known', () => {
    const configuration = CollectorConfiguration.remote(location, 'scrape_configs: 7');
    expect(() => collectorTemplate({ configuration })).toThrow(
      new Error(
        `[Stack/Collector] ${location} cannot be used:\n` +
          `  the text of ${location}: scrape_configs: expected a list, given 7 (number)`,
      ),
    );
  });
});

describe('the log group that a configuration names', () => {
  const mayCreate = (name: string) =>
    Match.objectLike({
      PolicyDocument: {
        Statement: Match.arrayWith([
          Match.objectLike({
            Action: Match.arrayWith(['logs:CreateLogGroup']),
            Resource: { 'Fn::Join': ['', Match.arrayWith([`:log-group:${name}:*`])] },
          }),
        ]),
      },
    });

  it.each([
    ['as it is', '/shop/metrics', '/shop/metrics'],
    ['with the name of the cluster', '/ecs/{ClusterName}', '/ecs/prod'],
  ])('may be created and written to, %s', (_, log_group_name, name) => {
    collectorTemplate({
      configuration: CollectorConfiguration.of({ log_group_name }),
    }).hasResourceProperties('AWS::IAM::Policy', mayCreate(name));
  });

  it('is told to stay when the stack is deleted', () => {
    const configuration = CollectorConfiguration.of({ log_group_name: '/ecs/{ClusterName}' });
    const infos = (props: Partial<CollectorProps>) =>
      Annotations.fromStack(collectorStack(props).stack).findInfo(
        '/Stack/Collector',
        Match.stringLikeRegexp('The function makes the log group /ecs/prod if it does not exist'),
      );
    expect(infos({ configuration })).toHaveLength(1);
    expect(infos({})).toHaveLength(0);
  });

  it.each<[what: string, nameIn: (stack: Stack) => string, infos: number]>([
    ['a group of the app', (stack) => new LogGroup(stack, 'Group').logGroupName, 0],
    [
      'a group of another stack',
      ({ node }) => new LogGroup(new Stack(node.root, 'Other'), 'Group').logGroupName,
      0,
    ],
    ['any other that only the deployment knows', () => `/ecs/${Fn.importValue('name')}`, 1],
  ])('of %s is told to stay only where no stack makes it', (_, nameIn, count) => {
    const stack = new Stack(new App(), 'Stack');
    const configuration = CollectorConfiguration.of({ log_group_name: nameIn(stack) });
    collectorStack({ configuration }, stack);
    const pattern = Match.stringLikeRegexp('The function makes the log group');
    const infos = Annotations.fromStack(stack).findInfo('/Stack/Collector', pattern);
    expect(infos.map(({ entry }) => entry.data)).toEqual(
      Array(count).fill(expect.stringContaining('the log group /ecs/… if it does not exist')),
    );
  });

  it('is the one that the dashboard and the alarms look at, and no other is made', () => {
    const { stack, collector } = collectorStack({
      configuration: CollectorConfiguration.of({ log_group_name: '/ecs/{ClusterName}' }),
    });
    new CollectorAlarms(stack, 'Alarms', { collector });
    expect(collector.metricsLogGroup?.logGroupName).toBe('/ecs/prod');
    const template = Template.fromStack(stack);
    template.resourceCountIs('AWS::Logs::LogGroup', 1);
    expect(JSON.stringify(template.findResources('AWS::CloudWatch::Alarm'))).toContain(
      '{"Name":"LogGroupName","Value":"/ecs/prod"}',
    );
  });

  it('gives a warning where a placeholder stands for groups that nobody knows', () => {
    const { stack } = collectorStack({
      configuration: CollectorConfiguration.of({ log_group_name: '/ecs/{ServiceName}' }),
    });
    Annotations.fromStack(stack).hasWarning(
      '/Stack/Collector',
      '[Stack/Collector] The configuration writes to /ecs/{ServiceName}: list the log groups of this template in `otherLogGroupNames`, so that the collector may write to them [ack: fargauge:logGroups]',
    );
  });
});

describe('what is wrong with a configuration ends the synthesis', () => {
  it.each([
    [
      'all of it, with its place',
      CollectorConfiguration.native('regoin: eu-west-1\nscrape_configs: 7'),
      '[Stack/Collector] The native configuration cannot be used:\n' +
        '  the native configuration: scrape_configs: expected a list, given 7 (number)\n' +
        '  the native configuration: regoin: expected the key "region", given an unknown key',
    ],
    [
      'a file that the function does not have',
      CollectorConfiguration.native(
        'scrape_configs:\n- job_name: a\n  basic_auth: {username: me, password_file: /etc/secret}',
      ),
      '[Stack/Collector] The native configuration cannot be used:\n' +
        '  the native configuration: scrape_configs[0].basic_auth.password_file: expected a file that can be read, given "/etc/secret" (string): the function has no such file',
    ],
    [
      'a cluster that the collector may not read',
      CollectorConfiguration.of({
        ecs_service_discovery: { sd_target_cluster: ['prod', 'prdo'], docker_label: {} },
      }),
      '[Stack/Collector] The configuration names the cluster prdo, which the collector may not read: expected it as `cluster` or in `otherClusters`, got prod',
    ],
  ])('%s', (_, configuration, message) => {
    expect(() => collectorTemplate({ configuration })).toThrow(new Error(message));
  });

  it('a secret that only the function can read is none of that', () => {
    const configuration = CollectorConfiguration.native(
      'scrape_configs:\n- job_name: a\n  basic_auth: {username: me, password: "aws:ssm:/secret"}',
    );
    expect(() => collectorTemplate({ configuration })).not.toThrow();
  });
});

it('other clusters may be named where the collector knows them, and by a pattern', () => {
  const { stack } = collectorStack();
  const place = placeIn(stack, 'Place');
  const other = Cluster.fromClusterAttributes(stack, 'Other', {
    clusterName: 'test',
    clusterArn: 'arn:aws:ecs:eu-west-1:111122223333:cluster/test',
    vpc: place.vpc,
  });
  const configuration = CollectorConfiguration.of({
    ecs_service_discovery: { sd_target_cluster: ['prod', 'test', 'de*'], docker_label: {} },
  });
  const props = { ...place, code: CODE, otherClusters: [other], configuration };
  expect(() => new Collector(stack, 'Both', props)).not.toThrow();
});
