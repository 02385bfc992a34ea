import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { readEvent, statisticsByMinute } from '../../cli/demo/cloudwatch-view.ts';
import { Collector } from '../../lambda/collect.ts';
import { AnswerDecoder } from '../../lambda/decode/answer.ts';
import { TASK_CPU_UTILIZATION } from '../../lambda/model/settings/names.ts';
import { Scraper } from '../../lambda/scrape/scrape.ts';
import { MemoryState } from '../../lambda/state/memory.ts';
import { withHistory } from '../../sidecar/catalogue/catalogue.ts';
import { writeOpenMetrics } from '../../sidecar/exposition/open-metrics.ts';
import { History } from '../../sidecar/history/history.ts';
import { readPosition, writePosition } from '../../sidecar/history/position.ts';
import { createHttpServer } from '../../sidecar/http/server.ts';
import { createPages } from '../../sidecar/serving/pages.ts';
import { configWith, declarationOf, fixedDiscovery } from '../collect/parts.ts';
import { recordingOutput } from '../collect/recording-output.ts';
import { MINUTE, target } from '../series/samples.ts';

/** Milliseconds from one sample of the sidecar to the next, as on Fargate. */
const SAMPLE_MS = 10_000;

/** Begin of a minute that CloudWatch still takes. */
const BEGIN = Date.now() - (Date.now() % MINUTE) - 60 * MINUTE;

let now: number;
let history: History;
let server: ReturnType<typeof createHttpServer>;
let output: ReturnType<typeof recordingOutput>;
let collector: Collector;
/** What was sampled, by minute. */
let truth: Map<number, number[]>;

beforeEach(async () => {
  now = BEGIN;
  history = new History(now);
  truth = new Map();
  const answer = createPages(
    {
      text: async () => '',
      openMetrics: async () => writeOpenMetrics([]),
      history: async (cursor) => {
        const excerpt = history.excerpt(readPosition(cursor)!);
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
  server = createHttpServer({ answer });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  output = recordingOutput();
  collector = new Collector({
    config: configWith({
      declarations: [declarationOf({ selectors: [`^${TASK_CPU_UTILIZATION}$`] })],
    }),
    discovery: fixedDiscovery([
      target({ url: `http://127.0.0.1:${port}/metrics`, history: true, startedAt: BEGIN }),
    ]),
    scraper: new Scraper(() => now, new AnswerDecoder()),
    state: new MemoryState(),
    outputs: [output],
    now: () => now,
  });
});

afterEach(async () => {
  server.close();
  await once(server, 'close');
});

/** A minute in which the sidecar samples, whoever asks it. */
function live(): void {
  for (let end = now + MINUTE; now < end; now += SAMPLE_MS) {
    const value = (truth.size * 37 + ((now / SAMPLE_MS) % 6) * 11) % 100;
    const minute = now - (now % MINUTE);
    truth.set(minute, [...(truth.get(minute) ?? []), value]);
    const values = [{ name: TASK_CPU_UTILIZATION, labels: { base: 'task' }, value }];
    history.record([{ subject: 'task', labels: {}, time: now / 1000, values }], now + 500);
  }
}

/** SampleCount, Sum, Minimum and Maximum of each minute, as CloudWatch has them and as they were. */
function compare() {
  const seen = [
    ...statisticsByMinute(output.accepted.map(({ message }) => readEvent(message))),
  ].map(
    ([minute, [metric]]) =>
      [minute, metric?.sampleCount, metric?.sum, metric?.minimum, metric?.maximum] as const,
  );
  const was = [...truth].map(
    ([minute, values]) =>
      [
        minute,
        values.length,
        values.reduce((sum, value) => sum + value, 0),
        Math.min(...values),
        Math.max(...values),
      ] as const,
  );
  return { seen: seen.sort(([a], [b]) => a - b), was };
}

it('an outage of the collector of seven minutes leaves no gap and no double minute', async () => {
  for (let minute = 1; minute <= 12; minute++) {
    live();
    if (minute <= 3 || minute > 10) await collector.collect(10_000);
  }
  const { seen, was } = compare();
  expect(seen).toEqual(was);
  expect(was).toHaveLength(12);
});

it('nor does one of CloudWatch, which takes no event for four minutes', async () => {
  for (let minute = 1; minute <= 8; minute++) {
    live();
    output.reject = () => (minute > 2 && minute <= 6 ? 'unavailable' : undefined);
    await collector.collect(10_000);
  }
  const { seen, was } = compare();
  expect(seen).toEqual(was);
});

it('what has left the history is told', async () => {
  live();
  await collector.collect(10_000);
  for (let minute = 1; minute <= 20; minute++) live();
  const { breaches } = await collector.collect(10_000);
  expect(breaches).toEqual([expect.stringContaining('got it from')]);
});
