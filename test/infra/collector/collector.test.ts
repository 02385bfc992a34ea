import { describe, expect, it } from '@jest/globals';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { InstanceType, SecurityGroup } from 'aws-cdk-lib/aws-ec2';
import {
  Cluster,
  Ec2Service,
  Ec2TaskDefinition,
  FargateService,
  FargateTaskDefinition,
  type ICluster,
} from 'aws-cdk-lib/aws-ecs';
import { type IKey, Key } from 'aws-cdk-lib/aws-kms';
import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Duration, RemovalPolicy } from 'aws-cdk-lib/core';
import { Collector } from '../../../infra/collector/collector.ts';
import type { Shards } from '../../../infra/collector/shards/shards.ts';
import type { CollectorConfiguration } from '../../../infra/configuration/configuration.ts';
import { CODE, collectorStack, collectorTemplate, IMAGE, placeIn } from '../template.ts';

describe('a collector with nothing but a cluster and a network', () => {
  // GIVEN / WHEN
  const template = collectorTemplate();

  // THEN
  it('runs on Node.js 24 and arm64 with 512 MB', () => {
    template.hasResourceProperties('AWS::Lambda::Function', {
      Runtime: 'nodejs24.x',
      Architectures: ['arm64'],
      MemorySize: 512,
      Handler: 'index.handler',
    });
  });

  it('ends before the next minute', () => {
    template.hasResourceProperties('AWS::Lambda::Function', { Timeout: 55 });
  });

  it('takes nothing from the quota of concurrent executions, which may be 10', () => {
    template.allResourcesProperties('AWS::Lambda::Function', {
      ReservedConcurrentExecutions: Match.absent(),
    });
  });

  it('runs in the private subnets with a security group of its own', () => {
    template.hasResourceProperties('AWS::Lambda::Function', {
      VpcConfig: {
        SubnetIds: ['subnet-0123456789abcdef0'],
        SecurityGroupIds: [
          { 'Fn::GetAtt': [Match.stringLikeRegexp('^CollectorNetworkSecurityGroup'), 'GroupId'] },
        ],
      },
    });
  });

  it('lets nothing into its security group', () => {
    template.hasResourceProperties('AWS::EC2::SecurityGroup', {
      GroupDescription: 'Fargauge collector',
      SecurityGroupIngress: Match.absent(),
    });
  });

  it('tells the function its cluster, log group, state and how to use its memory, and no configuration', () => {
    const [lambda] = Object.values(template.findResources('AWS::Lambda::Function'));
    expect(lambda?.Properties.Environment.Variables).toEqual({
      FARGAUGE_CLUSTER: 'prod',
      FARGAUGE_LOG_GROUP: { Ref: expect.stringMatching(/^CollectorMetricsLogGroup/) },
      FARGAUGE_STATE: {
        'Fn::Join': ['', ['s3://', { Ref: expect.stringMatching(/^CollectorBucket/) }, '/state']],
      },
      NODE_OPTIONS: '--max-semi-space-size=4 --max-old-space-size=281',
      MALLOC_MMAP_THRESHOLD_: '131072',
      MALLOC_TRIM_THRESHOLD_: '131072',
    });
  });

  it('is started once a minute, at any second of it', () => {
    template.hasResourceProperties('AWS::Scheduler::Schedule', {
      ScheduleExpression: 'rate(1 minute)',
      FlexibleTimeWindow: { Mode: 'OFF' },
      State: 'ENABLED',
    });
  });

  it('is not started again by the scheduler, nor after the minute', () => {
    template.hasResourceProperties('AWS::Scheduler::Schedule', {
      Target: { RetryPolicy: { MaximumRetryAttempts: 0, MaximumEventAgeInSeconds: 60 } },
    });
  });

  it('is not started again by Lambda, nor after the minute', () => {
    template.hasResourceProperties('AWS::Lambda::EventInvokeConfig', {
      MaximumRetryAttempts: 0,
      MaximumEventAgeInSeconds: 60,
    });
  });

  it('writes its own log to a group of its own', () => {
    template.hasResourceProperties('AWS::Lambda::Function', {
      LoggingConfig: { LogGroup: { Ref: Match.stringLikeRegexp('^CollectorLogGroup') } },
    });
  });

  it('keeps both log groups for two weeks, in the class that extracts metrics', () => {
    template.resourcePropertiesCountIs(
      'AWS::Logs::LogGroup',
      { RetentionInDays: 14, LogGroupClass: Match.absent() },
      2,
    );
  });

  it('leaves no log group behind', () => {
    template.allResources('AWS::Logs::LogGroup', { DeletionPolicy: 'Delete' });
  });

  it('keeps its state in a bucket of its own, encrypted, versioned, and closed to the public', () => {
    template.hasResourceProperties('AWS::S3::Bucket', {
      BucketEncryption: {
        ServerSideEncryptionConfiguration: [
          { ServerSideEncryptionByDefault: { SSEAlgorithm: 'AES256' } },
        ],
      },
      VersioningConfiguration: { Status: 'Enabled' },
      PublicAccessBlockConfiguration: {
        BlockPublicAcls: true,
        BlockPublicPolicy: true,
        IgnorePublicAcls: true,
        RestrictPublicBuckets: true,
      },
    });
  });

  it('keeps an older state for a day, and what was set aside for 30', () => {
    template.hasResourceProperties('AWS::S3::Bucket', {
      LifecycleConfiguration: {
        Rules: [
          Match.objectLike({
            NoncurrentVersionExpiration: { NoncurrentDays: 1 },
            ExpiredObjectDeleteMarker: true,
            Status: 'Enabled',
          }),
          ...['state.corrupt-', 'state.newer-', 'state/aside/'].map((Prefix) => ({
            Prefix,
            ExpirationInDays: 30,
            Status: 'Enabled',
          })),
        ],
      },
    });
  });

  it('has its state denied to those who come without TLS', () => {
    template.hasResourceProperties('AWS::S3::BucketPolicy', {
      PolicyDocument: {
        Statement: Match.arrayWith([
          Match.objectLike({
            Action: 's3:*',
            Effect: 'Deny',
            Condition: { Bool: { 'aws:SecureTransport': 'false' } },
          }),
        ]),
      },
    });
  });

  it('leaves no state behind', () => {
    template.hasResource('AWS::S3::Bucket', { DeletionPolicy: 'Delete' });
    template.resourceCountIs('Custom::S3AutoDeleteObjects', 1);
  });

  it.each([
    ['started', 'AWS::Scheduler::Schedule', 'Target', 'DeadLetterConfig', 'Arn'],
    ['ended', 'AWS::Lambda::EventInvokeConfig', 'DestinationConfig', 'OnFailure', 'Destination'],
  ])('puts what could not be %s into its queue', (_, type, ...path) => {
    const [resource] = Object.values(template.findResources(type));
    const arn = path.reduce((value, key) => value?.[key], resource?.Properties);
    expect(arn).toEqual({
      'Fn::GetAtt': [expect.stringMatching(/^CollectorDeadLetterQueue/), 'Arn'],
    });
  });

  it('keeps for two weeks what could not be started', () => {
    template.hasResourceProperties('AWS::SQS::Queue', {
      MessageRetentionPeriod: 14 * 24 * 60 * 60,
      SqsManagedSseEnabled: true,
    });
  });

  it('makes no endpoint and no layer', () => {
    template.resourceCountIs('AWS::EC2::VPCEndpoint', 0);
    template.resourceCountIs('AWS::Lambda::LayerVersion', 0);
  });
});

