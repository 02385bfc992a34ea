import { beforeEach, describe, expect, it } from '@jest/globals';
import { Collector } from '../../../lambda/collect.ts';
import type { DeliveryOutcome, RejectReason } from '../../../lambda/model/delivery/event.ts';
import type { SampleOutput, TargetSamples } from '../../../lambda/model/delivery/sample-output.ts';
import type { Extras, Sample } from '../../../lambda/model/samples/sample.ts';
import type { Discovered } from '../../../lambda/model/targets/discovery.ts';
import type { ReadOptions } from '../../../lambda/scrape/reader.ts';
import type { Scrape } from '../../../lambda/scrape/scrape.ts';
import { MemoryState } from '../../../lambda/state/memory.ts';
import { counter, MINUTE, series, target } from '../../series/samples.ts';
import { configWith } from '../parts.ts';
import { recordingOutput } from '../recording-output.ts';

/** Takes samples, and keeps them in memory. */
class Receiver implements SampleOutput {
  readonly takes = 'samples';
  readonly name = 'receiver';
  readonly written: TargetSamples[] = [];
  readonly announced: string[][] = [];
  reject: RejectReason | undefined;
  isBroken = false;
  readonly needs: Extras | undefined;

  constructor(needs?: Extras) {
    this.needs = needs;
  }

  open(): ReturnType<SampleOutput['open']> {
    const outcome = (): DeliveryOutcome => ({
      accepted: this.reject === undefined ? 1 : 0,
      rejected: new Map(this.reject === undefined ? [] : [[this.reject, 1]]),
    });
    return {
      discovered: (ids) => void this.announced.push([...ids]),
      write: (scraped) => {
        if (this.isBroken) throw new Error('broken');
        this.written.push(scraped);
        return Promise.resolve(outcome());
      },
      ready: async () => {},
      close: async () => ({
        output: this.name,
        events: 1,
        metrics: 1,
        bytes: 1,
        requests: 1,
        rejected: {},
        errors: [],
      }),
    };
  }

  /** The times of the timed points that came last, in minutes. */
  get minutes(): readonly number[] {
    const times = this.written.at(-1)?.samples.map(({ timestamp }) => timestamp) ?? [];
    return times.filter((time) => time !== undefined).map((time) => time / MINUTE);
  }
}

const GAUGE = series('load');
const COUNTER = counter('requests_total');

let now: number;
let discovered: Discovered;
let receiver: Receiver;
let events: ReturnType<typeof recordingOutput>;
/** What a history was asked with, in minutes. */
let asked: number[];
/** Whether scrapes were asked for a part only. */
let selective: boolean[];
/** What scrapes were asked for beside values. */
let extras: (Extras | undefined)[];

beforeEach(() => {
  now = 100 * MINUTE;
  discovered = { targets: [target()], leftOut: [], idle: [], errors: [] };
  receiver = new Receiver();
  events = recordingOutput();
  asked = [];
  selective = [];
  extras = [];
});

/** A counter that is the minute, and of who keeps a history a gauge for each half minute since the time it is asked for. */
async function scrape(
  of: Scrape['target'],
  _: AbortSignal,
  { since, wanted, extras: beside }: ReadOptions = {},
): Promise<Scrape> {
  selective.push(wanted !== undefined);
  extras.push(beside);
  const samples: Sample[] = [{ series: COUNTER, value: now / MINUTE }];
  const base = {
    target: of,
    startedAt: now,
    durationMs: 1,
    bytes: 0,
    dropped: [],
    unwanted: 0,
    scraped: 1,
  };
  if (since === undefined) return { ...base, samples };
  asked.push(Number(since) / 60);
  for (let at = Number(since) * 1000 + MINUTE / 2; at <= now; at += MINUTE / 2) {
    samples.push({ series: GAUGE, value: 1, timestamp: at });
  }
  return { ...base, samples, cursor: String(now / 1000) };
}

function collectorOf(outputs: ConstructorParameters<typeof Collector>[0]['outputs']) {
  return new Collector({
    config: configWith({}),
    discovery: {
      discover: async () => discovered,
      stopped: async () => ({ ids: new Set(), errors: [] }),
    },
    scraper: { scrape, remembered: { lines: 0, bytes: 0 } },
    state: new MemoryState(),
    outputs,
    now: () => now,
  });
}

