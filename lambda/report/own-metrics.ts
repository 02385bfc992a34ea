import type { Metrics } from '@aws-lambda-powertools/metrics';
import { READ_METRICS } from '../model/settings/names.ts';

/** The part of Powertools' metrics that publishes. */
export type OwnMetrics = Pick<Metrics, 'addMetric' | 'addMetadata'>;

/**
 * Publishes only the metrics that are read, because CloudWatch bills each. The others are numbers in the same log event, which
 * Logs Insights reads.
 *
 * @param named further metrics to publish, separated by commas. @default none
 */
export function ownMetrics(metrics: OwnMetrics, named = ''): OwnMetrics {
  const published = new Set([...READ_METRICS, ...named.split(',').map((name) => name.trim())]);
  return {
    addMetric: (name, unit, value, resolution) => {
      if (published.has(name)) return metrics.addMetric(name, unit, value, resolution);
      // Its type asks for a text, but any JSON is written as it is.
      return metrics.addMetadata(name, value as unknown as string);
    },
    addMetadata: (key, value) => metrics.addMetadata(key, value),
  };
}
