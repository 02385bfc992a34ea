import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import { App } from 'aws-cdk-lib/core';
import { readSettings } from '../../../infra/app/settings.ts';
import { FargaugeStack } from '../../../infra/app/stack.ts';
import { dashboardWidgets } from '../dashboard-body.ts';
import type { TemplateBody } from '../iam/evaluation/template-values.ts';
import { CODE, IMAGE } from '../template.ts';

const EXISTING = {
  cluster: 'prod',
  vpcId: 'vpc-0123456789abcdef0',
  subnetIds: 'subnet-0123456789abcdef0',
};

function stackOf(context: Record<string, unknown>): FargaugeStack {
  return new FargaugeStack(new App(), 'Fargauge', {
    settings: readSettings(context, {}),
    code: CODE,
    sidecarImage: IMAGE,
  });
}

describe('for a cluster that exists', () => {
  // GIVEN
  const stack = stackOf({
    cluster: 'prod',
    vpcId: 'vpc-0123456789abcdef0',
    subnetIds: 'subnet-0123456789abcdef0,subnet-0123456789abcdef1',
    taskSecurityGroupIds: 'sg-0123456789abcdef0,sg-0123456789abcdef1',
    ports: '8080,9404',
    services: 'cart,checkout',
    maxCpuPercent: 90,
    otherLogGroups: '/ecs/prometheus',
    otherClusters: 'test',
    alarmTopicArn: 'arn:aws:sns:eu-west-1:111122223333:people',
  });

  // WHEN
  const template = Template.fromStack(stack);

  // THEN
  it('the collector runs in the subnets that are named', () => {
    template.hasResourceProperties('AWS::Lambda::Function', {
      VpcConfig: { SubnetIds: ['subnet-0123456789abcdef0', 'subnet-0123456789abcdef1'] },
    });
  });

  it('collects the cluster of this account and region', () => {
    template.hasResourceProperties('AWS::Lambda::Function', {
      Environment: { Variables: { FARGAUGE_CLUSTER: 'prod' } },
    });
    template.hasResourceProperties('AWS::IAM::Policy', {
      PolicyDocument: {
        Statement: Match.arrayWith([
          Match.objectLike({
            Condition: {
              ArnLike: {
                'ecs:cluster': [
                  { 'Fn::Join': ['', Match.arrayWith([{ Ref: 'AWS::Region' }, ':cluster/prod'])] },
                ],
              },
            },
          }),
        ]),
      },
    });
  });

  it.each(['sg-0123456789abcdef0', 'sg-0123456789abcdef1'])(
    'reaches the tasks in the security group %s',
    (GroupId) => {
      template.hasResourceProperties('AWS::EC2::SecurityGroupIngress', { GroupId, ToPort: 9546 });
    },
  );

  it.each([8080, 9404])('reaches the port %s of the tasks, which the settings name', (ToPort) => {
    template.resourcePropertiesCountIs('AWS::EC2::SecurityGroupIngress', { ToPort }, 2);
  });

  it.each(['cart', 'checkout'])('watches the CPU of the tasks of %s', (service) => {
    template.hasResourceProperties('AWS::CloudWatch::Alarm', {
      Dimensions: [
        { Name: 'ClusterName', Value: 'prod' },
        { Name: 'ServiceName', Value: service },
      ],
      Threshold: 90,
    });
  });

  it('may create the log groups that the configuration names', () => {
    template.hasResourceProperties('AWS::IAM::Policy', {
      PolicyDocument: {
        Statement: Match.arrayWith([
          Match.objectLike({ Action: Match.arrayWith(['logs:CreateLogGroup']) }),
        ]),
      },
    });
  });

  it('tells the topic of all alarms', () => {
    template.allResourcesProperties('AWS::CloudWatch::Alarm', {
      AlarmActions: ['arn:aws:sns:eu-west-1:111122223333:people'],
    });
  });

  it('makes no network, cluster or service', () => {
    for (const type of ['AWS::EC2::VPC', 'AWS::ECS::Cluster', 'AWS::ECS::Service']) {
      template.resourceCountIs(type, 0);
    }
  });

  it('says where to look, and when', () => {
    const outputs = template.findOutputs('*');
    expect(Object.keys(outputs)).toEqual([
      'FirstFigures',
      'DashboardUrl',
      'WorstTasksUrl',
      'CollectorLogUrl',
      'CollectorFunction',
      'CollectorLogGroup',
      'MetricsLogGroup',
      'ClusterName',
      'CollectorRole',
      'CollectorSecurityGroup',
    ]);
    expect(outputs.FirstFigures?.Value).toMatch(/^two minutes after the deployment/);
  });

  it.each([
    ['DashboardUrl', '#dashboards/dashboard/', { Ref: expect.stringMatching(/^Dashboard/) }],
    [
      'CollectorLogUrl',
      '#logsV2:log-groups/log-group/',
      { Ref: expect.stringMatching(/^CollectorLogGroup/) },
    ],
    [
      'WorstTasksUrl',
      "by*20ClusterName*2c*20ServiceName*2c*20task*0a*7c*20sort*20cpu_percent*20desc*0a*7c*20limit*2015~source~(~'",
      { Ref: expect.stringMatching(/^CollectorMetricsLogGroup/) },
    ],
  ])('as a page of the console: %s', (name, page, of) => {
    const [, parts] = template.findOutputs(name)[name]?.Value['Fn::Join'] ?? ['', []];
    expect(parts[0]).toBe('https://');
    const at = parts.findIndex((part: unknown) => typeof part === 'string' && part.endsWith(page));
    expect(parts[at + 1]).toEqual(of);
  });

  it('warns of nothing', () => {
    expect(Annotations.fromStack(stack).findWarning('*', Match.anyValue())).toEqual([]);
  });
});

