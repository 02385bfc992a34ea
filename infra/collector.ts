import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Metric, type MetricOptions, Stats } from 'aws-cdk-lib/aws-cloudwatch';
import {
  type Connections,
  type IConnectable,
  type IVpc,
  Port,
  SecurityGroup,
  type SubnetSelection,
} from 'aws-cdk-lib/aws-ec2';
import type { ICluster } from 'aws-cdk-lib/aws-ecs';
import { PolicyDocument, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Architecture, Code, Function as LambdaFunction, Runtime } from 'aws-cdk-lib/aws-lambda';
import { type ILogGroup, LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Schedule, ScheduleExpression } from 'aws-cdk-lib/aws-scheduler';
import { LambdaInvoke } from 'aws-cdk-lib/aws-scheduler-targets';
import { Duration, RemovalPolicy, Stack, Token } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import { COLLECTOR_NAMESPACE, ENV, SIDECAR_PORT } from '../lambda/model/names.ts';

import { CollectorConfiguration } from './collector-configuration.ts';
import { CollectorRole } from './collector-role.ts';
import { InvalidPropsError } from './errors.ts';
import { COLLECTOR_DIRECTORY } from './paths.ts';

/** The dimension of the collector's metrics about itself, as lambda/handler.ts sets it. */
const SELF_DIMENSIONS = { service: 'collector' };

/** EventBridge Scheduler's smallest unit. https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html */
const SHORTEST_INTERVAL = Duration.minutes(1);

/**
 * How long an invocation may wait to be started: a late scrape is worse than a missed one. It is the least that
 * EventBridge Scheduler and Lambda allow.
 * https://docs.aws.amazon.com/scheduler/latest/APIReference/API_RetryPolicy.html
 */
const MAX_EVENT_AGE = Duration.seconds(60);

/** All environment variables of a function together, names and values. https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html */
const MAX_ENVIRONMENT_BYTES = 4096;

export interface CollectorProps {
  /** The network from which the tasks and the APIs of ECS and CloudWatch Logs can be reached. */
  readonly vpc: IVpc;

  /** The cluster whose tasks are collected. */
  readonly cluster: ICluster;

  /**
   * The subnets of the function. They need a way to the APIs of ECS and CloudWatch Logs: a NAT gateway, or the
   * interface endpoints `ecs` and `logs`. A public subnet is none, since a function never has a public address.
   *
   * @default - the private subnets with egress
   */
  readonly vpcSubnets?: SubnetSelection;

  /**
   * What is collected and published.
   *
   * @default CollectorConfiguration.builtIn()
   */
  readonly configuration?: CollectorConfiguration;

  /**
   * The bundled function, with `index.mjs` at its top.
   *
   * @default - the bundle that `npm run build` makes
   */
  readonly code?: Code;

  /**
   * How often the tasks are scraped, in whole minutes.
   *
   * @default Duration.minutes(1)
   */
  readonly interval?: Duration;

  /**
   * How long one collection may take. What was collected until shortly before is delivered.
   *
   * @default Duration.seconds(55)
   */
  readonly timeout?: Duration;

  /**
   * Memory of the function in MiB; its share of a CPU grows with it.
   *
   * @default 512
   */
  readonly memorySize?: number;

  /**
   * How long the log events are kept: the function's own, and those that carry the metrics. CloudWatch keeps the
   * metrics themselves for 15 months, whatever this says.
   *
   * @default RetentionDays.TWO_WEEKS
   */
  readonly logRetention?: RetentionDays;

  /**
   * What becomes of the log groups when the stack is deleted.
   *
   * @default RemovalPolicy.DESTROY
   */
  readonly removalPolicy?: RemovalPolicy;

  /**
   * Names of log groups that the configuration writes to. The function may create them and write to them.
   *
   * @default - only the group that is made here
   */
  readonly otherLogGroupNames?: readonly string[];
}

/** The scheduled function that collects the tasks of one cluster, with all that it needs. */
export class Collector extends Construct implements IConnectable {
  readonly function: LambdaFunction;

  /** Where the function says what it did, and where its metrics about itself are extracted from. */
  readonly logGroup: ILogGroup;

  /** Where the tasks' metrics are extracted from, one event a task and minute; Logs Insights finds the task in it. */
  readonly metricsLogGroup: ILogGroup;

  readonly connections: Connections;

  constructor(scope: Construct, id: string, props: CollectorProps) {
    super(scope, id);
    const interval = this.validInterval(props.interval ?? SHORTEST_INTERVAL);
    const timeout = this.validTimeout(props.timeout ?? Duration.seconds(55), interval);
    const otherLogGroupNames = this.validLogGroupNames(props.otherLogGroupNames ?? []);

    this.logGroup = this.makeLogGroup('LogGroup', props);
    this.metricsLogGroup = this.makeLogGroup('MetricsLogGroup', props);
    const configuration = props.configuration ?? CollectorConfiguration.builtIn();
    const role = new CollectorRole(this, 'Role', {
      cluster: props.cluster,
      needs: configuration.needs,
      logGroups: [this.logGroup, this.metricsLogGroup],
      otherLogGroupNames,
    });
    this.function = new LambdaFunction(this, 'Function', {
      description: 'Fargauge: collects the metrics of ECS tasks into CloudWatch',
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
      code: props.code ?? this.builtCode(),
      handler: 'index.handler',
      memorySize: props.memorySize ?? 512,
      timeout,
      environment: this.validEnvironment({
        ...configuration.environment,
        [ENV.cluster]: props.cluster.clusterName,
        [ENV.logGroup]: this.metricsLogGroup.logGroupName,
      }),
      vpc: props.vpc,
      ...(props.vpcSubnets && { vpcSubnets: props.vpcSubnets }),
      securityGroups: [
        new SecurityGroup(this, 'SecurityGroup', {
          vpc: props.vpc,
          description: 'Fargauge collector',
        }),
      ],
      role,
      logGroup: this.logGroup,
      // Two cycles at once would read the same counters and count their growth twice.
      reservedConcurrentExecutions: 1,
      retryAttempts: 0,
      maxEventAge: MAX_EVENT_AGE,
    });
    role.denyNetworkToCode(this, 'DenyNetworkToCode', this.function);
    this.connections = this.function.connections;
    this.makeSchedule(interval);
  }

