import type { Labels } from '../../lambda/model/samples/sample.ts';
import type { OutputConfig } from '../../lambda/model/settings/output.ts';
import type { Received } from './receivers.ts';

/** Where events go unless the configuration names its outputs. */
const DEFAULT: readonly OutputConfig[] = [{ type: 'cloudwatch-logs' }];

/** One metric of CloudWatch that a series becomes. */
export interface PublishedMetric {
  readonly namespace: string;
  readonly name: string;
  readonly dimensions: Labels;
  /** Absent: CloudWatch's `None`. */
  readonly unit?: string | undefined;
  /** How values become those of the metric. */
  readonly as: 'value' | 'increase' | 'rate per second' | 'distribution';
}

/**
 * The outputs of events and metrics that get a sample.
 *
 * @param metrics what the rules make of it. With none, it is a log event
 */
export function publishedBy(
  outputs: readonly OutputConfig[] = DEFAULT,
  metrics: readonly PublishedMetric[],
): readonly Received[] {
  return outputs.flatMap((output): readonly Received[] => {
    switch (output.type) {
      case 'cloudwatch-logs':
      case 'file':
      case 'stdout': {
        const name = ('name' in output && output.name) || output.type;
        return [{ output: name, gets: metrics.length > 0 ? 'emf_event' : 'plain_event' }];
      }
      case 'cloudwatch_metrics':
        return metrics.length > 0 ? [{ output: output.name, gets: 'datum' }] : [];
      default:
        return [];
    }
  });
}