it.each([
  ['for a trial', {}],
  [
    'for a cluster that exists',
    { cluster: 'prod', vpcId: 'vpc-0123456789abcdef0', subnetIds: 'subnet-0123456789abcdef0' },
  ],
])('nothing stays when the stack %s is deleted, nor is made by others', (_, context) => {
  const template = Template.fromStack(stackOf(context));
  const { Resources } = template.toJSON() as TemplateBody;
  const kept = Object.entries(Resources).filter(
    ([, { DeletionPolicy = 'Delete' }]) => DeletionPolicy !== 'Delete',
  );
  expect(kept).toEqual([]);
  // Lambda makes a log group for each function that has none.
  template.allResourcesProperties('AWS::Lambda::Function', {
    LoggingConfig: { LogGroup: { Ref: Match.stringLikeRegexp('LogGroup') } },
  });
  // And would make that group again after it was deleted.
  template.hasResourceProperties('AWS::IAM::Role', {
    ManagedPolicyArns: Match.absent(),
    Policies: [
      {
        PolicyName: 'Inline',
        PolicyDocument: {
          Version: '2012-10-17',
          Statement: [
            {
              Effect: 'Allow',
              Action: ['logs:CreateLogStream', 'logs:PutLogEvents'],
              Resource: { 'Fn::GetAtt': [Match.stringLikeRegexp('^EmptyingLogGroup'), 'Arn'] },
            },
          ],
        },
      },
    ],
  });
});

describe.each([
  ['tasks', ['CPU of the tasks', 'Memory of the tasks']],
  ['containers', ['CPU of the tasks', 'Memory of the tasks']],
  [
    'detailed',
    [
      'CPU of the tasks',
      'Memory of the tasks',
      'Network',
      'Restarts of containers',
      'Ephemeral storage',
    ],
  ],
])('with the metrics of %s', (metrics, titles) => {
  const stack = stackOf({ ...EXISTING, services: 'cart', metrics });
  const widgets = dashboardWidgets(stack);
  const published = readSettings({ metrics }, {}).configuration.published('Stack');

  it('alarms and dashboard read only what is published', () => {
    const watched = Object.values(Template.fromStack(stack).findResources('AWS::CloudWatch::Alarm'))
      .map(({ Properties }) => Properties)
      .filter(({ Namespace }) => Namespace === 'Fargauge')
      .map(({ MetricName, Dimensions }) => ({
        metricName: MetricName,
        dimensions: Object.fromEntries(
          Dimensions.map(({ Name, Value }: Record<string, string>) => [Name, Value]),
        ),
      }));
    const shown = widgets
      .flatMap(({ properties }) => properties.metrics ?? [])
      .filter(([namespace]) => namespace === 'Fargauge')
      .map(([, metricName, ...names]) => ({
        metricName: String(metricName),
        dimensions: { [String(names[0])]: String(names[1]), [String(names[2])]: String(names[3]) },
      }));
    expect(watched.length).toBeGreaterThanOrEqual(2);
    expect(shown.length).toBeGreaterThanOrEqual(6);
    for (const wanted of [...watched, ...shown]) {
      expect([wanted, published?.problemOf(wanted)]).toEqual([wanted, undefined]);
    }
  });

  it('the dashboard has a graph for each of them', () => {
    const found = widgets.map(({ properties }) => properties.title ?? '');
    expect(found.filter((title) => GRAPHS.includes(title))).toEqual(titles);
  });
});

const GRAPHS = [
  'CPU of the tasks',
  'Memory of the tasks',
  'Network',
  'Restarts of containers',
  'Ephemeral storage',
];

it('the sidecar of the trial publishes at its end what the collector does', () => {
  const template = JSON.stringify(Template.fromStack(stackOf({ metrics: 'detailed' })));
  expect(template).toContain('ee_container_restarts_total');
  expect(JSON.stringify(Template.fromStack(stackOf({})))).not.toContain('ee_container');
});

