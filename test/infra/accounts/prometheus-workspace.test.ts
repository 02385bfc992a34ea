import { describe, expect, it } from '@jest/globals';
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import { ArnPrincipal, Role } from 'aws-cdk-lib/aws-iam';
import { Key } from 'aws-cdk-lib/aws-kms';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import { App, Duration, RemovalPolicy, Stack, Tags } from 'aws-cdk-lib/core';
import {
  PrometheusWorkspace,
  type PrometheusWorkspaceProps,
} from '../../../infra/accounts/prometheus-workspace.ts';
import { WorkspaceAccess } from '../../../infra/accounts/workspace-access.ts';
import { MAX_ENVIRONMENT_BYTES } from '../../../infra/collector/resources/function.ts';
import { CollectorConfiguration } from '../../../infra/configuration/configuration.ts';
import { collectorStack } from '../template.ts';
import { assumableBy } from './access-role.ts';

const ARN = 'arn:aws:aps:eu-central-1:111122223333:workspace/ws-01234567-89ab';
const WORKSPACE = 'AWS::APS::Workspace';
const FUNCTION = 'AWS::Lambda::Function';

function newStack(): Stack {
  return new Stack(new App(), 'Stack');
}

function workspaceTemplate(props?: PrometheusWorkspaceProps): Template {
  const stack = newStack();
  new PrometheusWorkspace(stack, 'Workspace', props);
  return Template.fromStack(stack);
}

/** `FARGAUGE_OUTPUTS` of the function, what only the deployment knows by its name there. */
function outputsOf(stack: Stack): unknown {
  const functions = Template.fromStack(stack).findResources(FUNCTION);
  const [{ Properties } = { Properties: {} }] = Object.values(functions);
  const { FARGAUGE_OUTPUTS: value } = Properties.Environment.Variables;
  if (typeof value === 'string') return JSON.parse(value);
  const parts: unknown[] = value['Fn::Join'][1];
  return JSON.parse(
    parts
      .map((part) => {
        if (typeof part === 'string') return part;
        const { Ref, 'Fn::GetAtt': attribute } = part as { Ref?: string; 'Fn::GetAtt'?: string[] };
        return Ref ?? attribute?.join('.').replace(/[0-9A-F]{8}/, '');
      })
      .join(''),
  );
}

/** The statements of the function's role about Amazon Managed Service for Prometheus. */
function apsStatements(stack: Stack): unknown[] {
  const policies = Template.fromStack(stack).findResources('AWS::IAM::Policy');
  return Object.values(policies)
    .flatMap(({ Properties }) => Properties.PolicyDocument.Statement)
    .filter(({ Action }) => [Action].flat().some((action) => action.startsWith('aps:')));
}

