import { beforeEach, describe, expect, it } from '@jest/globals';
import { Collector } from '../../../lambda/collect.ts';
import type { Sample } from '../../../lambda/model/samples/sample.ts';
import type { Config } from '../../../lambda/model/settings/config.ts';
import type { Discovered } from '../../../lambda/model/targets/discovery.ts';
import { StoredState } from '../../../lambda/state/stored.ts';
import { valuesOf } from '../../emf/events.ts';
import { counter, MINUTE, series, target } from '../../series/samples.ts';
import { MemoryStore } from '../../state/memory-store.ts';
import { AMPLE } from '../../state/states.ts';
import { configWith, scriptedScraper } from '../parts.ts';
import { recordingOutput } from '../recording-output.ts';

/** What a cycle asks of the state, and makes of its answers. */

const APP = target({ id: 'app', labels: { job: 'app' } });

let store: MemoryStore;
let state: StoredState;
let now: number;
/** `undefined` is a scrape that fails. */
let samples: readonly Sample[] | undefined;
let discovered: Discovered;
let output: ReturnType<typeof recordingOutput>;

beforeEach(() => {
  store = new MemoryStore();
  state = new StoredState(store, () => now);
  now = 0;
  samples = [];
  discovered = { targets: [APP], leftOut: [], idle: [], errors: [] };
  output = recordingOutput();
});

function collectorOf(config: Partial<Config> = {}): Collector {
  return new Collector({
    config: { ...configWith({}), ...config },
    discovery: {
      discover: async () => discovered,
      stopped: async () => ({ ids: new Set(), errors: [] }),
    },
    scraper: scriptedScraper(
      () => now,
      () => samples,
    ),
    state,
    outputs: [output],
    now: () => now,
  });
}

async function cycles(collector: Collector, times: number) {
  for (let n = 1; n < times; n++) {
    await collector.collect(10_000);
    now += MINUTE;
  }
  return collector.collect(10_000);
}

/** What was accepted since the last time. */
const accepted = () => Object.assign({}, ...output.accepted.splice(0).map(valuesOf));

const orders = (value: number): Sample => ({ series: counter('orders_total'), value });
const open: Sample = { series: series('orders_open'), value: 7 };

describe('a cycle while the state cannot be read', () => {
  it('publishes gauges, and the first one that can read it counts what the others left out', async () => {
    samples = [orders(10), open];
    await cycles(collectorOf(), 1);
    state = new StoredState(store, () => now);
    const collector = collectorOf();
    store.failing.add('read');
    accepted();
    for (const value of [15, 22]) {
      now += MINUTE;
      samples = [orders(value), open];
      const report = await collector.collect(10_000);
      expect(report).toMatchObject({
        samples: { published: 1, dropped: { no_state: 1 } },
        state: { reads: 1, writes: 0, failures: 1, errors: ['read failed'] },
      });
      expect(accepted()).toEqual({ orders_open: 7 });
    }
    store.failing.clear();
    now += MINUTE;
    const report = await collector.collect(10_000);
    expect(report.state).toMatchObject({ reads: 1, writes: 1, failures: 0, series: 1 });
    expect(accepted()).toEqual({ orders_total: 12, orders_open: 7 });
  });
});

describe('the report of a cycle', () => {
  it('says what is remembered and what became of it', async () => {
    samples = [orders(1), open];
    expect(await cycles(collectorOf(), 1)).toMatchObject({
      state: { targets: 1, series: 1, bytes: store.bytes?.length, reads: 1, writes: 1 },
    });
  });
});

describe('the baseline of a target', () => {
  it('is its last scrape, not one that failed or whose events were not accepted', async () => {
    const collector = collectorOf();
    samples = [open];
    await cycles(collector, 2);
    expect(state.of(`${output.name}\napp`).baseline).toBe(MINUTE);
    samples = undefined;
    await cycles(collector, 2);
    samples = [open];
    output.reject = () => 'unavailable';
    await cycles(collector, 2);
    expect(state.of(`${output.name}\napp`).baseline).toBe(MINUTE);
  });

  it.each([
    ['the cycle before the target came', {}, MINUTE],
    [
      'not one in which discovery was not complete',
      { errors: [new Error('ListTasks failed')] },
      undefined,
    ],
  ])('is at first %s', async (_, more, baseline) => {
    const collector = collectorOf();
    discovered = { ...discovered, targets: [], ...more };
    await cycles(collector, 2);
    now += MINUTE;
    discovered = { targets: [APP], leftOut: [], idle: [], errors: [] };
    samples = undefined;
    await cycles(collector, 3);
    expect(state.of(`${output.name}\napp`).baseline).toBe(baseline);
  });

  it('is no later than what discovery knew, where clusters are asked only now and then', async () => {
    const collector = collectorOf({ discovery: {} as Config['discovery'] & {} });
    discovered = { ...discovered, targets: [], refreshedAt: 5 };
    await cycles(collector, 2);
    discovered = { ...discovered, targets: [APP] };
    samples = undefined;
    await cycles(collector, 2);
    expect(state.of(`${output.name}\napp`).baseline).toBe(5);
  });
});

it('is told in each cycle which targets there are, the ones that do not answer included', async () => {
  samples = undefined;
  discovered = { ...discovered, targets: [APP, target({ id: 'other' })] };
  expect((await cycles(collectorOf(), 1)).state.targets).toBe(2);
  const next = new StoredState(store, () => now);
  await next.begin(AMPLE);
  expect((await next.end({ now, completedAt: now }, AMPLE)).targets).toBe(2);
});
