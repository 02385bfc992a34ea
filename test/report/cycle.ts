import type { DeliveryReport } from '../../lambda/model/delivery/event.ts';
import type { StateReport } from '../../lambda/model/delivery/state.ts';
import type { CycleReport } from '../../lambda/report/report.ts';
import type { TargetReport } from '../../lambda/report/target.ts';

/** A target that is up and has published a sample in an event, and what differs. */
export function targetReport(more: Partial<TargetReport> = {}): TargetReport {
  return {
    id: 'web http://10.0.0.1:9546/metrics',
    url: 'http://10.0.0.1:9546/metrics',
    labels: { job: 'web' },
    up: true,
    stopped: false,
    durationMs: 12,
    bytes: 100,
    scraped: 1,
    offered: 1,
    events: 1,
    rejected: {},
    ...more,
  };
}

/** A target that refuses connections; `id` is also its URL. */
export function downTarget(id: string): TargetReport {
  return targetReport({
    id,
    url: id,
    up: false,
    reason: 'connect_refused',
    message: `connect ECONNREFUSED ${id}`,
    bytes: 0,
    scraped: 0,
    offered: 0,
    events: 0,
  });
}

/** A target that refuses connections because its task has stopped. */
export function stoppedTarget(id: string): TargetReport {
  return { ...downTarget(id), stopped: true };
}

interface Differences extends Omit<Partial<CycleReport>, 'deliveries' | 'state'> {
  /** Of the only output. */
  readonly delivery?: Partial<DeliveryReport>;
  readonly state?: Partial<StateReport>;
}

/** The report of a cycle over these targets, in which each event was accepted, and what differs. */
export function cycleReport(
  scrapes: readonly TargetReport[],
  { delivery, state, ...more }: Differences = {},
): CycleReport {
  const up = scrapes.filter((scrape) => scrape.up).length;
  const stopped = scrapes.filter((scrape) => scrape.stopped).length;
  const down = scrapes.length - up - stopped;
  const events = scrapes.reduce((sum, scrape) => sum + scrape.events, 0);
  return {
    startedAt: Date.parse('2026-01-02T03:04:05.678Z'),
    durationMs: 123.4,
    targets: { discovered: scrapes.length, up, down, stopped },
    skipped: {},
    leftOut: [],
    idle: [],
    silentJobs: [],
    nothingPublished: false,
    incomplete: [],
    discoveryErrors: [],
    samples: { scraped: events, published: events, rejected: 0, dropped: {}, droppedForOthers: {} },
    repeated: 0,
    greedy: [],
    breaches: [],
    remembered: { lines: 0, bytes: 0 },
    scrapes,
    ...more,
    deliveries: [
      {
        output: 'cloudwatch-logs',
        events,
        metrics: events,
        bytes: events * 100,
        requests: 1,
        rejected: {},
        errors: [],
        ...delivery,
      },
    ],
    state: {
      targets: 0,
      series: 0,
      bytes: 0,
      reads: 0,
      writes: 0,
      conflicts: 0,
      failures: 0,
      setAside: 0,
      forgotten: 0,
      errors: [],
      ...state,
    },
  };
}
