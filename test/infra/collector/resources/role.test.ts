import { describe, expect, it } from '@jest/globals';
import { Cluster } from 'aws-cdk-lib/aws-ecs';
import { App, Aws, Stack } from 'aws-cdk-lib/core';
import { CollectorConfiguration } from '../../../../infra/configuration/configuration.ts';
import { collectorTemplate } from '../../template.ts';

interface Statement {
  readonly Effect: string;
  readonly Action: string | readonly string[];
  readonly Resource: unknown;
  readonly Condition?: unknown;
}

const CLUSTER_ARN = 'arn:aws:ecs:eu-west-1:111122223333:cluster/prod';

describe('what the function may do', () => {
  const template = collectorTemplate({ otherLogGroupNames: ['/ecs/prometheus'] });
  const statements = Object.values(template.findResources('AWS::IAM::Policy')).flatMap(
    (policy) => policy.Properties.PolicyDocument.Statement as Statement[],
  );
  const allowing = (action: string) =>
    statements.filter(
      (statement) => statement.Effect === 'Allow' && [statement.Action].flat().includes(action),
    );

  it.each([
    ...['ecs:ListTasks', 'ecs:DescribeTasks', 'ecs:DescribeContainerInstances'],
    ...['ecs:ListServices', 'ecs:DescribeServices'],
  ])('%s in its cluster only', (action) => {
    expect(allowing(action)).toEqual([
      expect.objectContaining({ Condition: { ArnLike: { 'ecs:cluster': [CLUSTER_ARN] } } }),
    ]);
  });

  it('write to its own log group, that of the metrics and the one that is named', () => {
    expect(allowing('logs:PutLogEvents').map(({ Resource }) => Resource)).toEqual([
      { 'Fn::GetAtt': [expect.stringMatching(/^CollectorLogGroup/), 'Arn'] },
      { 'Fn::GetAtt': [expect.stringMatching(/^CollectorMetricsLogGroup/), 'Arn'] },
      expect.objectContaining({
        'Fn::Join': ['', expect.arrayContaining([':log-group:/ecs/prometheus:*'])],
      }),
    ]);
  });

  it('create no log group but those that are named', () => {
    expect(allowing('logs:CreateLogGroup').map(({ Resource }) => JSON.stringify(Resource))).toEqual(
      [expect.stringContaining(':log-group:/ecs/prometheus:*"')],
    );
  });

  it('nothing else', () => {
    const actions = statements
      .filter(({ Effect }) => Effect === 'Allow')
      .flatMap(({ Action }) => Action);
    expect(new Set(actions)).toEqual(
      new Set([
        'ec2:AssignPrivateIpAddresses',
        'ec2:CreateNetworkInterface',
        'ec2:DeleteNetworkInterface',
        'ec2:DescribeInstances',
        'ec2:DescribeNetworkInterfaces',
        'ec2:DescribeSubnets',
        'ec2:UnassignPrivateIpAddresses',
        'ecs:DescribeContainerInstances',
        'ecs:DescribeServices',
        'ecs:DescribeTaskDefinition',
        'ecs:DescribeTasks',
        'ecs:ListServices',
        'ecs:ListTasks',
        'logs:CreateLogGroup',
        'logs:CreateLogStream',
        'logs:PutLogEvents',
        's3:DeleteObject',
        's3:GetObject',
        's3:ListBucket',
        's3:PutObject',
        'sqs:SendMessage',
      ]),
    );
  });

  it('its code may not use the network permissions that Lambda needs', () => {
    const denied = statements.filter(({ Effect }) => Effect === 'Deny');
    const network = allowing('ec2:CreateNetworkInterface');
    expect(denied).toEqual([
      {
        Effect: 'Deny',
        Action: network[0]?.Action,
        Resource: '*',
        Condition: {
          ArnEquals: {
            'lambda:SourceFunctionArn': [
              { 'Fn::GetAtt': [expect.stringMatching(/^CollectorFunction/), 'Arn'] },
            ],
          },
        },
      },
    ]);
  });

  it('has the network permissions before it is made', () => {
    const [lambda] = Object.values(template.findResources('AWS::Lambda::Function'));
    expect(lambda?.DependsOn).toContainEqual(expect.stringMatching(/^CollectorRoleNetwork/));
  });

  it('has no managed policy', () => {
    const roles = Object.entries(template.findResources('AWS::IAM::Role'));
    // That of the CDK's helper, which empties the bucket when the stack is deleted, is not ours.
    const own = roles.filter(([id]) => id.startsWith('Collector'));
    expect(own).not.toEqual([]);
    for (const [, role] of own) expect(role.Properties).not.toHaveProperty('ManagedPolicyArns');
  });
});