describe('what can be chosen', () => {
  it('that the state is kept, and then no helper deletes it', () => {
    const template = collectorTemplate({ removalPolicy: RemovalPolicy.RETAIN });
    template.hasResource('AWS::S3::Bucket', { DeletionPolicy: 'Retain' });
    template.resourceCountIs('Custom::S3AutoDeleteObjects', 0);
  });

  it('a key for all that is stored', () => {
    // GIVEN
    const { stack } = collectorStack();
    const encryptionKey = new Key(stack, 'Key') as IKey;
    const { vpc, cluster } = placeIn(stack, 'Other');

    // WHEN
    new Collector(stack, 'Encrypted', { vpc, cluster, code: CODE, encryptionKey });

    // THEN
    const template = Template.fromStack(stack);
    const arn = { 'Fn::GetAtt': [Match.stringLikeRegexp('^Key'), 'Arn'] };
    template.resourcePropertiesCountIs('AWS::Logs::LogGroup', { KmsKeyId: arn }, 2);
    template.hasResourceProperties('AWS::SQS::Queue', { KmsMasterKeyId: arn });
    template.hasResourceProperties('AWS::S3::Bucket', {
      BucketEncryption: {
        ServerSideEncryptionConfiguration: [
          { ServerSideEncryptionByDefault: { KMSMasterKeyID: arn, SSEAlgorithm: 'aws:kms' } },
        ],
      },
    });
    template.hasResourceProperties('AWS::KMS::Key', {
      KeyPolicy: {
        Statement: Match.arrayWith([
          Match.objectLike({
            Principal: {
              Service: { 'Fn::Join': ['', ['logs.', Match.anyValue(), '.amazonaws.com']] },
            },
          }),
        ]),
      },
    });
  });

  it('a concurrent execution that is kept for it', () => {
    collectorTemplate({ reservedConcurrentExecutions: 1 }).hasResourceProperties(
      'AWS::Lambda::Function',
      { Handler: 'index.handler', ReservedConcurrentExecutions: 1 },
    );
  });

  it('a longer interval', () => {
    collectorTemplate({ interval: Duration.minutes(5) }).hasResourceProperties(
      'AWS::Scheduler::Schedule',
      { ScheduleExpression: 'rate(5 minutes)' },
    );
  });

  it('how long events are kept, and that they outlive the stack', () => {
    collectorTemplate({
      logRetention: RetentionDays.ONE_YEAR,
      removalPolicy: RemovalPolicy.RETAIN,
    }).allResources('AWS::Logs::LogGroup', {
      DeletionPolicy: 'Retain',
      Properties: { RetentionInDays: 365 },
    });
  });
});

