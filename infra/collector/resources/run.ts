import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import type { ILogGroup } from 'aws-cdk-lib/aws-logs';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import { Duration } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';
import { ENV } from '../../../lambda/model/settings/names.ts';
import { validCount } from '../../props/valid.ts';
import { ShardCycle } from '../shards/cycle.ts';
import { type Shards, validShards } from '../shards/shards.ts';
import { CollectorFunction, type CollectorFunctionProps } from './function.ts';

/** Enough for 10,000 tasks: 20 s for the AWS APIs, and the rest for their answers and S3. */
const DISCOVERY_TIMEOUT = Duration.seconds(30);

/** Enough for 10,000 tasks; it does not depend on the memory of a shard. */
const DISCOVERY_MEMORY_MIB = 1_024;

export interface CollectorRunProps
  extends Omit<CollectorFunctionProps, 'description' | 'handler' | 'deadLetterQueue'> {
  readonly deadLetterQueue: IQueue;
  /** Absent: the targets are not divided. */
  readonly shards?: Shards | undefined;
  /** Makes the log group for failed executions of a divided collector. */
  readonly makeCycleLogGroup: () => ILogGroup;
}

/** The functions, and the one that starts each interval. */
export interface CollectorRun {
  /** The collecting function. */
  readonly collector: LambdaFunction;
  /** All functions. */
  readonly functions: readonly LambdaFunction[];
  /** Runs the discovery and the shards; absent if one function does everything. */
  readonly cycle?: ShardCycle;
}

/** Makes the functions in the scope of a collector, and the state machine of shards. */
export function makeRun(scope: Construct, props: CollectorRunProps): CollectorRun {
  const { shards, deadLetterQueue, makeCycleLogGroup, concurrency, ...common } = props;
  if (shards === undefined) {
    if (concurrency !== undefined) validCount(scope, 'reservedConcurrentExecutions', concurrency);
    const collector = new CollectorFunction(scope, 'Function', {
      ...common,
      description: 'Fargauge: collects the metrics of ECS tasks into CloudWatch',
      handler: 'handler',
      concurrency,
      deadLetterQueue,
    });
    return { collector, functions: [collector] };
  }
  const { max, targetsPerShard } = validShards(scope, shards);
  if (concurrency !== undefined)
    validCount(scope, 'reservedConcurrentExecutions', concurrency, max);
  const variables = {
    ...common.variables,
    [ENV.shards]: String(max),
    ...(targetsPerShard !== undefined && { [ENV.targetsPerShard]: String(targetsPerShard) }),
  };
  const collector = new CollectorFunction(scope, 'Function', {
    ...common,
    variables,
    description: 'Fargauge: collects a shard of the metrics of ECS tasks into CloudWatch',
    handler: 'handler',
    concurrency,
  });
  const discovery = new CollectorFunction(scope, 'Discovery', {
    ...common,
    variables: { ...variables, [ENV.collector]: collector.functionName },
    description: 'Fargauge: discovers ECS tasks and divides them into shards',
    handler: 'discover',
    // Its memory of the tasks helps only if it gets every invocation.
    concurrency: concurrency === undefined ? undefined : 1,
    timeout: DISCOVERY_TIMEOUT,
    memorySize: DISCOVERY_MEMORY_MIB,
  });
  const cycle = new ShardCycle(scope, 'Cycle', {
    shards,
    discovery,
    collector,
    logGroup: makeCycleLogGroup(),
  });
  return { collector, functions: [collector, discovery], cycle };
}
