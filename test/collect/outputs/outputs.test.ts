import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { Collector } from '../../../lambda/collect.ts';
import type { RejectReason } from '../../../lambda/model/delivery/event.ts';
import { eventBytes } from '../../../lambda/model/delivery/event-size.ts';
import { MemoryState } from '../../../lambda/state/memory.ts';
import { valuesOf } from '../../emf/events.ts';
import { counter, MINUTE, series, target } from '../../series/samples.ts';
import { configWith, fixedDiscovery, scriptedScraper } from '../parts.ts';
import { recordingOutput } from '../recording-output.ts';

/** One target with a gauge and a counter, and two outputs that may reject all of a cycle. */
class World {
  readonly outputs = [recordingOutput('one'), recordingOutput('other')] as const;
  readonly #collector: Collector;
  #minute = 0;
  #requests = 0;

  constructor() {
    const now = () => this.#minute * MINUTE;
    this.#collector = new Collector({
      config: configWith({}),
      discovery: fixedDiscovery([target()]),
      scraper: scriptedScraper(now, () => [
        { series: series('load'), value: 1 },
        { series: counter('requests_total'), value: this.#requests },
      ]),
      state: new MemoryState(),
      outputs: this.outputs,
      now,
    });
  }

  /** @param rejections why each output rejects its events; `undefined` accepts them */
  cycle(requests: number, ...rejections: readonly (RejectReason | undefined)[]) {
    this.#minute += 1;
    this.#requests = requests;
    for (const [index, output] of this.outputs.entries()) output.reject = () => rejections[index];
    return this.#collector.collect(60_000);
  }

  /** The differences that each output accepted. */
  accepted(): readonly (readonly number[])[] {
    return this.outputs.map(({ accepted }) =>
      accepted.flatMap((event) => valuesOf(event).requests_total ?? []),
    );
  }
}

describe('several outputs', () => {
  it('get the same, and each has its own report', async () => {
    const world = new World();
    await world.cycle(10);
    const { samples, deliveries, scrapes } = await world.cycle(15, undefined, 'throttled');
    const [one, other] = world.outputs;
    expect(one.events).toEqual(other.events);
    expect(deliveries).toMatchObject([
      { output: 'one', events: 2, rejected: {} },
      { output: 'other', events: 0, rejected: { throttled: 2 } },
    ]);
    expect(samples).toMatchObject({ published: 2, rejected: 0 });
    expect(scrapes).toMatchObject([{ events: 2, rejected: { throttled: 2 } }]);
  });

  it('that miss a cycle catch up, without others getting anything twice', async () => {
    const world = new World();
    await world.cycle(10);
    await world.cycle(15, undefined, 'unavailable');
    await world.cycle(17, undefined, 'unavailable');
    await world.cycle(18);
    await world.cycle(19, 'unavailable', undefined);
    await world.cycle(21);
    expect(world.accepted()).toEqual([
      [5, 2, 1, 3],
      [8, 1, 2],
    ]);
  });

  it('each get what counters grew by, whatever any of them rejects', async () => {
    const reason = fc.constantFrom<RejectReason | undefined>(undefined, undefined, 'throttled');
    const turn = fc.tuple(fc.nat(100), reason, reason);
    await fc.assert(
      fc.asyncProperty(fc.array(turn, { minLength: 1, maxLength: 20 }), async (turns) => {
        const world = new World();
        await world.cycle(1);
        let requests = 1;
        for (const [growth, ...rejections] of turns) {
          requests += growth;
          await world.cycle(requests, ...rejections);
        }
        await world.cycle(requests);
        for (const differences of world.accepted()) {
          expect(differences.reduce((sum, value) => sum + value, 0)).toBe(requests - 1);
        }
      }),
    );
  });

  it('get events as large as each can take', async () => {
    const outputs = [
      recordingOutput('one'),
      { ...recordingOutput('other'), maxEventBytes: 500 },
    ] as const;
    const metrics = Array.from({ length: 20 }, (_, index) => series(`metric_${index}`));
    const collector = new Collector({
      config: configWith({}),
      discovery: fixedDiscovery([target()]),
      scraper: scriptedScraper(
        () => 0,
        () => metrics.map((each) => ({ series: each, value: 1 })),
      ),
      state: new MemoryState(),
      outputs,
      now: () => 0,
    });
    const { deliveries } = await collector.collect(60_000);
    expect(deliveries).toMatchObject([
      { events: 1, metrics: 20 },
      { metrics: 20, rejected: {} },
    ]);
    const { events } = outputs[1];
    expect(deliveries[1]?.events).toBeGreaterThan(1);
    for (const { message } of events) expect(eventBytes(message)).toBeLessThanOrEqual(500);
  });

  it('lose nothing that is not counted, although only one of them takes less', async () => {
    const outputs = [recordingOutput('one'), { ...recordingOutput('other'), maxEventBytes: 500 }];
    const collector = new Collector({
      config: configWith({}),
      discovery: fixedDiscovery([target()]),
      scraper: scriptedScraper(
        () => 0,
        () => [
          { series: series('small'), value: 1 },
          { series: series('large', { labels: { path: 'x'.repeat(500) } }), value: 1 },
        ],
      ),
      state: new MemoryState(),
      outputs,
      now: () => 0,
    });
    const { samples, deliveries } = await collector.collect(60_000);
    expect(samples).toMatchObject({
      published: 2,
      dropped: {},
      droppedForOthers: { too_large: 1 },
    });
    expect(deliveries).toMatchObject([{ events: 2 }, { events: 1 }]);
  });
});