describe('a new workspace', () => {
  it('outlives its stack, with the settings of the service', () => {
    workspaceTemplate().hasResource(WORKSPACE, {
      Properties: Match.absent(),
      DeletionPolicy: 'Retain',
      UpdateReplacePolicy: 'Retain',
    });
  });

  it.each([
    [RemovalPolicy.RETAIN, 1],
    [RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE, 1],
    [RemovalPolicy.DESTROY, 0],
  ])('says whether it stays: %s', (removalPolicy, infos) => {
    const stack = new Stack(new App(), 'Stack');
    new PrometheusWorkspace(stack, 'Workspace', { removalPolicy });
    const text = Match.stringLikeRegexp(
      '^\\[Stack/Workspace\\] The workspace stays when the stack',
    );
    expect(Annotations.fromStack(stack).findInfo('*', text)).toHaveLength(infos);
  });

  it('has an alias, a retention, a log group, a key and tags', () => {
    const stack = newStack();
    const workspace = new PrometheusWorkspace(stack, 'Workspace', {
      alias: 'shop',
      retention: Duration.days(400),
      outOfOrderWindow: Duration.minutes(5),
      logGroup: LogGroup.fromLogGroupName(stack, 'Log', '/aws/vendedlogs/prometheus/shop'),
      encryptionKey: Key.fromKeyArn(stack, 'Key', 'arn:aws:kms:eu-west-1:111122223333:key/a-b'),
      removalPolicy: RemovalPolicy.DESTROY,
    });
    Tags.of(workspace).add('team', 'shop');
    Template.fromStack(stack).hasResource(WORKSPACE, {
      Properties: {
        Alias: 'shop',
        WorkspaceConfiguration: { RetentionPeriodInDays: 400, OutOfOrderTimeWindowInSeconds: 300 },
        LoggingConfiguration: {
          LogGroupArn: {
            'Fn::Join': [
              '',
              Match.arrayWith([Match.stringLikeRegexp(':log-group:/aws/vendedlogs/.*:\\*$')]),
            ],
          },
        },
        KmsKeyArn: 'arn:aws:kms:eu-west-1:111122223333:key/a-b',
        Tags: [{ Key: 'team', Value: 'shop' }],
      },
      DeletionPolicy: 'Delete',
    });
  });

  it.each<[string, PrometheusWorkspaceProps, string]>([
    [
      'too long a retention',
      { retention: Duration.days(1_096) },
      'Expected `retention` to be from 1 to 1095 whole days, got 1096 days',
    ],
    [
      'a retention of a day and a half',
      { retention: Duration.hours(36) },
      'Expected `retention` to be from 1 to 1095 whole days, got 1 day 12 hours',
    ],
    [
      'samples that come too late',
      { outOfOrderWindow: Duration.minutes(11) },
      'Expected `outOfOrderWindow` to be at most 10 minutes, got 11 minutes',
    ],
  ])('with %s is refused', (_, props, message) => {
    expect(() => workspaceTemplate(props)).toThrow(new Error(`[Stack/Workspace] ${message}`));
  });
});

