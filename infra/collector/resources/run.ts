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

/** Enough for 10,000 tasks: the AWS APIs get 20 s, their answers and S3 the rest. */
const DISCOVERY_TIMEOUT = Duration.seconds(30);

/** What is known of 10,000 tasks takes its room, whatever a shard needs. */
const DISCOVERY_MEMORY_MIB = 1_024;

export interface CollectorRunProps
  extends Omit<CollectorFunctionProps, 'description' | 'handler' | 'deadLetterQueue'> {
  readonly deadLetterQueue: IQueue;
  /** Absent: the targets are not divided. */
  readonly shards?: Shards | undefined;
  /** Makes the group in which executions of a divided collector say why they failed. */
  readonly makeCycleLogGroup: () => ILogGroup;
}

/** What runs in each interval. */
export interface CollectorRun {
  /** Collects. */
  readonly collector: LambdaFunction;
  /** All functions. */
  readonly functions: readonly LambdaFunction[];
  /** Begins with the discovery and collects the shards; absent where the collector does it all. */
  readonly cycle?: ShardCycle;
}

/** Makes the functions in the scope of a collector, and for shards what runs them. */
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
    // What it remembers of the tasks is of use only where it is asked each time.
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