describe('collectFrom', () => {
  // GIVEN
  const { stack, collector } = collectorStack();
  const group = (id: string) => SecurityGroup.fromSecurityGroupId(stack, id, id);
  const { cluster } = placeIn(stack, 'Place');
  const taskDefinition = new FargateTaskDefinition(stack, 'Task');
  for (const [name, port] of [
    ['app', '8080'],
    ['worker', '8081'],
    ['silent', 'none'],
  ] as const) {
    taskDefinition.addContainer(name, {
      image: IMAGE,
      dockerLabels: { ECS_PROMETHEUS_EXPORTER_PORT: port },
    });
  }
  const service = new FargateService(stack, 'Service', {
    cluster,
    taskDefinition,
    securityGroups: [group('sg-0123456789abcdef1')],
  });

  // WHEN
  collector.collectFrom(group('sg-0123456789abcdef2'));
  collector.collectFrom(group('sg-0123456789abcdef3'), 8080, 8081);
  collector.collectFrom(service);
  const template = Template.fromStack(stack);

  // THEN
  it.each([
    ['a security group', 'on the port of the sidecar', 'sg-0123456789abcdef2', [9546]],
    ['a security group', 'on the ports that are named', 'sg-0123456789abcdef3', [8080, 8081]],
    ['a service', 'on the ports that its labels name', 'sg-0123456789abcdef1', [9546, 8080, 8081]],
  ])('opens %s %s to the function only', (_, __, GroupId, ports) => {
    for (const port of ports) {
      template.hasResourceProperties('AWS::EC2::SecurityGroupIngress', {
        GroupId,
        IpProtocol: 'tcp',
        FromPort: port,
        ToPort: port,
        SourceSecurityGroupId: {
          'Fn::GetAtt': [Match.stringLikeRegexp('^CollectorNetworkSecurityGroup'), 'GroupId'],
        },
      });
    }
    template.resourcePropertiesCountIs('AWS::EC2::SecurityGroupIngress', { GroupId }, ports.length);
  });
});

