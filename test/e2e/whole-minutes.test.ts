import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { readEvent } from '../../cli/demo/cloudwatch-view.ts';
import { Collector } from '../../lambda/collect.ts';
import { AnswerDecoder } from '../../lambda/decode/answer.ts';
import { TASK_CPU_UTILIZATION as CPU } from '../../lambda/model/settings/names.ts';
import { Scraper } from '../../lambda/scrape/scrape.ts';
import { StoredState } from '../../lambda/state/stored.ts';
import { withHistory } from '../../sidecar/catalogue/catalogue.ts';
import { lastEvents } from '../../sidecar/emf/last-events.ts';
import { readEmfRules } from '../../sidecar/emf/rules.ts';
import { writeOpenMetrics } from '../../sidecar/exposition/open-metrics.ts';
import { History } from '../../sidecar/history/history.ts';
import { readPosition, writePosition } from '../../sidecar/history/position.ts';
import { createHttpServer } from '../../sidecar/http/server.ts';
import { createPages } from '../../sidecar/serving/pages.ts';
import { configWith, declarationOf, fixedDiscovery } from '../collect/parts.ts';
import { recordingOutput } from '../collect/recording-output.ts';
import { MINUTE, target } from '../series/samples.ts';
import { MemoryStore } from '../state/memory-store.ts';

/** Milliseconds from one sample of the sidecar to the next, as on Fargate, and between the task's and the container's. */
const SAMPLE_MS = 10_000;
const LATER_MS = 4_000;

const ROWS = new Set(['task', 'app']);

/** Begin of a minute that CloudWatch still takes. */
const BEGIN = Date.now() - (Date.now() % MINUTE) - 120 * MINUTE;

const RULES = readEmfRules(
  JSON.stringify({
    metric_namespace: 'Test',
    metric_declaration: [{ metric_selectors: [CPU], dimensions: [['base']] }],
  }),
  [],
)!;

/** What a sidecar was before the collector could ask it for whole minutes: it knows `since` alone. */
type Version = 'this' | 'older';

/** A task with its sidecar, and a collector that asks it for whole minutes. */
class World {
  /** How far the clock of the task's host is ahead of the collector's, in milliseconds. */
  skew = 0;
  version: Version = 'this';
  /** Whether no answer of the sidecar arrives. */
  isMute = false;
  /** The values of each minute of each row, by the host's clock. */
  readonly truth = new Map<string, number[]>();
  readonly output = recordingOutput();
  readonly asked: string[] = [];
  /** Values and events of each minute of each row, as they arrived. */
  readonly seen = new Map<string, number[]>();
  readonly events = new Map<string, number>();
  /** Milliseconds from the end of a minute until its values arrive. */
  readonly delays: number[] = [];
  #now = BEGIN;
  #next = 0;
  #history = new History(BEGIN);
  #server: ReturnType<typeof createHttpServer> | undefined;
  #store = new MemoryStore();
  #collector: Collector | undefined;
  readonly #wholeMinutes: boolean;
  #taken = 0;

  constructor(wholeMinutes = true) {
    this.#wholeMinutes = wholeMinutes;
  }

  async start(): Promise<void> {
    this.#history = new History(this.#now + this.skew);
    const pages = createPages(
      {
        text: async () => '',
        openMetrics: async () => writeOpenMetrics([]),
        history: async (cursor, wholeMinutes) => {
          const by = wholeMinutes ? this.#now + this.skew : undefined;
          const excerpt = this.#history.excerpt(readPosition(cursor)!, by);
          const until = writePosition(excerpt.until);
          const body = writeOpenMetrics(withHistory([], excerpt));
          return { ...excerpt, until, body, taken: () => excerpt.take() };
        },
        applications: new Map(),
      },
      undefined,
      (message) => {
        throw new Error(message);
      },
    );
    const answer: typeof pages = async (request) => {
      this.asked.push(request.query);
      if (this.isMute) return { status: 503, headers: {}, body: '' };
      const [since = ''] = request.query.split('&');
      return pages(this.version === 'older' ? { ...request, query: since } : request);
    };
    this.#server = createHttpServer({ answer });
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
  }