async function cycle(collector: Collector) {
  now += MINUTE;
  return collector.collect(10_000);
}

describe('an output that takes samples', () => {
  it('gets what was scraped as it is, beside one that takes differences', async () => {
    const collector = collectorOf([events, receiver]);
    await cycle(collector);
    const { deliveries, samples, state } = await cycle(collector);
    expect(receiver.written.map((each) => each.samples.map(({ value }) => value))).toEqual([
      [101],
      [102],
    ]);
    expect(events.accepted).toHaveLength(1);
    expect(deliveries.map(({ output }) => output)).toEqual(['recording', 'receiver']);
    expect(samples).toMatchObject({ scraped: 1, published: 1 });
    expect(state).toMatchObject({ targets: 1, series: 1 });
  });

  it('has everything read, whatever the rules want', async () => {
    await cycle(collectorOf([events]));
    await cycle(collectorOf([events, receiver]));
    expect(selective).toEqual([true, false]);
  });

  it.each([
    ['nothing where none needs it', [{}], { texts: false, exemplars: false }],
    ['what one of them needs', [{ texts: true }, {}], { texts: true, exemplars: false }],
    [
      'what they need together',
      [{ texts: true }, { exemplars: true }],
      { texts: true, exemplars: true },
    ],
  ])('has targets asked for what there is beside values: %s', async (_, needs, expected) => {
    await cycle(collectorOf([events, ...needs.map((each) => new Receiver(each))]));
    expect(extras).toEqual([expected]);
  });

  it('alone has nothing remembered for it', async () => {
    const collector = collectorOf([receiver]);
    await cycle(collector);
    const { samples, state, scrapes } = await cycle(collector);
    expect(samples).toEqual({
      scraped: 1,
      published: 1,
      rejected: 0,
      dropped: {},
      droppedForOthers: {},
    });
    expect(state).toMatchObject({ targets: 0, series: 0 });
    expect(scrapes).toMatchObject([{ offered: 1, events: 0 }]);
  });

  it('is told which targets there are, but not where some may be missing', async () => {
    const collector = collectorOf([receiver]);
    await cycle(collector);
    discovered = { targets: [], leftOut: [], idle: [], errors: [{ message: 'throttled' }] };
    await cycle(collector);
    discovered = { ...discovered, errors: [] };
    await cycle(collector);
    expect(receiver.announced).toEqual([[target().id], []]);
  });

  it('that is defective costs the others nothing', async () => {
    receiver.isBroken = true;
    const collector = collectorOf([events, receiver]);
    await cycle(collector);
    const { samples, targets } = await cycle(collector);
    expect(events.accepted).toHaveLength(1);
    expect(targets).toMatchObject({ up: 1 });
    expect(samples).toMatchObject({ published: 1 });
  });
});

describe('the history of a target', () => {
  beforeEach(() => {
    discovered = { targets: [target({ history: true })], leftOut: [], idle: [], errors: [] };
  });

  it('is asked for since it was last delivered', async () => {
    const collector = collectorOf([receiver]);
    await cycle(collector);
    await cycle(collector);
    receiver.reject = 'unavailable';
    await cycle(collector);
    receiver.reject = undefined;
    await cycle(collector);
    expect(asked).toEqual([100, 101, 102, 102]);
    expect(receiver.minutes).toEqual([102.5, 103, 103.5, 104]);
  });

  it('is not asked for again where the receiver refused it for good', async () => {
    const collector = collectorOf([receiver]);
    await cycle(collector);
    receiver.reject = 'refused';
    await cycle(collector);
    await cycle(collector);
    expect(asked).toEqual([100, 101, 102]);
  });

  it('is told once to an output, whatever another one misses', async () => {
    const collector = collectorOf([receiver, events]);
    await cycle(collector);
    events.reject = () => 'throttled';
    await cycle(collector);
    events.reject = undefined;
    await cycle(collector);
    expect(asked).toEqual([100, 101, 101]);
    expect(receiver.minutes).toEqual([102.5, 103]);
  });
});
