import { describe, expect, it } from '@jest/globals';
import { Drops } from '../../lambda/model/samples/drops.ts';
import { labelsOf, type Series } from '../../lambda/model/samples/sample.ts';
import type { Target } from '../../lambda/model/targets/target.ts';
import {
  ReportBuilder,
  type ScrapeSummary,
  type TargetOutcome,
} from '../../lambda/report/report.ts';
import { cycleReport } from './cycle.ts';

const SERIES: Series = { name: 'a', family: 'a', type: 'gauge', labels: labelsOf() };

const { deliveries, state } = cycleReport([]);
const REMEMBERED = { lines: 2, bytes: 700 };

/** A scrape that gave this many samples, the three about itself included. */
function scrape(
  id: string,
  sampleCount: number,
  failure?: ScrapeSummary['failure'],
): ScrapeSummary {
  return {
    target: { id, url: `http://${id}/metrics`, labels: { job: 'web' } } as unknown as Target,
    startedAt: 1_000,
    durationMs: 5,
    bytes: 10,
    sampleCount,
    scraped: sampleCount - 3,
    ...(failure && { failure }),
  };
}

function outcome(offered: number, more: Partial<TargetOutcome> = {}): TargetOutcome {
  return {
    events: 1,
    offered,
    drops: new Drops(),
    otherDrops: new Drops(),
    outcomes: [{ accepted: 1, rejected: new Map() }],
    ...more,
  };
}

describe('the report of a cycle', () => {
  it('adds up its targets', () => {
    const drops = new Drops();
    drops.add('no_declaration', SERIES);
    drops.add('no_declaration', SERIES);
    drops.add('not_finite', SERIES);
    const builder = new ReportBuilder(1_000);

    builder.discovered({
      leftOut: [{ reason: 'not_running', count: 1, causes: [] }],
      idle: [],
      errors: [{ message: 'ListTasks failed' }],
    });
    const otherDrops = new Drops();
    otherDrops.add('too_large', SERIES);
    builder.target(scrape('a', 10), outcome(7, { drops, otherDrops }));
    builder.target({ ...scrape('b', 5), breach: 'line 1: x' }, outcome(5, { otherDrops }));
    builder.delivered(deliveries);
    builder.kept(state);
    const report = builder.report(1_250, REMEMBERED);

    expect(report).toMatchObject({
      startedAt: 1_000,
      durationMs: 250,
      targets: { discovered: 2, up: 2, down: 0 },
      skipped: { not_running: 1 },
      discoveryErrors: ['ListTasks failed'],
      breaches: ['b: line 1: x'],
      remembered: REMEMBERED,
      samples: {
        scraped: 15,
        published: 12,
        rejected: 0,
        dropped: { no_declaration: 2, not_finite: 1 },
        droppedForOthers: { too_large: 2 },
      },
      deliveries,
    });
    expect(report.scrapes.map(({ id, scraped, offered }) => [id, scraped, offered])).toEqual([
      ['a', 7, 7],
      ['b', 2, 5],
    ]);
  });

  it('says why a target is down', () => {
    const failure = { reason: 'timeout', message: 'no complete answer within 10 ms' } as const;
    const builder = new ReportBuilder(0);
    builder.target(scrape('a', 3, failure), outcome(3));
    builder.delivered(deliveries);
    builder.kept(state);
    expect(builder.report(1, REMEMBERED)).toMatchObject({
      targets: { discovered: 1, up: 0, down: 1 },
      scrapes: [{ up: false, ...failure }],
    });
  });

  it('counts all samples of a target with a rejected event as rejected: its counters stay', () => {
    const builder = new ReportBuilder(0);
    const rejected = new Map([['too_old', 1]] as const);
    builder.target(
      scrape('a', 8),
      outcome(8, { events: 2, outcomes: [{ accepted: 1, rejected }] }),
    );
    builder.delivered(deliveries);
    builder.kept(state);
    expect(builder.report(1, REMEMBERED)).toMatchObject({
      samples: { published: 0, rejected: 8 },
      scrapes: [{ events: 2, rejected: { too_old: 1 } }],
    });
  });

  it('counts samples for the first output, and rejected events for all', () => {
    const builder = new ReportBuilder(0);
    const settled = { accepted: 1, rejected: new Map() };
    const failed = { accepted: 0, rejected: new Map([['throttled', 2]] as const) };
    builder.target(scrape('a', 8), outcome(8, { outcomes: [settled, failed] }));
    builder.target(scrape('b', 5), outcome(5, { outcomes: [failed, failed] }));
    builder.delivered([...deliveries, ...deliveries]);
    builder.kept(state);
    expect(builder.report(1, REMEMBERED)).toMatchObject({
      samples: { published: 8, rejected: 5 },
      deliveries: [...deliveries, ...deliveries],
      scrapes: [{ rejected: { throttled: 2 } }, { rejected: { throttled: 4 } }],
    });
  });

  it('counts the events that come again, for others of their target were not accepted', () => {
    const builder = new ReportBuilder(0);
    const partly = (reason: 'throttled' | 'too_old') => ({
      accepted: 2,
      rejected: new Map([[reason, 1]] as const),
    });
    const all = { accepted: 3, rejected: new Map() };
    builder.target(scrape('a', 8), outcome(8, { outcomes: [partly('throttled'), all] }));
    builder.target(scrape('b', 8), outcome(8, { outcomes: [all, partly('too_old')] }));
    builder.delivered([...deliveries, ...deliveries]);
    builder.kept(state);
    expect(builder.report(1, REMEMBERED).repeated).toBe(2);
  });

  it('cannot be made before the delivery has ended', () => {
    expect(() => new ReportBuilder(0).report(1, REMEMBERED)).toThrow(
      'a cycle is reported after its delivery',
    );
  });
});
