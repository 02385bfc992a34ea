import type { Metric, MetricOptions } from 'aws-cdk-lib/aws-cloudwatch';
import {
  type Connections,
  type IConnectable,
  type IVpc,
  Port,
  type SubnetSelection,
} from 'aws-cdk-lib/aws-ec2';
import { BaseService, type ICluster } from 'aws-cdk-lib/aws-ecs';
import { type Grant, type IGrantable, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { Code, Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import { type ILogGroup, LogGroup, type RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import { Duration, RemovalPolicy, Token } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import { ENV, SIDECAR_PORT } from '../lambda/model/names.ts';
import type { ApiEndpoint } from './api-endpoint.ts';
import { CollectorBucket } from './collector-bucket.ts';
import { CollectorConfiguration } from './collector-configuration.ts';
import { CollectorFunction } from './collector-function.ts';
import { CollectorLogGroup } from './collector-log-group.ts';
import { selfMetric } from './collector-metrics.ts';
import { CollectorNetwork } from './collector-network.ts';
import { CollectorRole } from './collector-role.ts';
import {
  CollectorSchedule,
  SHORTEST_INTERVAL,
  validInterval,
  validTimeout,
} from './collector-schedule.ts';
import type { ConfigurationFacts } from './configuration-check.ts';
import {
  checkClusters,
  collectedClusters,
  logGroupNames,
  namedLogGroup,
  showWarnings,
  writesOwnLogGroup,
} from './configuration-fit.ts';
import { DeadLetterQueue } from './dead-letter-queue.ts';
import { InvalidPropsError } from './errors.ts';
import { NODE_OPTIONS } from './node-options.ts';
import { targetPorts } from './target-ports.ts';
import { validPort } from './valid-props.ts';

export interface CollectorProps {
  /** The cluster whose tasks are collected. */
  readonly cluster: ICluster;

  /**
   * Other clusters of the same account that the configuration may name: it is refused where it names one that is not known.
   *
   * @default - none
   */
  readonly otherClusters?: readonly ICluster[];

  /**
   * The network from which the tasks and the APIs of ECS, CloudWatch Logs and S3 can be reached.
   *
   * @default - no VPC: only targets with public addresses can be scraped
   */
  readonly vpc?: IVpc;

  /**
   * The subnets of the function. They need a way to the APIs: a NAT gateway, or endpoints. A public subnet is none, since a
   * function never has a public address.
   *
   * @default - the private subnets with egress; with `endpoints` the isolated ones where there are no others
   */
  readonly vpcSubnets?: SubnetSelection;

  /**
   * Endpoints to make in the VPC: `ApiEndpoint.ALL_NEEDED` where it has neither these nor a NAT gateway.
   *
   * @default - none
   */
  readonly endpoints?: readonly ApiEndpoint[];

  /**
   * What is collected and published.
   *
   * @default CollectorConfiguration.builtIn()
   */
  readonly configuration?: CollectorConfiguration;

  /**
   * The bundled function, with `index.mjs` at its top.
   *
   * @default - the bundle that comes with the package; in the repository, the one that `npm run build` makes
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
   * Encrypts the log groups, the state and the dead-letter queue.
   *
   * @default - keys of the services
   */
  readonly encryptionKey?: IKey;

  /**
   * What becomes of the log groups and the state when the stack is deleted.
   *
   * @default RemovalPolicy.DESTROY
   */
  readonly removalPolicy?: RemovalPolicy;

  /**
   * Names of log groups that the configuration writes to by placeholders, such as `/ecs/shop` for `/ecs/{ClusterName}`.
   * The function may create them and write to them.
   *
   * @default - the group that the configuration names without placeholders, if it names one
   */
  readonly otherLogGroupNames?: readonly string[];
}

/** The scheduled function that collects the tasks of a cluster, with all that it needs. */
export class Collector extends Construct implements IConnectable {
  readonly function: LambdaFunction;
  readonly configuration: CollectorConfiguration;
  readonly interval: Duration;

  /** Where the function says what it did, and where its metrics about itself are extracted from. */
  readonly logGroup: ILogGroup;

  /**
   * Where the tasks' metrics are extracted from, one event a task and minute; Logs Insights finds the task in it. Where the
   * configuration names a group, it is that one, which the function makes when it first writes to it.
   */
  readonly metricsLogGroup: ILogGroup;

  /** Cycles that could not be started, or failed. */
  readonly deadLetterQueue: IQueue;

  /** Names of the clusters that are collected; undefined where the synthesis cannot know them all. */
  readonly collectedClusters: ReadonlySet<string> | undefined;

  private readonly facts: ConfigurationFacts | undefined;
  private readonly network: CollectorNetwork | undefined;
  private readonly role: CollectorRole;

  constructor(scope: Construct, id: string, props: CollectorProps) {
    super(scope, id);
    const removalPolicy = props.removalPolicy ?? RemovalPolicy.DESTROY;
    const { encryptionKey, logRetention: retention } = props;
    this.interval = validInterval(this, props.interval ?? SHORTEST_INTERVAL);
    const timeout = validTimeout(this, props.timeout ?? Duration.seconds(55), this.interval);
    this.configuration = props.configuration ?? CollectorConfiguration.builtIn();
    this.facts = this.configuration.facts(this, knownName(props.cluster));
    showWarnings(this, this.facts);
    const clusters = [props.cluster, ...(props.otherClusters ?? [])];
    checkClusters(this, this.facts, clusters);
    this.collectedClusters = collectedClusters(this.facts, clusters);

    this.network = this.makeNetwork(props);
    const logGroups = { retention, removalPolicy, encryptionKey };
    this.logGroup = new CollectorLogGroup(this, 'LogGroup', logGroups);
    const named = namedLogGroup(this.facts, props.cluster);
    this.metricsLogGroup =
      named === undefined
        ? new CollectorLogGroup(this, 'MetricsLogGroup', logGroups)
        : LogGroup.fromLogGroupName(this, 'MetricsLogGroup', named);
    const bucket = new CollectorBucket(this, 'Bucket', {
      removalPolicy,
      ...(encryptionKey && { encryptionKey }),
    });
    this.deadLetterQueue = new DeadLetterQueue(this, 'DeadLetterQueue', {
      ...(encryptionKey && { encryptionKey }),
    }) as IQueue;
    this.role = new CollectorRole(this, 'Role', {
      cluster: props.cluster,
      needs: this.configuration.needs,
      isInVpc: this.network !== undefined,
      logGroups: [this.logGroup, ...(writesOwnLogGroup(this.facts) ? [this.metricsLogGroup] : [])],
      otherLogGroupNames: logGroupNames(this, this.facts, props),
    });
    bucket.grantState(this.role);
    this.function = new CollectorFunction(this, 'Function', {
      configuration: this.configuration,
      variables: {
        [ENV.cluster]: props.cluster.clusterName,
        [ENV.logGroup]: this.metricsLogGroup.logGroupName,
        [ENV.state]: bucket.stateUrl,
        NODE_OPTIONS: NODE_OPTIONS.join(' '),
      },
      timeout,
      memorySize: props.memorySize ?? 512,
      role: this.role,
      logGroup: this.logGroup,
      deadLetterQueue: this.deadLetterQueue,
      network: this.network,
      code: props.code,
    });
    if (this.network) this.role.denyNetworkToCode(this, 'DenyNetworkToCode', this.function);
    new CollectorSchedule(this, 'Schedule', {
      function: this.function,
      interval: this.interval,
      deadLetterQueue: this.deadLetterQueue,
    });
  }

  get connections(): Connections {
    if (this.network === undefined) {
      throw new InvalidPropsError(this, 'A collector without a VPC has no security group');
    }
    return this.network.securityGroup.connections;
  }

  /**
   * Lets the function reach the tasks: a service, or the security group of the tasks. Without `ports`, the port of the
   * sidecar and those that the containers of a service declare by docker labels; call it when they were all added.
   */
  collectFrom(tasks: IConnectable, ...ports: readonly number[]): void {
    for (const port of this.portsOf(tasks, ports)) {
      tasks.connections.allowFrom(this, port, 'Fargauge collector');
    }
  }

  /**
   * Lets the function assume a role, such as that of a `CollectorAccess` in another account. Those that the configuration
   * names it may assume anyway, as far as they are known.
   */
  assume(roleArn: string): void {
    this.role.addToPolicy(
      new PolicyStatement({ actions: ['sts:AssumeRole'], resources: [roleArn] }),
    );
  }

  /** The role of the function, for a `CollectorAccess` in another account. */
  get roleArn(): string {
    return this.role.roleArn;
  }

  /** Lets a principal start a cycle. Two never run at once. */
  grantInvoke(grantee: IGrantable): Grant {
    return this.function.grantInvoke(grantee);
  }

  /**
   * One of the collector's metrics about itself.
   *
   * @default - Sum over 1 minute
   */
  metric(metricName: string, options?: MetricOptions): Metric {
    return selfMetric(this.function.functionName, metricName, options).attachTo(this);
  }

  private portsOf(tasks: IConnectable, ports: readonly number[]): readonly Port[] {
    if (ports.length > 0) return ports.map((port) => Port.tcp(validPort(this, 'ports', port)));
    if (tasks instanceof BaseService) return targetPorts(tasks, this.facts?.portLabel);
    return [Port.tcp(SIDECAR_PORT)];
  }

  private makeNetwork({ vpc, vpcSubnets, endpoints }: CollectorProps) {
    if (vpc !== undefined) {
      return new CollectorNetwork(this, 'Network', {
        vpc,
        ...(vpcSubnets && { vpcSubnets }),
        ...(endpoints && { endpoints }),
      });
    }
    if (vpcSubnets !== undefined || endpoints !== undefined) {
      throw new InvalidPropsError(this, 'Expected `vpc` beside `vpcSubnets` and `endpoints`');
    }
    return undefined;
  }
}

function knownName({ clusterName }: ICluster): string | undefined {
  return Token.isUnresolved(clusterName) ? undefined : clusterName;
}
