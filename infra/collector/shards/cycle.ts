import { type IMetric, MathExpression, Stats } from 'aws-cdk-lib/aws-cloudwatch';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import type { ILogGroup } from 'aws-cdk-lib/aws-logs';
import {
  Choice,
  Condition,
  DefinitionBody,
  DistributedMap,
  Fail,
  type IChainable,
  type INextable,
  Map as InlineMap,
  type IStateMachine,
  JsonPath,
  LogLevel,
  Pass,
  Result,
  StateMachine,
  StateMachineType,
  Succeed,
  TaskInput,
} from 'aws-cdk-lib/aws-stepfunctions';
import { LambdaInvoke } from 'aws-cdk-lib/aws-stepfunctions-tasks';
import { Duration } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import { CYCLE_MS } from '../../../lambda/shards/objects/limits.ts';
import { acknowledge } from '../../nag/acknowledge.ts';
import { ShardCycleRole } from './cycle-role.ts';
import type { Shards } from './shards.ts';

/** The name of the error by which the discovery says that the shards of the last cycle may still be running. */
const UNDER_WAY = 'CycleUnderWayError';

/** Lambda did not take the invocation: it has not run, so running it is no second time. */
const THROTTLED = 'Lambda.TooManyRequestsException';

/** What remains of a shard, in the order of the shards. */
const COLLECTED = 'collected';
const FAILED = 'failed';

/** How a shard is tried again, alone, where Lambda did not take it. One that has begun is not: it may have delivered. */
const SHARD_RETRY = { errors: [THROTTLED], interval: Duration.seconds(2), maxAttempts: 2 };

/** How the beginning is tried again: schedules do not fire to the second. */
const DISCOVERY_RETRY = {
  errors: [UNDER_WAY, THROTTLED],
  interval: Duration.seconds(5),
  maxAttempts: 3,
  backoffRate: 1,
};

export interface ShardCycleProps {
  readonly shards: Shards;
  /** Answers with the shards of a cycle. */
  readonly discovery: IFunction;
  /** Collects a shard. */
  readonly collector: IFunction;
  /** Of executions that fail: Express workflows have no other history. */
  readonly logGroup: ILogGroup;
}

/** What runs the shards of a collector. */
export interface IShardCycle {
  readonly stateMachine: IStateMachine;

  /** Executions that failed or were too late, of which there is one for each cycle. */
  metricFailed(period: Duration): IMetric;
}

/**
 * One cycle of a collector whose targets are divided: discovers, then collects each shard. A shard that fails costs the others nothing;
 * the execution fails in the end, so that somebody can be told.
 */
export class ShardCycle extends Construct implements IShardCycle {
  readonly stateMachine: StateMachine;

  constructor(scope: Construct, id: string, props: ShardCycleProps) {
    super(scope, id);
    const { shards, logGroup } = props;
    const discover = new LambdaInvoke(this, 'Discover', {
      lambdaFunction: props.discovery,
      payload: TaskInput.fromObject({}),
      payloadResponseOnly: true,
      retryOnServiceExceptions: false,
    });
    discover.addRetry(DISCOVERY_RETRY);
    const role = new ShardCycleRole(this, 'Role', [props.discovery, props.collector]);
    this.stateMachine = new StateMachine(this, 'StateMachine', {
      comment: 'One cycle of the Fargauge collector',
      // The tasks would add every version of the functions to what the role may invoke.
      role: role.withoutPolicyUpdates(),
      // An Express workflow has no Distributed Map.
      stateMachineType: shards.areDistributed
        ? StateMachineType.STANDARD
        : StateMachineType.EXPRESS,
      definitionBody: DefinitionBody.fromChainable(
        discover.next(this.makeMap(props)).next(this.makeEnd()),
      ),
      // A retry of the beginning is not part of the cycle.
      timeout: Duration.millis(CYCLE_MS).plus(Duration.seconds(20)),
      logs: { destination: logGroup, level: LogLevel.ERROR },
    });
    this.stateMachine.node.addDependency(role);
    this.acknowledge();
    if (shards.areDistributed) role.allowDistribution(this, 'Distribution', this.stateMachine);
  }

  /** Executions that failed or were too late, of which there is one for each cycle. */
  metricFailed(period: Duration): IMetric {
    return metricFailedCycles(this.stateMachine, period);
  }

  private makeMap(props: ShardCycleProps): IChainable & INextable {
    const { shards } = props;
    const options = {
      itemsPath: JsonPath.stringAt('$.shards'),
      itemSelector: {
        shard: JsonPath.numberAt('$$.Map.Item.Value.shard'),
        digest: JsonPath.stringAt('$$.Map.Item.Value.digest'),
        cycle: JsonPath.objectAt('$.cycle'),
      },
      maxConcurrency: shards.max,
    };
    const map = shards.areDistributed
      ? new DistributedMap(this, 'Shards', {
          ...options,
          mapExecutionType: StateMachineType.EXPRESS,
        })
      : new InlineMap(this, 'Shards', options);
    return map.itemProcessor(this.makeShard(props));
  }

  /** What remains of a shard is little: the outputs of all of them together have their limit. */
  private makeShard({ collector }: ShardCycleProps): IChainable {
    const collect = new LambdaInvoke(this, 'Collect', {
      lambdaFunction: collector,
      payloadResponseOnly: true,
      retryOnServiceExceptions: false,
      resultPath: JsonPath.DISCARD,
    });
    collect.addRetry(SHARD_RETRY);
    collect.addCatch(new Pass(this, 'Failed', { result: Result.fromString(FAILED) }));
    return collect.next(new Pass(this, 'Collected', { result: Result.fromString(COLLECTED) }));
  }

  private makeEnd(): IChainable {
    return new Pass(this, 'Outcome', {
      parameters: {
        shards: JsonPath.jsonToString(JsonPath.objectAt('$')),
        anyFailed: JsonPath.arrayContains(JsonPath.entirePayload, FAILED),
      },
    }).next(
      new Choice(this, 'AnyFailed')
        .when(
          Condition.booleanEquals('$.anyFailed', true),
          new Fail(this, 'ShardsFailed', {
            error: 'ShardsFailed',
            causePath: '$.shards',
          }),
        )
        .otherwise(new Succeed(this, 'Done')),
    );
  }

  private acknowledge(): void {
    const { stateMachine } = this;
    acknowledge(
      stateMachine,
      {
        id: 'AwsSolutions-SF1',
        reason:
          'The functions log each cycle; a log of successful executions would be paid for twice.',
      },
      {
        id: 'AwsSolutions-SF2',
        reason:
          'The collector reports the duration of each cycle; traces would cost more than the workflow.',
      },
    );
  }
}

/** Executions of the state machine of a collector that failed or were too late. */
export function metricFailedCycles(
  stateMachine: Pick<IStateMachine, 'metricFailed' | 'metricTimedOut'>,
  period: Duration,
): IMetric {
  const options = { statistic: Stats.SUM, period };
  return new MathExpression({
    expression: 'FILL(failed, 0) + FILL(late, 0)',
    usingMetrics: {
      failed: stateMachine.metricFailed(options),
      late: stateMachine.metricTimedOut(options),
    },
    period,
  });
}
