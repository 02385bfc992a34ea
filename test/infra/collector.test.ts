import { describe, expect, it } from '@jest/globals';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { SecurityGroup } from 'aws-cdk-lib/aws-ec2';
import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Duration, RemovalPolicy } from 'aws-cdk-lib/core';
import { CollectorConfiguration } from '../../infra/collector-configuration.ts';
import { collectorStack, collectorTemplate } from './template.ts';

/** Bytes for the text of a native configuration: Lambda's 4096 less the names and the values that are always there. */
const ROOM = 4096 - 53;

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

  it('never runs twice at once', () => {
    template.hasResourceProperties('AWS::Lambda::Function', { ReservedConcurrentExecutions: 1 });
  });

  it('runs in the private subnets with a security group of its own', () => {
    template.hasResourceProperties('AWS::Lambda::Function', {
      VpcConfig: {
        SubnetIds: ['subnet-0123456789abcdef0'],
        SecurityGroupIds: [
          { 'Fn::GetAtt': [Match.stringLikeRegexp('^CollectorSecurityGroup'), 'GroupId'] },
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

  it('tells the function its cluster and log group, and no configuration', () => {
    const [lambda] = Object.values(template.findResources('AWS::Lambda::Function'));
    expect(lambda?.Properties.Environment.Variables).toEqual({
      FARGAUGE_CLUSTER: 'prod',
      FARGAUGE_LOG_GROUP: { Ref: expect.stringMatching(/^CollectorMetricsLogGroup/) },
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
});

describe('what can be chosen', () => {
  it.each([
    [
      'a native configuration',
      CollectorConfiguration.native('discovery: {}'),
      { FARGAUGE_CONFIG: 'discovery: {}' },
    ],
    [
      "the CloudWatch Agent's configuration",
      CollectorConfiguration.cloudWatchAgent('{}', 'scrape_configs: []'),
      { CW_CONFIG_CONTENT: '{}', PROMETHEUS_CONFIG_CONTENT: 'scrape_configs: []' },
    ],
  ])('%s goes into the environment as it is', (_, configuration, variables) => {
    collectorTemplate({ configuration }).hasResourceProperties('AWS::Lambda::Function', {
      Environment: { Variables: variables },
    });
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
  it.each([
    ['the port of the sidecar', undefined, 9546],
    ['the port of an application', 8080, 8080],
  ])('opens %s to the function only', (_, port, opened) => {
    // GIVEN
    const { stack, collector } = collectorStack();
    const tasks = SecurityGroup.fromSecurityGroupId(stack, 'Tasks', 'sg-0123456789abcdef0');

    // WHEN
    collector.collectFrom(tasks, port);

    // THEN
    Template.fromStack(stack).hasResourceProperties('AWS::EC2::SecurityGroupIngress', {
      GroupId: 'sg-0123456789abcdef0',
      IpProtocol: 'tcp',
      FromPort: opened,
      ToPort: opened,
      SourceSecurityGroupId: {
        'Fn::GetAtt': [Match.stringLikeRegexp('^CollectorSecurityGroup'), 'GroupId'],
      },
    });
  });
});

describe('metric', () => {
  it('is one of the metrics that the function publishes about itself', () => {
    const { collector } = collectorStack();
    expect(collector.metric('TargetsUp')).toMatchObject({
      namespace: 'Fargauge/Collector',
      metricName: 'TargetsUp',
      dimensions: { service: 'collector' },
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
      '[Stack/Collector] Expected `otherLogGroupNames` to be names without placeholders or wildcards, got "/ecs/{ClusterName}"',
    ],
    [
      'a configuration that Lambda has no room for',
      { configuration: CollectorConfiguration.native('#'.repeat(ROOM + 1)) },
      '[Stack/Collector] Expected the environment variables with the configuration to have at most 4096 bytes, as Lambda allows, got 4097',
    ],
  ])('%s is refused', (_, props, message) => {
    expect(() => collectorTemplate(props)).toThrow(new Error(message));
  });

  it('a configuration that fits is not refused', () => {
    const configuration = CollectorConfiguration.native('#'.repeat(ROOM));
    expect(() => collectorTemplate({ configuration })).not.toThrow();
  });
});
