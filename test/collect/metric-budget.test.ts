import { expect, it } from '@jest/globals';
import { Collector } from '../../lambda/collect.ts';
import type { State } from '../../lambda/model/delivery/state.ts';
import { MemoryState } from '../../lambda/state/memory.ts';
import { StoredState } from '../../lambda/state/stored.ts';
import { valuesOf } from '../emf/events.ts';
import { counter, MINUTE, target } from '../series/samples.ts';
import { MemoryStore } from '../state/memory-store.ts';
import { configWith, fixedDiscovery, scriptedScraper } from './parts.ts';
import { recordingOutput } from './recording-output.ts';

const WINDOW = 5;

/** Targets with one counter each, which is a metric for each target, and room for one of them. */
function world(state: State = new MemoryState()) {
  const targets = ['a', 'b'].map((id) => target({ id, labels: { job: id, instance: id } }));
  const output = recordingOutput();
  let minute = 0;
  let values: Readonly<Record<string, number>> = {};
  const now = () => minute * MINUTE;
  const collector = new Collector({
    config: configWith({ metricBudget: { limit: 1, windowMs: WINDOW * MINUTE } }),
    discovery: fixedDiscovery(targets),
    scraper: scriptedScraper(now, ({ id }) => {
      const value = values[id];
      return value === undefined ? [] : [{ series: counter('requests_total'), value }];
    }),
    state,
    outputs: [output],
    now,
  });
  return {
    /** What one cycle publishes, by job, where the targets have these values. */
    cycle: async (at: number, given: Readonly<Record<string, number>>) => {
      minute = at;
      values = given;
      output.events.length = 0;
      const { samples, budget } = await collector.collect(60_000);
      const published = output.events.map((event) => [
        event.logStream,
        valuesOf(event).requests_total,
      ]);
      return { published: Object.fromEntries(published), samples, budget };
    },
  };
}

it('a metric beyond the budget is dropped, counted and not remembered', async () => {
  const state = new MemoryState();
  const { cycle } = world(state);
  await cycle(1, { a: 10, b: 100 });
  const { published, samples, budget } = await cycle(2, { a: 15, b: 107 });
  expect(published).toEqual({ a: 5 });
  expect(samples).toMatchObject({ scraped: 2, published: 1, dropped: { metric_budget: 1 } });
  expect(budget).toMatchObject({ limit: 1, known: 1, heldBack: 1 });
  expect(state.sizes.series).toBe(1);
});

it('a counter that was held back goes on from the value that was published last', async () => {
  const { cycle } = world();
  await cycle(1, { a: 10 });
  await cycle(2, { a: 15 });
  // It is away for longer than the window, and another metric takes its place.
  await cycle(8, { b: 100 });
  expect((await cycle(9, { a: 20, b: 101 })).published).toEqual({ b: 1 });
  expect((await cycle(10, { a: 30, b: 103 })).published).toEqual({ b: 2 });
  expect((await cycle(15, { a: 40 })).published).toEqual({ a: 25 });
});

it('a counter that was held back from its beginning starts when there is room', async () => {
  const { cycle } = world();
  await cycle(1, { a: 10, b: 100 });
  const { samples } = await cycle(7, { b: 200 });
  expect(samples.dropped).toEqual({ first_sample: 1 });
  expect((await cycle(8, { b: 203 })).published).toEqual({ b: 3 });
});

it('what was published outlives the process, in the state', async () => {
  const store = new MemoryStore();
  const before = world(new StoredState(store, Date.now));
  await before.cycle(1, { a: 10 });
  const after = world(new StoredState(store, Date.now));
  const { budget, samples } = await after.cycle(2, { b: 100 });
  expect(budget).toMatchObject({ known: 1, heldBack: 1 });
  expect(samples.dropped).toEqual({ metric_budget: 1 });
});
