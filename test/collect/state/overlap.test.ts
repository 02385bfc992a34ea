import { expect, it } from '@jest/globals';
import fc from 'fast-check';
import { Collector } from '../../../lambda/collect.ts';
import { type StateStore, StateStoreError } from '../../../lambda/state/store.ts';
import { StoredState } from '../../../lambda/state/stored.ts';
import { valuesOf } from '../../emf/events.ts';
import { counter, MINUTE, target } from '../../series/samples.ts';
import { MemoryStore } from '../../state/memory-store.ts';
import { configWith, fixedDiscovery, scriptedScraper } from '../parts.ts';
import { recordingOutput } from '../recording-output.ts';

const TARGETS = ['a', 'b'].map((id) => target({ id, labels: { job: id, instance: id } }));

/** How the cycle of one of two collectors goes. */
const turn = fc.record({
  /** A new process: what its memory held is gone. */
  restarts: fc.boolean(),
  /** For each target. */
  scrapes: fc.tuple(fc.boolean(), fc.boolean()),
  accepted: fc.tuple(fc.boolean(), fc.boolean()),
  storeReads: fc.constantFrom(true, true, false),
  storeWrites: fc.constantFrom(true, true, false),
});

/** What happens next: either collector, or both at once. */
const step = fc.record({
  turns: fc.tuple(turn, turn),
  runs: fc.constantFrom('0', '1', '01', '10'),
});

it('two collectors of the same targets lose nothing, whatever fails and whoever comes first', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 12 }), async (steps) => {
      const world = new World();
      await world.step({ turns: [CLEAN, CLEAN], runs: '0' });
      for (const each of steps) await world.step(each);
      // What is left over comes with the next cycle in which nothing fails.
      await world.step({ turns: [CLEAN, CLEAN], runs: '0' });
      for (const { id } of TARGETS) expect([id, world.lostOf(id)]).toEqual([id, []]);
    }),
    { numRuns: 200 },
  );
});

type Turn = typeof turn extends fc.Arbitrary<infer T> ? T : never;
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

const CLEAN: Turn = {
  restarts: true,
  scrapes: [true, true],
  accepted: [true, true],
  storeReads: true,
  storeWrites: true,
};

/** Two collectors over one store, and counters that grow by 2^n in step n, so that a difference says what it covers. */
class World {
  readonly #store = new MemoryStore();
  readonly #outputs = [recordingOutput(), recordingOutput()] as const;
  readonly #turns: [Turn, Turn] = [CLEAN, CLEAN];
  readonly #collectors: [Collector, Collector] = [this.#start(0), this.#start(1)];
  #steps = 0;
  #now = 0;

  async step({ turns, runs }: Step): Promise<void> {
    this.#steps += 1;
    this.#now += MINUTE;
    const cycles = [...runs].map(async (which) => {
      const index = which === '0' ? 0 : 1;
      this.#turns[index] = turns[index];
      if (turns[index].restarts) this.#collectors[index] = this.#start(index);
      await this.#collectors[index].collect(60_000);
    });
    await Promise.all(cycles);
  }

  /** The steps after the first whose growth was accepted in no event. */
  lostOf(id: string): number[] {
    const differences = this.#outputs
      .flatMap(({ accepted }) => accepted)
      .filter(({ logStream }) => logStream === id)
      .map((event) => valuesOf(event).requests_total ?? 0);
    const steps = Array.from({ length: this.#steps - 1 }, (_, index) => index + 2);
    return steps.filter((n) => !differences.some((each) => Math.floor(each / 2 ** n) % 2 === 1));
  }

  #start(index: 0 | 1): Collector {
    const now = () => this.#now;
    const output = this.#outputs[index];
    output.reject = ({ logStream }) =>
      this.#turns[index].accepted[placeOf(logStream)] ? undefined : 'unavailable';
    return new Collector({
      config: configWith({}),
      discovery: fixedDiscovery(TARGETS),
      scraper: scriptedScraper(now, ({ id }) => {
        if (!this.#turns[index].scrapes[placeOf(id)]) return undefined;
        return [{ series: counter('requests_total'), value: 2 ** (this.#steps + 1) - 2 }];
      }),
      state: new StoredState(this.#storeOf(index), now),
      outputs: [output],
      now,
    });
  }

  /** The one store, as this collector reaches it. */
  #storeOf(index: 0 | 1): StateStore {
    const ask = (works: boolean) => {
      if (!works) throw new StateStoreError('S3 is down');
      return this.#store;
    };
    return {
      isShared: true,
      read: async () => ask(this.#turns[index].storeReads).read(),
      write: async (bytes, version) => ask(this.#turns[index].storeWrites).write(bytes, version),
      setAside: async (...given) => this.#store.setAside(...given),
    };
  }
}

function placeOf(id: string): 0 | 1 {
  return id === 'a' ? 0 : 1;
}