  /** Lets the function reach `port` of the tasks: a service, or the security group of the tasks. */
  collectFrom(tasks: IConnectable, port: number = SIDECAR_PORT): void {
    tasks.connections.allowFrom(this, Port.tcp(port), 'Fargauge collector');
  }

  /**
   * One of the collector's metrics about itself.
   *
   * @default - Sum over 1 minute
   */
  metric(metricName: string, options?: MetricOptions): Metric {
    return new Metric({
      namespace: COLLECTOR_NAMESPACE,
      metricName,
      dimensionsMap: SELF_DIMENSIONS,
      statistic: Stats.SUM,
      period: Duration.minutes(1),
      ...options,
    }).attachTo(this);
  }

  private makeLogGroup(id: string, props: CollectorProps): LogGroup {
    // Only the log class Standard, the default, extracts metrics from events.
    return new LogGroup(this, id, {
      retention: props.logRetention ?? RetentionDays.TWO_WEEKS,
      removalPolicy: props.removalPolicy ?? RemovalPolicy.DESTROY,
    });
  }

  private makeSchedule(interval: Duration): void {
    const stack = Stack.of(this);
    const role = new Role(this, 'ScheduleRole', {
      description: 'Lets EventBridge Scheduler start the Fargauge collector',
      // Only schedules of this account: https://docs.aws.amazon.com/scheduler/latest/UserGuide/cross-service-confused-deputy-prevention.html
      assumedBy: new ServicePrincipal('scheduler.amazonaws.com', {
        conditions: {
          StringEquals: {
            'aws:SourceAccount': stack.account,
            'aws:SourceArn': stack.formatArn({
              service: 'scheduler',
              resource: 'schedule-group',
              resourceName: 'default',
            }),
          },
        },
      }),
      inlinePolicies: {
        Invoke: new PolicyDocument({
          statements: [
            new PolicyStatement({
              actions: ['lambda:InvokeFunction'],
              resources: [this.function.functionArn],
            }),
          ],
        }),
      },
    });
    new Schedule(this, 'Schedule', {
      description: 'Starts the Fargauge collector',
      schedule: ScheduleExpression.rate(interval),
      target: new LambdaInvoke(this.function, {
        // The target would add every version of the function to what the role may start.
        role: role.withoutPolicyUpdates(),
        retryAttempts: 0,
        maxEventAge: MAX_EVENT_AGE,
      }),
    });
  }

  private builtCode(): Code {
    if (!existsSync(join(COLLECTOR_DIRECTORY, 'index.mjs'))) {
      throw new InvalidPropsError(
        this,
        'Expected `code`, or the bundle of the collector: make it with `npm run build`',
      );
    }
    return Code.fromAsset(COLLECTOR_DIRECTORY, { exclude: ['*.map'] });
  }

  private validInterval(interval: Duration): Duration {
    const minutes = interval.toMinutes({ integral: false });
    if (minutes < SHORTEST_INTERVAL.toMinutes() || !Number.isInteger(minutes)) {
      throw new InvalidPropsError(
        this,
        `Expected \`interval\` to be whole minutes, at least 1, got ${interval.toHumanString()}`,
      );
    }
    return interval;
  }

  private validTimeout(timeout: Duration, interval: Duration): Duration {
    if (timeout.toMilliseconds() >= interval.toMilliseconds()) {
      throw new InvalidPropsError(
        this,
        `Expected \`timeout\` to be shorter than the interval of ${interval.toHumanString()}, got ${timeout.toHumanString()}`,
      );
    }
    return timeout;
  }

  private validLogGroupNames(names: readonly string[]): readonly string[] {
    for (const name of names) {
      if (/[{}*]/.test(name)) {
        throw new InvalidPropsError(
          this,
          `Expected \`otherLogGroupNames\` to be names without placeholders or wildcards, got "${name}"`,
        );
      }
    }
    return names;
  }

  private validEnvironment(environment: Record<string, string>): Record<string, string> {
    // What is known at deployment only has a name all the same.
    const known = Object.entries(environment).map(([name, value]) =>
      Token.isUnresolved(value) ? name : name + value,
    );
    const bytes = known.reduce((sum, text) => sum + Buffer.byteLength(text), 0);
    if (bytes > MAX_ENVIRONMENT_BYTES) {
      throw new InvalidPropsError(
        this,
        `Expected the environment variables with the configuration to have at most ${MAX_ENVIRONMENT_BYTES} bytes, as Lambda allows, got ${bytes}`,
      );
    }
    return environment;
  }
}
