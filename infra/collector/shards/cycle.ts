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

/** The discovery throws this error if the shards of the last cycle may still run. */
const UNDER_WAY = 'CycleUnderWayError';

/** Lambda refused the invocation: it has not run, so a retry does not run it twice. */
const THROTTLED = 'Lambda.TooManyRequestsException';

/** The state of a collected shard, in the order of the shards. */
const COLLECTED = 'collected';
const FAILED = 'failed';

/** Retries of a shard that Lambda refused. A shard that began is not retried, because it may have delivered. */
const SHARD_RETRY = { errors: [THROTTLED], interval: Duration.seconds(2), maxAttempts: 2 };

/** Retries of the beginning, because schedules are not exact to the second. */
const DISCOVERY_RETRY = {
  errors: [UNDER_WAY, THROTTLED],
  interval: Duration.seconds(5),
  maxAttempts: 3,
  backoffRate: 1,
};

export interface ShardCycleProps {
  readonly shards: Shards;
  /** Returns the shards of a cycle. */
  readonly discovery: IFunction;
  /** Collects a shard. */
  readonly collector: IFunction;
  /** The log of failed executions: Express workflows have no other history. */
  readonly logGroup: ILogGroup;
}

/** The state machine of the shards of a collector. */
export interface IShardCycle {
  readonly stateMachine: IStateMachine;

  /** Failed or late executions; there is one execution for each cycle. */
  metricFailed(period: Duration): IMetric;
}

/**
 * One cycle of a collector whose targets are divided: discovers, then collects each shard. A failed shard does not
 * affect the others; the execution fails at the end, so that an alarm can report it.
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
      // Otherwise the tasks would add every version of the functions to the role.
      role: role.withoutPolicyUpdates(),
      // An Express workflow has no Distributed Map.
      stateMachineType: shards.areDistributed
        ? StateMachineType.STANDARD
        : StateMachineType.EXPRESS,
      definitionBody: DefinitionBody.fromChainable(
        discover.next(this.makeMap(props)).next(this.makeEnd()),
      ),
      // A retry of the beginning does not count as part of the cycle.
      timeout: Duration.millis(CYCLE_MS).plus(Duration.seconds(20)),
      logs: { destination: logGroup, level: LogLevel.ERROR },
    });
    this.stateMachine.node.addDependency(role);
    this.acknowledge();
    if (shards.areDistributed) role.allowDistribution(this, 'Distribution', this.stateMachine);
  }

  /** Failed or late executions; there is one execution for each cycle. */
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

  /** Keeps little of each shard's output, because the outputs of all shards together have a limit. */
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

/** Failed or late executions of a collector's state machine. */
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
