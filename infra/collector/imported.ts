import type { Metric, MetricOptions } from 'aws-cdk-lib/aws-cloudwatch';
import { Connections, type IConnectable, type ISecurityGroup } from 'aws-cdk-lib/aws-ec2';
import {
  type Grant,
  type IGrantable,
  type IPrincipal,
  type IRole,
  PolicyStatement,
  UnknownPrincipal,
} from 'aws-cdk-lib/aws-iam';
import { type IFunction, Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import type { ILogGroup } from 'aws-cdk-lib/aws-logs';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import type { IStateMachine } from 'aws-cdk-lib/aws-stepfunctions';
import { Annotations, ArnFormat, type Duration, Stack } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';
import { ENV, FAULT_METRICS, READ_METRICS } from '../../lambda/model/settings/names.ts';
import { CollectorConfiguration } from '../configuration/configuration.ts';
import { InvalidPropsError } from '../props/errors.ts';
import type { ICollector } from './interface.ts';
import { MeasuredCollector } from './measured.ts';
import { collectFrom } from './ports/collect-from.ts';
import { OpenedPorts } from './ports/opened.ts';
import { SHORTEST_INTERVAL, validInterval } from './resources/schedule.ts';
import { type IShardCycle, metricFailedCycles } from './shards/cycle.ts';

/** The known attributes of a collector of another app, in the account and Region of the stack. */
export interface CollectorAttributes {
  /** Name of the function that collects: the output `CollectorFunction` of the app. */
  readonly functionName: string;

  /**
   * The role of the function.
   *
   * @default - unknown: grants to the collector have no effect
   */
  readonly role?: IRole;

  /**
   * The security groups of the function. Import them with `allowAllOutbound: false`, so that `collectFrom` also opens
   * the ports of tasks in them.
   *
   * @default - unknown: nothing can be opened to the collector
   */
  readonly securityGroups?: readonly ISecurityGroup[];

  /**
   * The log of the function.
   *
   * @default - unknown
   */
  readonly logGroup?: ILogGroup;

  /**
   * The log group from which CloudWatch extracts the tasks' metrics.
   *
   * @default - unknown
   */
  readonly metricsLogGroup?: ILogGroup;

  /**
   * The queue for cycles that could not be started, or failed.
   *
   * @default - unknown
   */
  readonly deadLetterQueue?: IQueue;

  /**
   * The state machine of a collector whose targets are divided.
   *
   * @default - its targets are not divided
   */
  readonly stateMachine?: IStateMachine;

  /**
   * Its interval, in whole minutes.
   *
   * @default Duration.minutes(1)
   */
  readonly interval?: Duration;

  /**
   * Its configuration, against which alarms and dashboards are checked.
   *
   * @default CollectorConfiguration.builtIn()
   */
  readonly configuration?: CollectorConfiguration;

  /**
   * Names of all clusters that it collects.
   *
   * @default - unknown: alarms may be on any
   */
  readonly clusterNames?: readonly string[];
}

/** A collector of another app. */
export class ImportedCollector extends MeasuredCollector implements ICollector {
  readonly function: IFunction;
  readonly functionName: string;
  readonly interval: Duration;
  readonly shardCycle: IShardCycle | undefined;
  readonly configuration: CollectorConfiguration;
  readonly logGroup: ILogGroup | undefined;
  readonly metricsLogGroup: ILogGroup | undefined;
  readonly deadLetterQueue: IQueue | undefined;
  readonly collectedClusters: ReadonlySet<string> | undefined;
  readonly grantPrincipal: IPrincipal;

  private readonly securityGroups: readonly ISecurityGroup[];
  private readonly openedPorts: OpenedPorts;

  constructor(scope: Construct, id: string, attributes: CollectorAttributes) {
    super(scope, id);
    const { functionName, role, clusterNames, stateMachine } = attributes;
    this.functionName = functionName;
    this.function = LambdaFunction.fromFunctionAttributes(this, 'Function', {
      functionArn: Stack.of(this).formatArn({
        service: 'lambda',
        resource: 'function',
        resourceName: functionName,
        arnFormat: ArnFormat.COLON_RESOURCE_NAME,
      }),
      sameEnvironment: true,
      ...(role && { role }),
    });
    this.interval = validInterval(this, attributes.interval ?? SHORTEST_INTERVAL);
    this.configuration = attributes.configuration ?? CollectorConfiguration.builtIn();
    this.logGroup = attributes.logGroup;
    this.metricsLogGroup = attributes.metricsLogGroup;
    this.deadLetterQueue = attributes.deadLetterQueue;
    this.collectedClusters = clusterNames && new Set(clusterNames);
    this.shardCycle = stateMachine && {
      stateMachine,
      metricFailed: (period) => metricFailedCycles(stateMachine, period),
    };
    this.grantPrincipal = role ?? new UnknownPrincipal({ resource: this });
    this.securityGroups = attributes.securityGroups ?? [];
    this.openedPorts = new OpenedPorts(this, this.configuration.facts(this), () => []);
  }

  /** Its own app decides which metrics it publishes. */
  override metric(metricName: string, options?: MetricOptions): Metric {
    if (!READ_METRICS.includes(metricName)) this.warnOf(metricName, 'only');
    else if (FAULT_METRICS.includes(metricName) && !this.readsFaults) {
      this.warnOf(metricName, 'where it is 0 only');
    }
    return super.metric(metricName, options);
  }

  private warnOf(metricName: string, when: 'only' | 'where it is 0 only'): void {
    Annotations.of(this).addWarningV2(
      `fargauge:notPublished${metricName}`,
      `[${this.node.path}] The collector publishes ${metricName} ${when} if its own app reads it, or names it in ${ENV.ownMetrics}`,
    );
  }

  get connections(): Connections {
    if (this.securityGroups.length === 0) {
      throw new InvalidPropsError(
        this,
        'The security groups of this collector are not known: import it with `securityGroups`',
      );
    }
    return new Connections({ securityGroups: [...this.securityGroups] });
  }

  collectFrom(tasks: IConnectable, ...ports: readonly number[]): void {
    collectFrom(this, this.openedPorts, tasks, ports);
  }

  assume(roleArn: string): void {
    this.grantPrincipal.addToPrincipalPolicy(
      new PolicyStatement({ actions: ['sts:AssumeRole'], resources: [roleArn] }),
    );
  }

  grantInvoke(grantee: IGrantable): Grant {
    return (
      this.shardCycle?.stateMachine.grantStartExecution(grantee) ??
      this.function.grantInvoke(grantee)
    );
  }
}