describe('what a configuration adds', () => {
  const SECRET = 'arn:aws:secretsmanager:eu-west-1:111122223333:secret:shop-AbCdEf';
  const ROLE = 'arn:aws:iam::210987654321:role/reader';

  const clusters = new Stack(new App(), 'Clusters');
  const otherClusters = ['shop', 'far'].map((name) =>
    Cluster.fromClusterArn(clusters, name, `arn:aws:ecs:eu-west-1:111122223333:cluster/${name}`),
  );
  const statementsOf = (configuration: CollectorConfiguration) => {
    const template = collectorTemplate({ configuration, otherClusters });
    return Object.values(template.findResources('AWS::IAM::Policy')).flatMap(
      (policy) => policy.Properties.PolicyDocument.Statement as Statement[],
    );
  };
  const allowed = (configuration: CollectorConfiguration, action: string) =>
    statementsOf(configuration).filter(
      ({ Effect, Action }) => Effect === 'Allow' && [Action].flat().includes(action),
    );
  const native = (document: object) => CollectorConfiguration.native(JSON.stringify(document));
  const discovering = (section: object) =>
    native({ ecs_service_discovery: { docker_label: {}, ...section } });

  it('further clusters, by name, ARN or pattern, in their Regions', () => {
    const configuration = discovering({
      sd_target_cluster: ['shop', 'arn:aws:ecs:eu-west-1:111122223333:cluster/far'],
      sd_targets: [{ clusters: ['prod-*'], region: 'us-east-1' }],
    });
    const [statement] = allowed(configuration, 'ecs:ListTasks');
    const clusters = JSON.stringify(statement?.Condition);
    for (const end of [':cluster/shop', ':cluster/far', ':ecs:us-east-1:', ':cluster/prod-*']) {
      expect(clusters).toContain(end);
    }
    expect(allowed(configuration, 'ecs:ListClusters')).toHaveLength(1);
  });

  it('no cluster that is read as another role, but that role', () => {
    const configuration = discovering({ sd_targets: [{ clusters: ['*'], role_arn: ROLE }] });
    expect(allowed(configuration, 'ecs:ListTasks')[0]?.Condition).toEqual({
      ArnLike: { 'ecs:cluster': [CLUSTER_ARN] },
    });
    expect(allowed(configuration, 'ecs:ListClusters')).toEqual([]);
    expect(allowed(configuration, 'sts:AssumeRole')).toMatchObject([{ Resource: ROLE }]);
  });

  it('tags of clusters, of those clusters', () => {
    expect(
      allowed(discovering({ sd_lookups: ['cluster_tags'] }), 'ecs:DescribeClusters'),
    ).toMatchObject([{ Resource: CLUSTER_ARN }]);
  });

  it.each([
    ['public_ips', discovering({ sd_lookups: ['public_ips'] }), false],
    ['nothing of the like', discovering({ sd_lookups: ['services'] }), true],
  ])('looking at network interfaces: %s', (_, configuration, denied) => {
    const [statement] = statementsOf(configuration).filter(({ Effect }) => Effect === 'Deny');
    expect([statement?.Action].flat().includes('ec2:DescribeNetworkInterfaces')).toBe(denied);
    expect(statement?.Action).toContain('ec2:CreateNetworkInterface');
  });

  it('all that Prometheus asks for, where its own discovery is configured', () => {
    const entry = { role: 'ecs', region: 'us-east-1' };
    const reading = (label: string) =>
      native({
        scrape_configs: [
          {
            job_name: 'a',
            aws_sd_configs: [entry],
            relabel_configs: [{ source_labels: [label], target_label: 'x' }],
          },
        ],
      });
    const configuration = reading('__meta_ecs_tag_cluster_team');
    const [statement] = allowed(configuration, 'ecs:ListTasks');
    expect(JSON.stringify(statement?.Condition)).toContain(':cluster/*');
    expect(allowed(configuration, 'ecs:ListClusters')).toHaveLength(1);
    expect(allowed(configuration, 'ecs:DescribeClusters')).toHaveLength(1);
    expect(allowed(configuration, 'ecs:DescribeTaskDefinition')).toEqual([]);
    expect(allowed(reading('__meta_ecs_public_ip'), 'ecs:DescribeClusters')).toEqual([]);
  });

  it('the secrets and parameters that it names, each by its own ARN', () => {
    const configuration = CollectorConfiguration.native(`
scrape_configs:
  - job_name: a
    basic_auth: { username: aws:ssm:/shop/user, password: 'aws:secretsmanager:${SECRET}:password' }
`);
    expect(allowed(configuration, 'secretsmanager:GetSecretValue')).toMatchObject([
      { Resource: SECRET },
    ]);
    const [parameter] = allowed(configuration, 'ssm:GetParameter');
    expect(JSON.stringify(parameter?.Resource)).toContain(':parameter/shop/user"');
  });

  it('writing to the workspaces that it names, by remote write in either form', () => {
    const url = (id: string, host = 'aps-workspaces.eu-west-3.amazonaws.com') =>
      `https://${host}/workspaces/${id}/api/v1/remote_write`;
    const configuration = native({
      outputs: [{ type: 'remote_write', url: url('ws-1') }],
      remote_write: [
        { url: url('ws-2', 'aps-workspaces-fips.eu-west-3.api.aws') },
        { url: url('ws-3'), sigv4: { role_arn: ROLE } },
      ],
    });
    const [statement] = allowed(configuration, 'aps:RemoteWrite');
    const resources = JSON.stringify(statement?.Resource);
    expect(resources).toContain(':aps:eu-west-3:');
    expect(resources).toContain(':workspace/ws-1"');
    expect(resources).toContain(':workspace/ws-2"');
    expect(resources).not.toContain('ws-3');
    expect(allowed(configuration, 'sts:AssumeRole')).toMatchObject([{ Resource: ROLE }]);
    const ofTheAgent = CollectorConfiguration.cloudWatchAgent(
      JSON.stringify({ logs: { metrics_collected: { prometheus: { log_group_name: 'g' } } } }),
      JSON.stringify({ remote_write: [{ url: url('ws-1') }] }),
    );
    expect(allowed(ofTheAgent, 'aps:RemoteWrite')).toEqual([]);
  });

  it.each([
    'cloudwatch',
    'https://monitoring.eu-west-3.amazonaws.com/v1/metrics',
    'https://vpce-1.monitoring.eu-west-3.vpce.amazonaws.com/v1/metrics',
    'https://monitoring-fips.us-east-1.api.aws/v1/metrics',
    `https://monitoring.${Aws.REGION}.amazonaws.com/v1/metrics`,
  ])('metrics over OTLP to %s, where no role is assumed for them', (endpoint) => {
    const output = { type: 'otlp', endpoint } as const;
    expect(
      allowed(CollectorConfiguration.of({ outputs: [output] }), 'cloudwatch:PutMetricData'),
    ).toMatchObject([{ Resource: '*' }]);
    const asRole = CollectorConfiguration.of({ outputs: [{ ...output, role_arn: ROLE }] });
    expect(allowed(asRole, 'cloudwatch:PutMetricData')).toEqual([]);
    expect(allowed(asRole, 'sts:AssumeRole')).toMatchObject([{ Resource: ROLE }]);
  });

  it('no metrics over OTLP to any other receiver', () => {
    const outputs = [{ type: 'otlp', endpoint: 'https://collector.example.com/v1/metrics' }];
    expect(allowed(native({ outputs }), 'cloudwatch:PutMetricData')).toEqual([]);
  });

  it('no role of the CloudWatch Agent that other outputs have taken the place of', () => {
    const agent = CollectorConfiguration.cloudWatchAgent(
      JSON.stringify({
        agent: { credentials: { role_arn: ROLE } },
        logs: { metrics_collected: { prometheus: { log_group_name: 'g' } } },
      }),
      JSON.stringify({ scrape_configs: [] }),
    );
    expect(allowed(agent, 'sts:AssumeRole')).toMatchObject([{ Resource: ROLE }]);
    const others = agent.withOutputs({ type: 'cloudwatch-logs' });
    expect(allowed(others, 'sts:AssumeRole')).toEqual([]);
  });

  it('the place that it lies in, and what is needed by what lies there', () => {
    const text = `scrape_configs: [{ job_name: a, bearer_token: 'aws:secretsmanager:${SECRET}' }]`;
    const configuration = CollectorConfiguration.remote('s3://conf/a/fargauge.yaml', text);
    // Beside the state, which is always there.
    const objects = allowed(configuration, 's3:GetObject').map(({ Resource }) => Resource);
    expect(objects).toHaveLength(2);
    expect(JSON.stringify(objects)).toContain(':s3:::conf/a/fargauge.yaml"');
    expect(allowed(configuration, 'secretsmanager:GetSecretValue')).toHaveLength(1);
    const parameter = allowed(CollectorConfiguration.remote('ssm:fargauge'), 'ssm:GetParameter');
    expect(JSON.stringify(parameter[0]?.Resource)).toContain(':parameter/fargauge"');
  });

  it('nothing where it cannot be read, which ends the synthesis', () => {
    const { needs } = CollectorConfiguration.native('{');
    const nothing = { ...CollectorConfiguration.builtIn().needs, taskDefinitions: false };
    expect(needs).toEqual(nothing);
  });
});

describe('what the scheduler may do', () => {
  const template = collectorTemplate();
  const roles = Object.values(template.findResources('AWS::IAM::Role'));
  const role = roles.find(({ Properties }) => Properties.Policies !== undefined);

  it('start this function and nothing else', () => {
    const statements = role?.Properties.Policies.flatMap(
      (policy: { PolicyDocument: { Statement: Statement[] } }) => policy.PolicyDocument.Statement,
    );
    expect(statements).toEqual([
      {
        Effect: 'Allow',
        Action: 'lambda:InvokeFunction',
        Resource: { 'Fn::GetAtt': [expect.stringMatching(/^CollectorFunction/), 'Arn'] },
      },
    ]);
  });

  it('only for the schedules of this account', () => {
    expect(role?.Properties.AssumeRolePolicyDocument.Statement[0].Condition).toEqual({
      StringEquals: {
        'aws:SourceAccount': { Ref: 'AWS::AccountId' },
        'aws:SourceArn': expect.anything(),
      },
    });
  });
});
