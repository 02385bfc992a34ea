import { type Metrics, MetricUnit } from '@aws-lambda-powertools/metrics';
import { unreachableAmong } from '../model/targets/left-out.ts';
import type { CycleLogger } from './log.ts';
import type { CycleReport } from './report.ts';
import { sumOf } from './sum.ts';

/**
 * Publishes the result of one cycle as metrics of the collector itself. The reasons behind the sums are metadata of the
 * same log event, because each reason as a dimension would be a billed metric.
 *
 * @param isOfShard whether the cycle is that of a shard, whose lack of samples does not mean that nothing is published
 */
export function publishCycle(
  report: CycleReport,
  metrics: Pick<Metrics, 'addMetric' | 'addMetadata'>,
  isOfShard = false,
): void {
  const { targets, samples, budget, deliveries, state, remembered } = report;
  const { discoveryErrors, durationMs, scrapes, skipped } = report;
  const count = (name: string, value: number) => metrics.addMetric(name, MetricUnit.Count, value);
  count('TargetsDiscovered', targets.discovered);
  count('TargetsUp', targets.up);
  count('TargetsDown', targets.down);
  count('TargetsStopped', targets.stopped);
  count('TargetsUnreachable', unreachableAmong(report.leftOut));
  count('DiscoveryErrors', discoveryErrors.length);
  count('SamplesScraped', samples.scraped);
  count('SamplesPublished', samples.published);
  count('SamplesRejected', samples.rejected);
  count('SamplesDropped', sum(samples.dropped));
  if (!isOfShard || targets.up > 0) count('NothingPublished', report.nothingPublished ? 1 : 0);
  if (deliveries.length > 1) {
    count('SamplesDroppedForOthers', sum(samples.droppedForOthers));
    metrics.addMetadata('droppedForOthersByReason', JSON.stringify(samples.droppedForOthers));
  }
  if (budget !== undefined) {
    // The discovery publishes the total of all shards.
    if (!isOfShard) count('MetricsKnown', budget.known);
    count('MetricsHeldBack', budget.heldBack);
  }
  const rejected = sumOf(deliveries.map((delivery) => delivery.rejected));
  const ofAll = (key: 'events' | 'metrics' | 'bytes') =>
    deliveries.reduce((total, delivery) => total + delivery[key], 0);
  count('EventsAccepted', ofAll('events'));
  count('EventsRejected', sum(rejected));
  count('EventsRepeated', report.repeated);
  count('MetricsPublished', ofAll('metrics'));
  metrics.addMetric('BytesDelivered', MetricUnit.Bytes, ofAll('bytes'));
  count('StateSeries', state.series);
  metrics.addMetric('StateBytes', MetricUnit.Bytes, state.bytes);
  count('StateReads', state.reads);
  count('StateWrites', state.writes);
  count('StateConflicts', state.conflicts);
  count('StateFailures', state.failures);
  count('StateSetAside', state.setAside);
  metrics.addMetric('BytesRemembered', MetricUnit.Bytes, remembered.bytes);
  metrics.addMetric('CycleDuration', MetricUnit.Milliseconds, durationMs);

  const downByReason: Record<string, number> = {};
  for (const { reason, stopped } of scrapes) {
    if (reason !== undefined && !stopped) downByReason[reason] = (downByReason[reason] ?? 0) + 1;
  }
  metrics.addMetadata('droppedByReason', JSON.stringify(samples.dropped));
  metrics.addMetadata('rejectedByReason', JSON.stringify(rejected));
  metrics.addMetadata('seriesForgotten', String(state.forgotten));
  metrics.addMetadata('downByReason', JSON.stringify(downByReason));
  metrics.addMetadata('skippedByReason', JSON.stringify(skipped));
}

/**
 * Publishes that an invocation did nothing, because another one collects the same targets.
 *
 * @param until the latest end of the other one, in milliseconds since the epoch
 * @returns the answer of the invocation
 */
export function publishSkipped(
  until: number,
  metrics: Pick<Metrics, 'addMetric'>,
  logger: Pick<CycleLogger, 'warn'>,
): { readonly skipped: string } {
  const skipped = `another cycle is under way, until ${new Date(until).toISOString()} at the latest`;
  metrics.addMetric('CyclesSkipped', MetricUnit.Count, 1);
  logger.warn('cycle skipped', { reason: skipped });
  return { skipped };
}

function sum(counts: Readonly<Partial<Record<string, number>>>): number {
  return Object.values(counts).reduce<number>((total, count = 0) => total + count, 0);
}
