import type { Metrics } from '@aws-lambda-powertools/metrics';
import { FAULT_METRICS, READ_METRICS } from '../model/settings/names.ts';

/** The part of Powertools' metrics that publishes. */
export type OwnMetrics = Pick<Metrics, 'addMetric' | 'addMetadata'>;

/** The only metrics of invocations without a cycle of their own: a log event of Powertools, with all of its numbers, needs a metric. */
const WITHOUT_CYCLE = ['CyclesSkipped', 'DiscoveryDuration'] as const;

/** The only fault that an alarm reads by its least value, where there are shards: that of a shard which is well must be there. */
const LEAST_OF_SHARDS = 'NothingPublished';

/**
 * Publishes only the metrics that alarms read, and faults only where there are some, because CloudWatch bills each metric for each hour
 * in which it has a value. The others are numbers in the same log event, which Logs Insights reads.
 *
 * @param named further metrics to publish in each cycle, separated by commas. @default none
 * @param isDivided whether the targets are divided among shards. @default false
 */
export function ownMetrics(metrics: OwnMetrics, named = '', isDivided = false): OwnMetrics {
  const always = new Set([...WITHOUT_CYCLE, ...named.split(',').map((name) => name.trim())]);
  if (isDivided) always.add(LEAST_OF_SHARDS);
  const read = new Set(READ_METRICS);
  const faults = new Set(FAULT_METRICS);
  const isPublished = (name: string, value: number) =>
    always.has(name) || (read.has(name) && (value !== 0 || !faults.has(name)));
  return {
    addMetric: (name, unit, value, resolution) => {
      if (isPublished(name, value)) return metrics.addMetric(name, unit, value, resolution);
      // Its type asks for a text, but any JSON is written as it is.
      return metrics.addMetadata(name, value as unknown as string);
    },
    addMetadata: (key, value) => metrics.addMetadata(key, value),
  };
}
