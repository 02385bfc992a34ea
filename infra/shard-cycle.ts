import { type IMetric, MathExpression, Stats } from 'aws-cdk-lib/aws-cloudwatch';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import {
  Choice,
  Condition,
  DefinitionBody,
  DistributedMap,
  Fail,
  type IChainable,
  type INextable,
  JsonPath,
  LogLevel,
  Map as InlineMap,
  Pass,
  Result,
  StateMachine,
  StateMachineType,
  Succeed,
  TaskInput,
} from 'aws-cdk-lib/aws-stepfunctions';
import { LambdaInvoke } from 'aws-cdk-lib/aws-stepfunctions-tasks';
import type { ILogGroup } from 'aws-cdk-lib/aws-logs';
import { Duration, Validations } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import { CYCLE_MS } from '../lambda/shards/dispatch.ts';
import { INLINE_SHARDS, type Shards } from './shards.ts';

/** The name of the error by which the discovery says that the shards of the last cycle may still be running. */
const UNDER_WAY = 'CycleUnderWayError';

/** Lambda did not take the invocation: it has not run, so running it is no second time. */
const THROTTLED = 'Lambda.TooManyRequestsException';

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

/**
 * One cycle of a collector whose targets are divided: discovers, then collects each shard. A shard that fails costs the others nothing;
 * the execution fails in the end, so that somebody can be told.
 */
export class ShardCycle extends Construct {
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
    this.stateMachine = new StateMachine(this, 'StateMachine', {
      comment: 'One cycle of the Fargauge collector',
      // An Express workflow has no Distributed Map.
      stateMachineType: shards.areDistributed ? StateMachineType.STANDARD : StateMachineType.EXPRESS,
      definitionBody: DefinitionBody.fromChainable(
        discover.next(this.makeMap(props)).next(this.makeEnd()),
      ),
      // A retry of the beginning is not part of the cycle.
      timeout: Duration.millis(CYCLE_MS).plus(Duration.seconds(20)),
      logs: { destination: logGroup, level: LogLevel.ERROR },
    });
    this.acknowledge();
  }

  /** Executions that failed or were too late, of which there is one for each cycle. */
  metricFailed(period: Duration): IMetric {
    const options = { statistic: Stats.SUM, period };
    return new MathExpression({
      expression: 'FILL(failed, 0) + FILL(late, 0)',
      usingMetrics: {
        failed: this.stateMachine.metricFailed(options),
        late: this.stateMachine.metricTimedOut(options),
      },
      period,
    });
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
      : new InlineMap(this, 'Shards', { ...options, maxConcurrency: INLINE_SHARDS });
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
    collect.addCatch(
      new Pass(this, 'Failed', {
        parameters: {
          failed: true,
          shard: JsonPath.numberAt('$.shard'),
          error: JsonPath.stringAt('$.error.Error'),
        },
      }),
      { resultPath: '$.error' },
    );
    return collect.next(new Pass(this, 'Collected', { result: Result.fromObject({ failed: false }) }));
  }

  private makeEnd(): IChainable {
    return new Pass(this, 'Failures', {
      parameters: { shards: JsonPath.objectAt('$[?(@.failed==true)]') },
    }).next(
      new Choice(this, 'AnyFailed')
        .when(
          Condition.isPresent('$.shards[0]'),
          new Fail(this, 'ShardsFailed', {
            error: 'ShardsFailed',
            causePath: JsonPath.jsonToString(JsonPath.objectAt('$.shards')),
          }),
        )
        .otherwise(new Succeed(this, 'Done')),
    );
  }

  private acknowledge(): void {
    const { stateMachine } = this;
    Validations.of(stateMachine).acknowledge(
      {
        id: 'AwsSolutions-SF1',
        reason: 'The functions log each cycle; what goes well would be logged, and paid for, twice.',
      },
      {
        id: 'AwsSolutions-SF2',
        reason: 'The collector says of each cycle how long it took; traces would cost more than the workflow.',
      },
    );
  }
}