it('a service in network mode "bridge" is opened where its containers may be on their instance', () => {
  // GIVEN
  const { stack, collector } = collectorStack();
  const { vpc } = placeIn(stack, 'Place');
  const cluster = new Cluster(stack, 'Cluster', { vpc });
  cluster.addCapacity('Capacity', { instanceType: new InstanceType('t4g.micro') });
  const taskDefinition = new Ec2TaskDefinition(stack, 'Task');
  taskDefinition.addContainer('app', { image: IMAGE, memoryReservationMiB: 64 });
  const service = new Ec2Service(stack, 'Service', {
    cluster: cluster as ICluster,
    taskDefinition,
  });

  // WHEN
  collector.collectFrom(service);

  // THEN
  Template.fromStack(stack).hasResourceProperties('AWS::EC2::SecurityGroupIngress', {
    Description: 'Fargauge collector',
    FromPort: 32768,
    ToPort: 65535,
  });
});

describe('metric', () => {
  it('is one of the metrics that the function publishes about itself', () => {
    const { collector } = collectorStack();
    expect(collector.metric('TargetsUp')).toMatchObject({
      namespace: 'Fargauge/Collector',
      metricName: 'TargetsUp',
      dimensions: {
        service: 'collector',
        Collector: collector.function.functionName,
      },
      statistic: 'Sum',
    });
  });
});

describe('misuse', () => {
  it.each([
    [
      'an interval under a minute',
      { interval: Duration.seconds(30) },
      '[Stack/Collector] Expected `interval` to be whole minutes, at least 1, got 30 seconds',
    ],
    [
      'an interval between two minutes',
      { interval: Duration.seconds(90) },
      '[Stack/Collector] Expected `interval` to be whole minutes, at least 1, got 1 minute 30 seconds',
    ],
    [
      'a timeout as long as the interval',
      { timeout: Duration.minutes(1) },
      '[Stack/Collector] Expected `timeout` to be shorter than the interval of 1 minute, got 1 minute',
    ],
    [
      'a log group with a placeholder',
      { otherLogGroupNames: ['/ecs/{ClusterName}'] },
      '[Stack/Collector] Expected `otherLogGroupNames` to have no placeholders or wildcards, got "/ecs/{ClusterName}"',
    ],
    [
      'less memory than a function can have',
      { memorySize: 64 },
      '[Stack/Collector] Expected `memorySize` to be a whole number of MiB from 128 to 10240, got 64',
    ],
    [
      'a reserved concurrency that would never let it run',
      { reservedConcurrentExecutions: 0 },
      '[Stack/Collector] Expected `reservedConcurrentExecutions` to be a whole number of at least 1, got 0',
    ],
    // What a compiler finds, and plain JavaScript does not.
    [
      'the name of a cluster in its place',
      { cluster: 'prod' as unknown as ICluster },
      '[Stack/Collector] Expected `cluster` to be an ICluster, such as Cluster.fromClusterAttributes(…), got "prod"',
    ],
    [
      'a configuration as an object',
      { configuration: { scrape_configs: [] } as unknown as CollectorConfiguration },
      '[Stack/Collector] Expected `configuration` to be a CollectorConfiguration, such as CollectorConfiguration.of({ … }), got one of type object',
    ],
    [
      'shards as a number',
      { shards: 4 as unknown as Shards },
      '[Stack/Collector] Expected `shards` to be Shards.automatic() or Shards.fixed(…), got 4',
    ],
  ])('%s is refused', (_, props, message) => {
    expect(() => collectorTemplate(props)).toThrow(new Error(message));
  });

  it('a port that is none is refused', () => {
    const { stack, collector } = collectorStack();
    const tasks = SecurityGroup.fromSecurityGroupId(stack, 'Tasks', 'sg-1');
    expect(() => collector.collectFrom(tasks, 70_000)).toThrow(
      new Error('[Stack/Collector] Expected `ports` to be from 1 to 65535, got 70000'),
    );
  });
});
