import { beforeEach, describe, expect, it } from '@jest/globals';
import { Collector } from '../../lambda/collect.ts';
import type { State } from '../../lambda/model/delivery/state.ts';
import { MemoryState } from '../../lambda/state/memory.ts';
import { StoredState } from '../../lambda/state/stored.ts';
import { valuesOf } from '../emf/events.ts';
import { counter, MINUTE, series, target } from '../series/samples.ts';
import { MemoryStore } from '../state/memory-store.ts';
import { configWith, declarationOf, fixedDiscovery, scriptedScraper } from './parts.ts';
import { type RecordingOutput, recordingOutput } from './recording-output.ts';

const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** What CloudWatch Logs takes. */
const OLDEST = 14 * DAY;
const NEWEST = 2 * HOUR;

/** The true time, and by how much the clock of the collector is ahead of it. */
let time: number;
let ahead: number;
/** A counter that grows by one a minute. */
let requests: number;
let output: RecordingOutput;

beforeEach(() => {
  time = 1_800_000_000_000;
  ahead = 0;
  requests = 1000;
  output = recordingOutput();
  output.reject = ({ timestamp }) => {
    if (timestamp < time - OLDEST) return 'too_old';
    return timestamp > time + NEWEST ? 'too_new' : undefined;
  };
});

function collectorOf(state: State, rate = false) {
  const now = () => time + ahead;
  return new Collector({
    config: configWith({ declarations: [declarationOf({ rate })] }),
    discovery: fixedDiscovery([target()]),
    scraper: scriptedScraper(now, () => [
      { series: series('load'), value: 1 },
      { series: counter('requests_total'), value: requests },
    ]),
    state,
    outputs: [output],
    now,
  });
}

async function cycles(collector: Collector, count: number) {
  const reports = [];
  for (let cycle = 0; cycle < count; cycle++) {
    time += MINUTE;
    requests += 1;
    reports.push(await collector.collect(60_000));
  }
  return reports;
}

const published = (name = 'requests_total') =>
  output.accepted.flatMap((event) => valuesOf(event)[name] ?? []);
const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);

describe('a clock that leaps', () => {
  it.each([
    ['forward an hour', HOUR],
    ['back an hour', -HOUR],
    ['back a day', -DAY],
    ['back two weeks', -13 * DAY],
  ])('%s leaves no gap in a counter, and none when it is set right', async (_, leap) => {
    const collector = collectorOf(new MemoryState());
    await cycles(collector, 3);
    ahead = leap;
    await cycles(collector, 5);
    ahead = 0;
    await cycles(collector, 3);
    // One for each cycle but the first.
    expect(published()).toEqual(new Array(10).fill(1));
    expect(published('load')).toHaveLength(11);
  });

  it.each([
    ['forward a day', DAY, 'too_new'],
    ['forward a month', 30 * DAY, 'too_new'],
    ['back a month', -30 * DAY, 'too_old'],
  ])(
    '%s, where CloudWatch takes nothing, has all of it in the next difference',
    async (_, leap, reason) => {
      const collector = collectorOf(new MemoryState());
      await cycles(collector, 3);
      ahead = leap;
      const reports = await cycles(collector, 5);
      ahead = 0;
      await cycles(collector, 3);

      for (const { deliveries, durationMs } of reports) {
        expect(deliveries).toMatchObject([{ events: 0, rejected: { [reason]: 2 } }]);
        expect(durationMs).toBe(0);
      }
      expect(published()).toEqual([1, 1, 6, 1, 1]);
    },
  );

  it('and a process that is started again meanwhile lose nothing', async () => {
    const store = new MemoryStore();
    const start = () => collectorOf(new StoredState(store, () => time + ahead));
    await cycles(start(), 3);
    ahead = 3 * DAY;
    await cycles(start(), 5);
    await cycles(start(), 5);
    ahead = 0;
    await cycles(start(), 3);
    expect(sum(published())).toBe(15);
  });

  it('back by less than two invocations can overlap waits, for another may have been ahead', async () => {
    const collector = collectorOf(new StoredState(new MemoryStore(), () => time + ahead));
    await cycles(collector, 3);
    ahead = -10 * MINUTE;
    const reports = await cycles(collector, 12);
    expect(reports[0]?.samples.dropped).toEqual({ not_newer: 1 });
    expect(published()).toEqual([1, 1, 11, 1]);
  });

  it('back gives no rate, as nobody knows of how long', async () => {
    const collector = collectorOf(new MemoryState(), true);
    await cycles(collector, 2);
    ahead = -HOUR;
    const reports = await cycles(collector, 2);
    expect(reports[0]?.samples.dropped).toEqual({ first_sample: 1 });
    expect(published()).toEqual([1 / 60, 1 / 60]);
  });
});

describe('an hour without CloudWatch', () => {
  it('is in one difference when it is there again, and costs no memory meanwhile', async () => {
    const state = new MemoryState();
    const collector = collectorOf(state);
    await cycles(collector, 3);
    output.reject = () => 'unavailable';
    const reports = await cycles(collector, 60);
    output.reject = undefined;
    await cycles(collector, 3);

    expect(published()).toEqual([1, 1, 61, 1, 1]);
    for (const { state: kept, deliveries, repeated } of reports) {
      expect(kept).toMatchObject({ targets: 1, series: 1 });
      expect(deliveries).toMatchObject([{ events: 0, rejected: { unavailable: 2 } }]);
      expect(repeated).toBe(0);
    }
  });
});
