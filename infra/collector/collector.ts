import type { Connections, IConnectable } from 'aws-cdk-lib/aws-ec2';
import type { ICluster } from 'aws-cdk-lib/aws-ecs';
import {
  type Grant,
  type IGrantable,
  type IPrincipal,
  type IRole,
  PolicyStatement,
} from 'aws-cdk-lib/aws-iam';
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import { type ILogGroup, LogGroup } from 'aws-cdk-lib/aws-logs';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import { type Duration, Lazy, RemovalPolicy, Token } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';
import { ENV } from '../../lambda/model/settings/names.ts';
import type { ConfigurationFacts } from '../configuration/check/check.ts';
import type { CollectorConfiguration } from '../configuration/configuration.ts';
import {
  checkClusters,
  collectedClusters,
  eventsOf,
  logGroupNames,
  namedLogGroup,
  showGroupsThatStay,
  showWarnings,
  warnOfLoopback,
  writesOwnLogGroup,
} from '../configuration/fit.ts';
import { InvalidPropsError } from '../props/errors.ts';
import { validMemorySize } from '../props/valid.ts';
import { deliveredConfiguration } from './delivered-configuration.ts';
import { checkGivenResources } from './given-resources.ts';
import { type CollectorAttributes, ImportedCollector } from './imported.ts';
import type { ICollector } from './interface.ts';
import { MeasuredCollector } from './measured.ts';
import { neededEndpoints } from './network/needed-endpoints.ts';
import { CollectorNetwork } from './network/network.ts';
import { collectFrom } from './ports/collect-from.ts';
import { OpenedPorts } from './ports/opened.ts';
import type { CollectorProps } from './props.ts';
import { CollectorBucket } from './resources/bucket.ts';
import { DeadLetterQueue } from './resources/dead-letter-queue.ts';
import { CollectorLogGroup, type CollectorLogGroupProps } from './resources/log-group.ts';
import { CollectorRole } from './resources/role.ts';
import { makeRun } from './resources/run.ts';
import {
  CollectorSchedule,
  SHORTEST_INTERVAL,
  validInterval,
  validTimeout,
} from './resources/schedule.ts';
import type { ShardCycle } from './shards/cycle.ts';
import { checkKinds } from './valid-kinds.ts';

/** The scheduled function that collects the tasks of a cluster, with all resources that it needs. */
export class Collector extends MeasuredCollector implements ICollector {
  /** A collector of another app: for its metrics, alarms and dashboards, for grants, and for tasks that it should reach. */
  static fromCollectorAttributes(
    scope: Construct,
    id: string,
    attributes: CollectorAttributes,
  ): ICollector {
    return new ImportedCollector(scope, id, attributes);
  }

  /** The function that collects. */
  readonly function: LambdaFunction;

  /** One cycle of all shards; undefined if the targets are not divided. */
  readonly shardCycle: ShardCycle | undefined;

  readonly configuration: CollectorConfiguration;
  readonly interval: Duration;

  /** The log of the function, from which CloudWatch extracts the collector's metrics about itself. */
  readonly logGroup: ILogGroup;

  /**
   * The log group from which CloudWatch extracts the tasks' metrics, one event a task and minute; Logs Insights finds
   * the task in it. If the configuration names a group, it is that one, which the function makes at its first write;
   * with the output `stdout` it is `logGroup`. Undefined if it writes no events in its own account, but samples to
   * other receivers.
   */
  readonly metricsLogGroup: ILogGroup | undefined;

  /** Cycles that could not be started, or failed. */
  readonly deadLetterQueue: IQueue;

  /** Names of the collected clusters; undefined if the synthesis cannot know all of them. */
  readonly collectedClusters: ReadonlySet<string> | undefined;

  private readonly facts: ConfigurationFacts | undefined;
  private readonly network: CollectorNetwork | undefined;
  private readonly openedPorts: OpenedPorts;
  private readonly role: IRole;