describe('a collector that writes to a new workspace', () => {
  // GIVEN / WHEN
  const { stack } = withWorkspace((workspace) =>
    CollectorConfiguration.builtIn().withOutputs(
      { type: 'cloudwatch-logs' },
      workspace.output({
        externalLabels: { account: 'shop' },
        relabeling: [{ regex: 'StartedBy', action: 'labeldrop' }],
      }),
    ),
  );

  function withWorkspace(
    configurationFor: (workspace: PrometheusWorkspace) => CollectorConfiguration,
  ) {
    const app = new App();
    const scope = new Stack(app, 'Workspaces');
    const workspace = new PrometheusWorkspace(scope, 'Workspace');
    return { ...collectorStack({ configuration: configurationFor(workspace) }, scope), workspace };
  }

  // THEN
  it('is told its URL by the deployment', () => {
    expect(outputsOf(stack)).toEqual([
      { type: 'cloudwatch-logs' },
      {
        type: 'remote_write',
        url: 'https://aps-workspaces.AWS::Region.AWS::URLSuffix/workspaces/Workspace.WorkspaceId/api/v1/remote_write',
        external_labels: { account: 'shop' },
        write_relabel_configs: [{ regex: 'StartedBy', action: 'labeldrop' }],
      },
    ]);
  });

  it('may write to it, and do nothing else with workspaces', () => {
    const [statement, ...others] = apsStatements(stack);
    expect(others).toEqual([]);
    expect(statement).toEqual({
      Effect: 'Allow',
      Action: 'aps:RemoteWrite',
      Resource: {
        'Fn::Join': [
          '',
          [
            ...['arn:', { Ref: 'AWS::Partition' }, ':aps:', { Ref: 'AWS::Region' }, ':'],
            ...[{ Ref: 'AWS::AccountId' }, ':workspace/'],
            { 'Fn::GetAtt': [expect.stringMatching(/^Workspace/), 'WorkspaceId'] },
          ],
        ],
      },
    });
  });

  it('is one to whom can be granted, too', () => {
    const given = collectorStack();
    PrometheusWorkspace.fromWorkspaceArn(given.stack, 'Existing', ARN).grantRemoteWrite(
      given.collector,
    );
    expect(apsStatements(given.stack)).toEqual([
      { Effect: 'Allow', Action: 'aps:RemoteWrite', Resource: ARN },
    ]);
  });

  it('keeps a large configuration in a file, and its outputs in the environment', () => {
    const large = withWorkspace((workspace) =>
      CollectorConfiguration.of({
        outputs: [workspace.output()],
        ecs_service_discovery: { docker_label: {} },
        scrape_configs: [
          { job_name: 'j'.repeat(MAX_ENVIRONMENT_BYTES), static_configs: [{ targets: ['a:1'] }] },
        ],
      }),
    );
    expect(outputsOf(large.stack)).toEqual([
      expect.objectContaining({ url: expect.stringContaining('Workspace.WorkspaceId') }),
    ]);
    Template.fromStack(large.stack).hasResourceProperties(FUNCTION, {
      Layers: [Match.anyValue()],
      Environment: { Variables: { FARGAUGE_CONFIG_FILE: Match.anyValue() } },
    });
  });

  it('may have a configuration of the CloudWatch Agent', () => {
    const agent = withWorkspace((workspace) =>
      CollectorConfiguration.cloudWatchAgent(
        JSON.stringify({
          logs: { metrics_collected: { prometheus: { log_group_name: '/shop' } } },
        }),
        'scrape_configs: [{job_name: shop, static_configs: [{targets: ["a:1"]}]}]',
      ).withOutputs(workspace.output()),
    );
    expect(outputsOf(agent.stack)).toHaveLength(1);
    expect(apsStatements(agent.stack)).toHaveLength(1);
  });

  it('does not need what the outputs need that its document names', () => {
    const { stack: replaced } = withWorkspace((workspace) =>
      CollectorConfiguration.of({
        outputs: [{ type: 'otlp', endpoint: 'cloudwatch' }],
      }).withOutputs(workspace.output()),
    );
    expect(JSON.stringify(Template.fromStack(replaced))).not.toContain('cloudwatch:PutMetricData');
  });

  it.each([
    ['The built-in default', CollectorConfiguration.builtIn()],
    ['ssm:/fargauge', CollectorConfiguration.remote('ssm:/fargauge')],
  ])('says where an output is wrong beside %s', (source, configuration) => {
    const build = () =>
      withWorkspace((workspace) =>
        configuration.withOutputs({ ...workspace.output(), external_id: 'shop-4711' }),
      );
    expect(build).toThrow(
      new Error(
        `[Workspaces/Collector] ${source} cannot be used:\n  FARGAUGE_OUTPUTS: [0].external_id: expected role_arn beside this key, given this key alone`,
      ),
    );
  });

  it('may send it remote write 2.0 with exemplars', () => {
    const keys = {
      protobuf_message: 'io.prometheus.write.v2.Request',
      send_exemplars: true,
    } as const;
    const { stack: version2 } = withWorkspace((workspace) =>
      CollectorConfiguration.builtIn().withOutputs({ ...workspace.output(), ...keys }),
    );
    expect(outputsOf(version2)).toEqual([expect.objectContaining(keys)]);
  });

  it('says at synthesis that there is no such version', () => {
    const protobuf_message = 'v2' as 'io.prometheus.write.v2.Request';
    const build = () =>
      withWorkspace((workspace) =>
        CollectorConfiguration.builtIn().withOutputs({ ...workspace.output(), protobuf_message }),
      );
    expect(build).toThrow(
      'FARGAUGE_OUTPUTS: [0].protobuf_message: expected one of prometheus.WriteRequest, io.prometheus.write.v2.Request, given "v2" (string)',
    );
  });

  it('refuses outputs that the environment has no room for', () => {
    const externalLabels = { text: 'x'.repeat(MAX_ENVIRONMENT_BYTES) };
    const build = () =>
      withWorkspace((workspace) =>
        CollectorConfiguration.builtIn().withOutputs(workspace.output({ externalLabels })),
      );
    expect(build).toThrow(
      /^\[Workspaces\/Collector\] Expected the outputs of `configuration` to fit into the 4096 bytes of the function's environment, got \d+ bytes /,
    );
  });
});