  async stop(): Promise<void> {
    this.#server?.close();
    if (this.#server !== undefined) await once(this.#server, 'close');
  }

  /** Lets time pass, in which the sidecar samples, whoever asks it. */
  live(milliseconds: number): void {
    const end = this.#now + milliseconds;
    for (; this.#now < end; this.#now += 1_000) {
      const sinceBegin = this.#now - BEGIN;
      for (const [base, offset] of [
        ['task', 0],
        ['app', LATER_MS],
      ] as const) {
        if (sinceBegin % SAMPLE_MS !== offset) continue;
        const time = this.#now + this.skew;
        const value = (this.#next++ * 37) % 100;
        const values = [{ name: CPU, labels: {}, value }];
        const sample = { subject: base, labels: { base }, time: time / 1_000, values };
        this.#history.record([sample], time + 500, ROWS);
        add(this.truth, minuteKey(base, time), value);
      }
    }
  }

  async collect(): Promise<void> {
    const { port } = this.#server!.address() as AddressInfo;
    this.#collector ??= new Collector({
      config: configWith({
        declarations: [declarationOf({ selectors: [`^${CPU}$`], dimensions: [['base']] })],
      }),
      discovery: fixedDiscovery([
        target({
          url: `http://127.0.0.1:${port}/metrics`,
          history: true,
          wholeMinutes: this.#wholeMinutes,
          startedAt: BEGIN,
        }),
      ]),
      scraper: new Scraper(() => this.#now, new AnswerDecoder()),
      state: new StoredState(this.#store, () => this.#now),
      outputs: [this.output],
      now: () => this.#now,
    });
    await this.#collector.collect(10_000);
    this.#arrived(this.output.accepted.slice(this.#taken).map(({ message }) => message));
    this.#taken = this.output.accepted.length;
  }

  /** The next cycle runs in another environment. */
  coldStart(): void {
    this.#collector = undefined;
  }

  loseState(): void {
    this.#store = new MemoryStore();
    this.coldStart();
  }

  /** ECS stops the task, whose log driver delivers the last points; a sidecar with the same address begins. */
  restart(): void {
    this.#arrived(lastEvents(this.#history, RULES, new Map([['', {}]])).lines);
    this.#history = new History(this.#now + this.skew);
  }

  #arrived(messages: readonly string[]): void {
    for (const message of messages) {
      const { fields, timestamp } = readEvent(message);
      const key = minuteKey(String(fields.base), timestamp);
      this.events.set(key, (this.events.get(key) ?? 0) + 1);
      add(this.seen, key, ...([fields[CPU]].flat() as number[]));
      this.delays.push(this.#now + this.skew - (Math.floor(timestamp / MINUTE) + 1) * MINUTE);
    }
  }
}

let world: World;

async function begin(wholeMinutes = true): Promise<World> {
  world = new World(wholeMinutes);
  await world.start();
  return world;
}

afterEach(() => world.stop());

/** The figures of a minute: with those of another client they are the same, in whatever order the values came. */
function figures(values: ReadonlyMap<string, readonly number[]>) {
  return new Map(
    [...values]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, all]) => [key, all.toSorted((a, b) => a - b)]),
  );
}