  constructor(scope: Construct, id: string, props: CollectorProps) {
    super(scope, id);
    checkKinds(this, props);
    const removalPolicy = props.removalPolicy ?? RemovalPolicy.DESTROY;
    const { encryptionKey, logRetention: retention } = props;
    this.interval = validInterval(this, props.interval ?? SHORTEST_INTERVAL);
    const timeout = validTimeout(this, props, this.interval);
    this.configuration = deliveredConfiguration(this, props);
    this.facts = this.configuration.facts(this, knownName(props.cluster));
    showWarnings(this, this.facts);
    warnOfLoopback(this, this.facts);
    const clusters = [props.cluster, ...(props.otherClusters ?? [])];
    checkClusters(this, this.facts, clusters);
    this.collectedClusters = collectedClusters(this.facts, clusters);
    checkGivenResources(this, props, this.facts);

    this.network = this.makeNetwork(props);
    this.openedPorts = this.watchPorts();
    const logGroups = { retention, removalPolicy, encryptionKey };
    this.logGroup = props.logGroup ?? new CollectorLogGroup(this, 'LogGroup', logGroups);
    this.metricsLogGroup =
      props.metricsLogGroup ?? this.makeMetricsLogGroup(props.cluster, logGroups);
    const bucket = new CollectorBucket(this, 'Bucket', {
      removalPolicy,
      ...(encryptionKey && { encryptionKey }),
    });
    this.deadLetterQueue =
      props.deadLetterQueue ??
      (new DeadLetterQueue(this, 'DeadLetterQueue', {
        ...(encryptionKey && { encryptionKey }),
      }) as IQueue);
    const otherLogGroupNames = logGroupNames(this, this.facts, props);
    showGroupsThatStay(this, otherLogGroupNames);
    const role = new CollectorRole(this, {
      role: props.role,
      cluster: props.cluster,
      needs: this.configuration.needs,
      namespaces: this.facts?.namespaces,
      isInVpc: this.network !== undefined,
      logGroups: [
        this.logGroup,
        ...(this.metricsLogGroup && writesOwnLogGroup(this.facts) ? [this.metricsLogGroup] : []),
      ],
      otherLogGroupNames,
    });
    this.role = role.role;
    if (props.shards === undefined) bucket.grantState(this.role);
    else bucket.grantShards(this.role);
    const run = makeRun(this, {
      configuration: this.configuration,
      variables: {
        [ENV.cluster]: props.cluster.clusterName,
        ...(this.metricsLogGroup && { [ENV.logGroup]: this.metricsLogGroup.logGroupName }),
        [ENV.state]: bucket.stateUrl,
      },
      shards: props.shards,
      concurrency: props.reservedConcurrentExecutions,
      timeout,
      memorySize: validMemorySize(this, props.memorySize ?? 512),
      architecture: props.architecture,
      role: this.role,
      logGroup: this.logGroup,
      deadLetterQueue: this.deadLetterQueue,
      makeCycleLogGroup: () => new CollectorLogGroup(this, 'CycleLogGroup', logGroups),
      network: this.network,
      code: props.code,
    });
    this.function = run.collector;
    this.shardCycle = run.cycle;
    const asked = Lazy.string({ produce: () => [...this.readMetrics].sort().join() || undefined });
    for (const each of run.functions) each.addEnvironment(ENV.ownMetrics, asked);
    if (props.role !== undefined) {
      for (const each of run.functions) each.node.addDependency(role.permissions);
    }
    if (this.network) role.denyNetworkToCode(this, 'DenyNetworkToCode', run.functions);
    new CollectorSchedule(this, 'Schedule', {
      starts: run.cycle?.stateMachine ?? run.collector,
      interval: this.interval,
      deadLetterQueue: this.deadLetterQueue,
    });
  }

  get functionName(): string {
    return this.function.functionName;
  }

  get connections(): Connections {
    if (this.network === undefined) {
      throw new InvalidPropsError(this, 'A collector without a VPC has no security group');
    }
    return this.network.connections;
  }

  /**
   * Lets the function reach tasks: a service, or the security group of the tasks. Without `ports`, it opens the ports
   * of the configuration: those of the sidecar, of docker labels, of `sd_metrics_ports`. Call it after adding all
   * containers.
   *
   * The rules are in the stack of the collector, unless that of the tasks depends on it by its network or cluster.
   *
   * @throws InvalidPropsError
   */
  collectFrom(tasks: IConnectable, ...ports: readonly number[]): void {
    collectFrom(this, this.openedPorts, tasks, ports);
  }

  /**
   * Lets the function assume a role, such as that of a `CollectorAccess` in another account. It may already assume the
   * known roles of the configuration.
   */
  assume(roleArn: string): void {
    this.role.addToPrincipalPolicy(
      new PolicyStatement({ actions: ['sts:AssumeRole'], resources: [roleArn] }),
    );
  }

  /** The role of the function, as the grantee of the collector. */
  get grantPrincipal(): IPrincipal {
    return this.role;
  }

  /** The role of the function, for a `CollectorAccess` in another account. */
  get roleArn(): string {
    return this.role.roleArn;
  }

  /** Lets a principal start a cycle. A cycle that begins while another one runs does nothing. */
  grantInvoke(grantee: IGrantable): Grant {
    return (
      this.shardCycle?.stateMachine.grantStartExecution(grantee) ??
      this.function.grantInvoke(grantee)
    );
  }

  /** The ports that the collector needs are known only when the app is complete. */
  private watchPorts(): OpenedPorts {
    const { network } = this;
    const securityGroup = network?.securityGroup;
    const opened = new OpenedPorts(this, this.facts, () => securityGroup?.connected ?? []);
    securityGroup?.restrict(() => opened.outward());
    if (network !== undefined) {
      // Validations run after all aspects, which may add sidecars.
      this.node.addValidation({
        validate() {
          opened.warn();
          return [];
        },
      });
    }
    return opened;
  }

  private makeMetricsLogGroup(cluster: ICluster, props: CollectorLogGroupProps) {
    switch (eventsOf(this.facts)) {
      case 'nowhere':
        return undefined;
      case 'the own log':
        return this.logGroup;
      case 'a log group': {
        const named = namedLogGroup(this.facts, cluster);
        return named === undefined
          ? new CollectorLogGroup(this, 'MetricsLogGroup', props)
          : LogGroup.fromLogGroupName(this, 'MetricsLogGroup', named);
      }
    }
  }

  private makeNetwork({ vpc, vpcSubnets, endpoints, securityGroups }: CollectorProps) {
    if (vpc !== undefined) {
      return new CollectorNetwork(this, 'Network', {
        vpc,
        ...(vpcSubnets && { vpcSubnets }),
        ...(endpoints && { endpoints }),
        ...(securityGroups && { securityGroups }),
        needed: neededEndpoints(this.facts, this.configuration.needs),
      });
    }
    if ((vpcSubnets ?? endpoints ?? securityGroups) !== undefined) {
      throw new InvalidPropsError(
        this,
        'Expected `vpc` beside `vpcSubnets`, `endpoints` and `securityGroups`',
      );
    }
    return undefined;
  }
}

function knownName({ clusterName }: ICluster): string | undefined {
  return Token.isUnresolved(clusterName) ? undefined : clusterName;
}
