import { expect, it } from '@jest/globals';
import fc from 'fast-check';
import { Collector } from '../../../lambda/collect.ts';
import type { Sample } from '../../../lambda/model/samples/sample.ts';
import { MemoryState } from '../../../lambda/state/memory.ts';
import { valuesOf } from '../../emf/events.ts';
import { counter, MINUTE, series, target } from '../../series/samples.ts';
import { configWith, fixedDiscovery, scriptedScraper } from '../parts.ts';
import { recordingOutput } from '../recording-output.ts';

const TARGETS = ['a', 'b', 'c'].map((id) => target({ id, labels: { job: id, instance: id } }));
const FAMILIES = ['requests_total', 'errors_total'];

/** What happens to one target in one cycle. */
const turn = fc.record({
  /** By how much each counter grows, in whole numbers, so that the sums are exact. */
  growth: fc.tuple(fc.nat(100), fc.nat(100)),
  scrape: fc.constantFrom('succeeds', 'succeeds', 'succeeds', 'fails', 'lacks a counter', 'is NaN'),
  delivery: fc.constantFrom('accepted', 'accepted', 'rejected'),
});

it('what is accepted of a counter adds up to what it grew by, whatever fails in between', async () => {
  const days = fc.array(fc.tuple(turn, turn, turn), { minLength: 1, maxLength: 25 });
  await fc.assert(
    fc.asyncProperty(days, async (cycles) => {
      const world = new World();
      for (const turns of cycles) await world.cycle(turns);
      for (const { id } of TARGETS) {
        for (const family of FAMILIES) {
          const key = `${id} ${family}`;
          expect([key, world.accepted.get(key) ?? 0]).toEqual([key, world.grownSinceFirst(key)]);
        }
      }
    }),
    { numRuns: 100 },
  );
});

type Turn = typeof turn extends fc.Arbitrary<infer T> ? T : never;

/** Three targets with two counters each, and a collector that is told how each cycle goes. */
class World {
  /** Sum of the accepted differences, by target and name. */
  readonly accepted = new Map<string, number>();
  readonly #values = new Map<string, number>();
  /** Values at the first and the last cycle that was scraped and accepted. */
  readonly #first = new Map<string, number>();
  readonly #last = new Map<string, number>();
  readonly #output = recordingOutput();
  readonly #collector: Collector;
  #turns: readonly Turn[] = [];
  #now = 0;

  constructor() {
    const now = () => this.#now;
    this.#collector = new Collector({
      config: configWith({}),
      discovery: fixedDiscovery(TARGETS),
      scraper: scriptedScraper(now, ({ id }) => this.#samplesOf(id)),
      state: new MemoryState(),
      outputs: [this.#output],
      now,
    });
  }

  async cycle(turns: readonly Turn[]): Promise<void> {
    this.#now += MINUTE;
    this.#turns = turns;
    const rejected = TARGETS.filter((_, i) => turns[i]?.delivery === 'rejected').map(
      ({ id }) => id,
    );
    this.#output.reject = ({ logStream }) =>
      rejected.includes(logStream) ? 'unavailable' : undefined;
    this.#output.accepted.length = 0;
    for (const [i, { id }] of TARGETS.entries()) this.#grow(id, turns[i]!);
    await this.#collector.collect(60_000);
    for (const event of this.#output.accepted) {
      for (const [name, value] of Object.entries(valuesOf(event))) {
        const key = `${event.logStream} ${name}`;
        this.accepted.set(key, (this.accepted.get(key) ?? 0) + value);
      }
    }
  }

  grownSinceFirst(key: string): number {
    return (this.#last.get(key) ?? 0) - (this.#first.get(key) ?? 0);
  }

  #grow(id: string, turn: Turn): void {
    for (const [i, family] of FAMILIES.entries()) {
      const key = `${id} ${family}`;
      this.#values.set(key, (this.#values.get(key) ?? 0) + turn.growth[i]!);
      if (turn.delivery === 'rejected' || !isSent(turn, family)) continue;
      const value = this.#values.get(key)!;
      if (!this.#first.has(key)) this.#first.set(key, value);
      this.#last.set(key, value);
    }
  }

  #samplesOf(id: string): Sample[] | undefined {
    const turn = this.#turns[TARGETS.findIndex((each) => each.id === id)]!;
    if (turn.scrape === 'fails') return undefined;
    // There is always an event, so that a delivery can be rejected.
    const samples: Sample[] = [{ series: series('load'), value: 1 }];
    for (const family of FAMILIES) {
      const value = this.#values.get(`${id} ${family}`)!;
      if (isSent(turn, family)) samples.push({ series: counter(family), value });
      else if (turn.scrape === 'is NaN') {
        samples.push({ series: counter(family), value: Number.NaN });
      }
    }
    return samples;
  }
}

/** Whether the scrape gives a good value of this counter. */
function isSent({ scrape }: Turn, family: string): boolean {
  if (scrape === 'fails') return false;
  return scrape === 'succeeds' || family !== FAMILIES[0];
}