describe('whole minutes', () => {
  it.each([
    [true, 1],
    [false, 2],
  ])('are one event for each row and minute (whole: %s)', async (whole, perMinute) => {
    const { events, truth, seen } = await begin(whole);
    world.live(25_000);
    for (let cycle = 0; cycle < 6; cycle++) {
      await world.collect();
      world.live(MINUTE);
    }
    const complete = [...events].filter(([key]) => !key.endsWith(' 0') && !key.endsWith(' 5'));
    expect(complete.map(([, count]) => count)).toEqual(complete.map(() => perMinute));
    expect(complete).toHaveLength(2 * 4);
    for (const [key] of complete)
      expect(seen.get(key)?.toSorted()).toEqual(truth.get(key)?.toSorted());
  });

  it('all arrive in one answer after a missed cycle', async () => {
    const { events } = await begin();
    world.live(25_000);
    await world.collect();
    world.live(5 * MINUTE);
    await world.collect();
    expect([...events.values()]).toEqual(Array(2 * 5).fill(1));
  });

  it('need a sidecar that knows them: of an older one each sample arrives at once', async () => {
    const { events, seen, truth } = await begin();
    world.version = 'older';
    for (let cycle = 0; cycle < 4; cycle++) {
      world.live(55_000);
      await world.collect();
    }
    expect(Math.max(...events.values())).toBe(2);
    expect(figures(seen)).toEqual(figures(truth));
  });

  it('go on where an older sidecar takes the place of a newer one, and the reverse', async () => {
    const { seen, truth } = await begin();
    for (const version of ['this', 'older', 'this', 'this'] as const) {
      world.live(85_000);
      await world.collect();
      world.restart();
      world.version = version;
    }
    expect(figures(seen)).toEqual(figures(truth));
  });

  it('go on after the state was lost, without a gap and without a double minute', async () => {
    const { seen, truth } = await begin();
    world.live(50_000);
    for (let cycle = 0; cycle < 6; cycle++) {
      if (cycle === 3) world.loseState();
      await world.collect();
      world.live(MINUTE);
    }
    world.restart();
    expect(figures(seen)).toEqual(figures(truth));
  });

  it('come once each, whatever happens', async () => {
    await begin();
    await world.stop();
    const act = fc.oneof(
      {
        weight: 6,
        arbitrary: fc.integer({ min: 5, max: 130 }).map((seconds) => ['collect', seconds] as const),
      },
      {
        weight: 1,
        arbitrary: fc.constantFrom(
          ['mute', 0] as const,
          ['reject', 0] as const,
          ['cold', 0] as const,
          ['restart', 0] as const,
        ),
      },
    );
    await fc.assert(
      fc.asyncProperty(
        fc.array(act, { minLength: 5, maxLength: 25 }),
        fc.integer({ min: -90, max: 90 }),
        fc.boolean(),
        async (acts, skewSeconds, whole) => {
          world = new World(whole);
          world.skew = skewSeconds * 1_000;
          await world.start();
          try {
            // From here on the collector knows the sidecar.
            await world.collect();
            for (const [kind, seconds] of acts) {
              if (kind === 'cold') world.coldStart();
              if (kind === 'mute') world.isMute = true;
              if (kind === 'reject') world.output.reject = () => 'unavailable';
              if (kind === 'restart' && world.output.reject === undefined) world.restart();
              if (kind !== 'collect') continue;
              world.live(seconds * 1_000);
              await world.collect();
              const wasRejected = world.output.reject !== undefined;
              world.isMute = false;
              world.output.reject = undefined;
              // Else a restart would lose what was taken and not delivered.
              if (wasRejected) await world.collect();
            }
            world.restart();
            expect(figures(world.seen)).toEqual(figures(world.truth));
          } finally {
            await world.stop();
          }
        },
      ),
      { numRuns: 40 },
    );
    world = new World();
    await world.start();
  });

  it('arrive later than samples at once, by at most a minute', async () => {
    const worst = async (whole: boolean, phase: number) => {
      await begin(whole);
      world.live(phase * 1_000);
      for (let cycle = 0; cycle < 5; cycle++) {
        await world.collect();
        world.live(MINUTE);
      }
      const { delays } = world;
      await world.stop();
      return Math.max(...delays) / 1_000;
    };
    expect([await worst(true, 20), await worst(false, 20)]).toEqual([20, 20]);
    // The samples of the new minute have not all come yet.
    expect([await worst(true, 4), await worst(false, 4)]).toEqual([64, 4]);
    await begin();
  });
});

function minuteKey(base: string, time: number): string {
  return `${base} ${Math.floor((time - BEGIN) / MINUTE)}`;
}

function add(to: Map<string, number[]>, key: string, ...values: number[]): void {
  to.set(key, [...(to.get(key) ?? []), ...values]);
}