it('no log group is named where only samples are written', () => {
  const folder = mkdtempSync(join(tmpdir(), 'fargauge-stack-'));
  const configFile = join(folder, 'otlp.yaml');
  writeFileSync(configFile, 'outputs: [{ type: otlp, endpoint: cloudwatch }]');
  const outputs = Template.fromStack(stackOf({ ...EXISTING, configFile })).findOutputs('*');
  rmSync(folder, { recursive: true });
  expect(Object.keys(outputs)).toContain('CollectorLogUrl');
  expect(outputs).not.toHaveProperty('MetricsLogGroup');
  expect(outputs).not.toHaveProperty('WorstTasksUrl');
});

it('a cluster can be named by its ARN', () => {
  const template = Template.fromStack(
    stackOf({
      cluster: 'arn:aws:ecs:eu-west-1:111122223333:cluster/prod',
      vpcId: 'vpc-0123456789abcdef0',
      subnetIds: 'subnet-0123456789abcdef0',
    }),
  );
  template.hasOutput('ClusterName', { Value: 'prod' });
  expect(JSON.stringify(template.findResources('AWS::IAM::Policy'))).toContain(
    '"ecs:cluster":["arn:aws:ecs:eu-west-1:111122223333:cluster/prod"]',
  );
});

describe('without a cluster', () => {
  // GIVEN / WHEN
  const template = Template.fromStack(stackOf({}));

  // THEN
  it('one is made, with a task that has a sidecar', () => {
    template.hasResourceProperties('AWS::ECS::TaskDefinition', {
      ContainerDefinitions: [
        Match.objectLike({ Name: 'burn', Essential: true }),
        Match.objectLike({ Name: 'fargauge-sidecar', Essential: false }),
      ],
    });
  });

  it('the collector reaches the task', () => {
    template.hasResourceProperties('AWS::EC2::SecurityGroupIngress', {
      GroupId: { 'Fn::GetAtt': [Match.stringLikeRegexp('^TrialServiceSecurityGroup'), 'GroupId'] },
      ToPort: 9546,
      SourceSecurityGroupId: {
        'Fn::GetAtt': [Match.stringLikeRegexp('^CollectorNetworkSecurityGroup'), 'GroupId'],
      },
    });
  });

  it.each(['Ecs', 'Logs'])('collector and task reach the endpoint of %s', (service) => {
    template.hasResourceProperties('AWS::EC2::SecurityGroup', {
      GroupDescription: Match.stringLikeRegexp(`Vpc/Fargauge${service}/SecurityGroup`),
      SecurityGroupIngress: [
        Match.objectLike({
          CidrIp: { 'Fn::GetAtt': [Match.stringLikeRegexp('^TrialVpc'), 'CidrBlock'] },
          ToPort: 443,
        }),
      ],
    });
  });

  it('nothing is billed by the hour but the task and two endpoints in one zone', () => {
    template.resourceCountIs('AWS::EC2::NatGateway', 0);
    template.resourceCountIs('AWS::EC2::VPCEndpoint', 3);
    const interfaces = { VpcEndpointType: 'Interface' };
    template.resourcePropertiesCountIs('AWS::EC2::VPCEndpoint', interfaces, 2);
    template.resourcePropertiesCountIs(
      'AWS::EC2::VPCEndpoint',
      { ...interfaces, SubnetIds: [Match.anyValue()] },
      2,
    );
  });

  it('the alarms on tasks are on the service that is made', () => {
    for (const metric of ['cpu', 'memory']) {
      template.hasResourceProperties('AWS::CloudWatch::Alarm', {
        MetricName: `ee_task_${metric}_utilization_percent`,
        Dimensions: [
          { Name: 'ClusterName', Value: { Ref: Match.stringLikeRegexp('^TrialCluster') } },
          {
            Name: 'ServiceName',
            Value: { 'Fn::GetAtt': [Match.stringLikeRegexp('^TrialService'), 'Name'] },
          },
        ],
      });
    }
  });

  it('the collector is watched too', () => {
    template.hasResourceProperties('AWS::CloudWatch::Alarm', {
      Namespace: 'Fargauge/Collector',
      MetricName: 'CycleDuration',
    });
  });
});

it('the sidecar of a trial has the image that the settings name', () => {
  const settings = readSettings({}, { FARGAUGE_SIDECAR_IMAGE: 'registry.example/sidecar:1' });
  const stack = new FargaugeStack(new App(), 'Fargauge', { settings, code: CODE });
  Template.fromStack(stack).hasResourceProperties('AWS::ECS::TaskDefinition', {
    ContainerDefinitions: Match.arrayWith([
      Match.objectLike({ Image: 'registry.example/sidecar:1' }),
    ]),
  });
});