describe('a workspace that exists', () => {
  it('has the URL that its ARN says', () => {
    const workspace = PrometheusWorkspace.fromWorkspaceArn(newStack(), 'Workspace', ARN);
    expect(workspace.workspaceId).toBe('ws-01234567-89ab');
    expect(workspace.remoteWriteUrl).toMatch(
      /^https:\/\/aps-workspaces\.eu-central-1\..+\/workspaces\/ws-01234567-89ab\/api\/v1\/remote_write$/,
    );
  });

  it.each(['ws-01234567-89ab', `${ARN}/`, ARN.replace('workspace', 'scraper')])(
    'is not %s',
    (arn) => {
      expect(() => PrometheusWorkspace.fromWorkspaceArn(newStack(), 'Workspace', arn)).toThrow(
        new Error(
          `[Stack/Workspace] Expected the ARN of a workspace, such as arn:aws:aps:eu-west-1:111122223333:workspace/ws-…, got "${arn}"`,
        ),
      );
    },
  );

  it('is written to as a role of its account', () => {
    // GIVEN
    const app = new App();
    const central = new Stack(app, 'Central', {
      env: { account: '111122223333', region: 'eu-central-1' },
    });
    const workload = new Stack(app, 'Workload', {
      env: { account: '444455556666', region: 'eu-west-1' },
    });

    // WHEN
    const role = new WorkspaceAccess(central, 'Access', {
      workspace: PrometheusWorkspace.fromWorkspaceArn(central, 'Workspace', ARN),
      collectorRoleArn: 'arn:aws:iam::444455556666:role/collector',
      externalId: 'shop-4711',
      roleName: 'fargauge-write',
    });
    const workspace = PrometheusWorkspace.fromWorkspaceArn(workload, 'Workspace', ARN);
    const configuration = CollectorConfiguration.builtIn().withOutputs(workspace.output({ role }));
    const { stack } = collectorStack({ configuration }, workload);

    // THEN
    expect(outputsOf(stack)).toMatchObject([
      {
        role_arn: 'arn:AWS::Partition:iam::111122223333:role/fargauge-write',
        external_id: 'shop-4711',
      },
    ]);
    expect(apsStatements(stack)).toEqual([]);
    Template.fromStack(stack).hasResourceProperties('AWS::IAM::Policy', {
      PolicyDocument: {
        Statement: [
          {
            Action: 'sts:AssumeRole',
            Effect: 'Allow',
            Resource: {
              'Fn::Join': [
                '',
                ['arn:', { Ref: 'AWS::Partition' }, ':iam::111122223333:role/fargauge-write'],
              ],
            },
          },
        ],
      },
    });
    const template = Template.fromStack(central);
    const collectorRole = 'arn:aws:iam::444455556666:role/collector';
    template.hasResourceProperties('AWS::IAM::Role', assumableBy(collectorRole, 'fargauge-write'));
    template.hasResourceProperties('AWS::IAM::Policy', {
      PolicyDocument: {
        Statement: [{ Action: 'aps:RemoteWrite', Effect: 'Allow', Resource: ARN }],
      },
    });
  });

  it('is asked by Grafana, and by nothing more than it needs', () => {
    const stack = newStack();
    const grafana = new Role(stack, 'Grafana', {
      assumedBy: new ArnPrincipal('arn:aws:iam::444455556666:role/grafana'),
    });
    PrometheusWorkspace.fromWorkspaceArn(stack, 'Workspace', ARN).grantQuery(grafana);
    Template.fromStack(stack).hasResourceProperties('AWS::IAM::Policy', {
      PolicyDocument: {
        Statement: [
          {
            Action: [
              ...['aps:GetLabels', 'aps:GetMetricMetadata', 'aps:GetSeries', 'aps:QueryMetrics'],
            ],
            Effect: 'Allow',
            Resource: ARN,
          },
        ],
      },
    });
  });
});
