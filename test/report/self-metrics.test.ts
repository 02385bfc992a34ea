import { describe, expect, it } from '@jest/globals';
import { publishCycle } from '../../lambda/report/self-metrics.ts';
import { cycleReport, downTarget, targetReport } from './cycle.ts';

/** What the cycle adds to the metrics of an invocation. */
function published(report: Parameters<typeof publishCycle>[0], isOfShard?: boolean) {
  const metrics: Record<string, readonly [unit: string, value: number]> = {};
  const metadata: Record<string, unknown> = {};
  const recorder: Parameters<typeof publishCycle>[1] = {
    addMetric(name, unit, value) {
      metrics[name] = [unit, value];
      return undefined as never;
    },
    addMetadata(key, value) {
      metadata[key] = JSON.parse(value);
      return undefined as never;
    },
  };
  publishCycle(report, recorder, isOfShard);
  return { metrics, metadata };
}

const REPORT = cycleReport(
  [targetReport(), downTarget('a'), downTarget('b'), { ...downTarget('c'), reason: 'timeout' }],
  {
    discoveryErrors: ['DescribeTasks failed.'],
    skipped: { not_running: 2, no_address: 1, relabeled: 4 },
    leftOut: [
      { reason: 'not_running', count: 2, causes: [] },
      { reason: 'no_address', count: 1, causes: [] },
      { reason: 'relabeled', count: 4, causes: [] },
    ],
    samples: {
      scraped: 100,
      published: 60,
      rejected: 10,
      dropped: { no_declaration: 25, first_sample: 5 },
      droppedForOthers: {},
    },
    remembered: { lines: 10, bytes: 5_000 },
    repeated: 9,
    delivery: {
      events: 8,
      metrics: 60,
      bytes: 4_321,
      rejected: { throttled: 3, too_old: 1 },
    },
    state: {
      targets: 4,
      series: 500,
      bytes: 6_789,
      reads: 1,
      writes: 2,
      conflicts: 3,
      failures: 5,
      setAside: 6,
    },
  },
);

describe('the metrics of the collector about itself', () => {
  it('are the counts of the cycle, with their units', () => {
    expect(published(REPORT).metrics).toEqual({
      TargetsDiscovered: ['Count', 4],
      TargetsUp: ['Count', 1],
      TargetsDown: ['Count', 3],
      TargetsStopped: ['Count', 0],
      TargetsUnreachable: ['Count', 1],
      DiscoveryErrors: ['Count', 1],
      SamplesScraped: ['Count', 100],
      SamplesPublished: ['Count', 60],
      SamplesRejected: ['Count', 10],
      SamplesDropped: ['Count', 30],
      NothingPublished: ['Count', 0],
      EventsAccepted: ['Count', 8],
      EventsRejected: ['Count', 4],
      EventsRepeated: ['Count', 9],
      MetricsPublished: ['Count', 60],
      BytesDelivered: ['Bytes', 4_321],
      StateSeries: ['Count', 500],
      StateBytes: ['Bytes', 6_789],
      StateReads: ['Count', 1],
      StateWrites: ['Count', 2],
      StateConflicts: ['Count', 3],
      StateFailures: ['Count', 5],
      StateSetAside: ['Count', 6],
      BytesRemembered: ['Bytes', 5_000],
      CycleDuration: ['Milliseconds', 123.4],
    });
  });

  it('tell where nothing is published, but not by a shard that has no samples', () => {
    const silent = { ...REPORT, nothingPublished: true };
    expect(published(silent).metrics).toMatchObject({ NothingPublished: ['Count', 1] });
    expect(published(silent, true).metrics).toMatchObject({ NothingPublished: ['Count', 1] });
    expect(published(cycleReport([downTarget('a')]), true).metrics).not.toHaveProperty(
      'NothingPublished',
    );
  });

  it('tell how many metrics there are, and were held back, where there is a budget', () => {
    const budget = { limit: 100, known: 100, heldBack: 7, examples: [] };
    expect(published({ ...REPORT, budget }).metrics).toMatchObject({
      MetricsKnown: ['Count', 100],
      MetricsHeldBack: ['Count', 7],
    });
  });

  it('tell what outputs beside the first one lose, where there are any', () => {
    const samples = { ...REPORT.samples, droppedForOthers: { too_large: 2, first_sample: 1 } };
    const deliveries = [...REPORT.deliveries, ...REPORT.deliveries];
    const { metrics, metadata } = published({ ...REPORT, samples, deliveries });
    expect(metrics).toMatchObject({ SamplesDroppedForOthers: ['Count', 3] });
    expect(metadata).toMatchObject({
      droppedForOthersByReason: { too_large: 2, first_sample: 1 },
    });
  });

  it('name the reasons behind the sums', () => {
    expect(published(REPORT).metadata).toEqual({
      droppedByReason: { no_declaration: 25, first_sample: 5 },
      rejectedByReason: { throttled: 3, too_old: 1 },
      seriesForgotten: 0,
      downByReason: { connect_refused: 2, timeout: 1 },
      skippedByReason: { not_running: 2, no_address: 1, relabeled: 4 },
    });
  });

  it('are the same in a cycle that had nothing to do, so that no alarm misses them', () => {
    const { metrics } = published(cycleReport([]));
    expect(Object.keys(metrics)).toEqual(Object.keys(published(REPORT).metrics));
    const values = Object.entries(metrics).map(([name, [, value]]) => [name, value]);
    expect(Object.fromEntries(values)).toMatchObject({ TargetsDown: 0, SamplesDropped: 0 });
  });
});
