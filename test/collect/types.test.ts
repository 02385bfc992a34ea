import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Collector } from '../../lambda/collect.ts';
import { compilePattern } from '../../lambda/config/values/pattern.ts';
import { AnswerDecoder } from '../../lambda/decode/answer.ts';
import type { SeriesConfig } from '../../lambda/model/settings/config.ts';
import type { Target } from '../../lambda/model/targets/target.ts';
import { Scraper } from '../../lambda/scrape/scrape.ts';
import { MemoryState } from '../../lambda/state/memory.ts';
import { documentOf, manyValuesOf, problemsOf, valuesOf } from '../emf/events.ts';
import { answering, type RawTarget, startTarget } from '../scrape/raw-target.ts';
import { MINUTE, target } from '../series/samples.ts';
import { configWith, declarationOf, fixedDiscovery } from './parts.ts';
import { type RecordingOutput, recordingOutput } from './recording-output.ts';

/** Whole cycles over real HTTP, of one target with series of all types. */

let body: string;
let now: number;
let server: RawTarget;
let output: RecordingOutput;

beforeEach(async () => {
  now = Date.UTC(2026, 4, 1);
  output = recordingOutput();
  server = await startTarget((socket) => answering(body)(socket));
});

afterEach(() => server.stop());

function collectorOf(
  selectors: readonly string[],
  series: Partial<SeriesConfig> = {},
  more: Partial<Target> = {},
): Collector {
  const config = configWith({ declarations: [declarationOf({ selectors })] });
  return new Collector({
    config: { ...config, series: { ...config.series, ...series } },
    discovery: fixedDiscovery([target({ url: server.url, ...more })]),
    scraper: new Scraper(() => now, new AnswerDecoder()),
    state: new MemoryState(),
    outputs: [output],
    now: () => now,
  });
}

/** One cycle a minute, in which the target gives this. */
async function cycle(collector: Collector, text: string) {
  body = text;
  now += MINUTE;
  output.accepted.length = 0;
  const report = await collector.collect(60_000);
  expect(output.events.flatMap(problemsOf)).toEqual([]);
  return report;
}

const published = () =>
  output.accepted.map((event) => ({ ...valuesOf(event), ...manyValuesOf(event) }));

const histogram = (fast: number, all: number, sum: number) => `# TYPE rpc_seconds histogram
rpc_seconds_bucket{le="0.1"} ${fast}
rpc_seconds_bucket{le="1"} ${all}
rpc_seconds_bucket{le="+Inf"} ${all}
rpc_seconds_sum ${sum}
rpc_seconds_count ${all}
`;

describe('a histogram in a cycle', () => {
  it('is a distribution by its own name, and its parts are counted as published', async () => {
    const collector = collectorOf(['^rpc_seconds$']);
    const first = await cycle(collector, histogram(10, 20, 3));
    expect(first.samples).toMatchObject({ published: 0, dropped: { first_sample: 5 } });
    const second = await cycle(collector, histogram(12, 23, 3.75));
    expect(second.samples).toMatchObject({ published: 5 });
    expect(second.samples.dropped).not.toHaveProperty('first_sample');
    expect(published()).toEqual([
      {
        rpc_seconds: {
          Values: [0.025, 0.075, 0.55],
          Counts: [1, 1, 1],
          Min: 0,
          Max: 1,
          Count: 3,
          Sum: 0.75,
        },
      },
    ]);
    expect(documentOf(output.accepted[0]!)).toMatchObject({ prom_metric_type: 'histogram' });
  });

  it('is in the next distribution where it was not accepted', async () => {
    const collector = collectorOf(['^rpc_seconds$']);
    await cycle(collector, histogram(10, 20, 3));
    output.reject = () => 'unavailable';
    await cycle(collector, histogram(12, 23, 3.75));
    output.reject = undefined;
    await cycle(collector, histogram(12, 30, 6));
    expect(published()).toMatchObject([{ rpc_seconds: { Count: 10, Sum: 3 } }]);
  });

  it('is found without TYPE lines, or by an override', async () => {
    const collector = collectorOf(['^rpc_seconds$', '^odd$'], {
      typeOverrides: [{ metric: compilePattern('^odd$'), type: 'histogram' }],
    });
    const text = (count: number) =>
      `${histogram(0, count, count).replace(/#.*\n/, '')}# TYPE odd_count gauge\nodd_count ${count}\n# TYPE odd_sum gauge\nodd_sum ${count}\n`;
    await cycle(collector, text(1));
    await cycle(collector, text(3));
    expect(published()).toMatchObject([
      { odd: { Count: 2, Sum: 2 }, rpc_seconds: { Count: 2, Sum: 2 } },
    ]);
  });
});

it('what brings a time of days ago is published once, of whatever type it is', async () => {
  const collector = collectorOf(['^(load|hits|rpc_seconds)$'], { firstSample: 'zero' });
  const old = now - 48 * 60 * MINUTE;
  const text = `${histogram(1, 2, 3)}# TYPE hits counter\nhits 7\n# TYPE load gauge\nload 4\n`;
  const timed = text.replaceAll(/^([^#].*)$/gm, `$1 ${old}`);
  await cycle(collector, timed);
  expect(published()).toMatchObject([{ hits: 7 }, { load: 4 }, { rpc_seconds: { Count: 2 } }]);
  for (let again = 0; again < 3; again++) {
    const { samples } = await cycle(collector, timed);
    expect([published(), samples.dropped.not_newer]).toEqual([[], 7]);
  }
});

describe('a new series in a cycle', () => {
  const counters = (names: readonly string[], value: number) =>
    names.map((name) => `# TYPE ${name} counter\n${name} ${value}\n`).join('');

  it('counts from zero where its task began after the cycle before', async () => {
    const collector = collectorOf(['^hits$'], {}, { startedAt: now + MINUTE + 1 });
    await cycle(collector, '');
    await cycle(collector, counters(['hits'], 5));
    expect(published()).toEqual([{ hits: 5 }]);
  });

  it('counts nothing where its task is older', async () => {
    const collector = collectorOf(['^hits$'], {}, { startedAt: now - MINUTE });
    await cycle(collector, '');
    const { samples } = await cycle(collector, counters(['hits'], 5));
    expect(published()).toEqual([]);
    expect(samples.dropped).toMatchObject({ first_sample: 1 });
  });

  it('still counts from zero after scrapes that failed', async () => {
    const collector = collectorOf(['^hits$'], {}, { startedAt: now + MINUTE + 1 });
    await cycle(collector, '');
    await cycle(collector, 'broken{');
    await cycle(collector, counters(['hits'], 5));
    expect(published()).toEqual([{ hits: 5 }]);
  });
});

describe('several times of a series in one scrape', () => {
  it('are an event for each minute, with arrays of what gauges were and sums of what counters grew by', async () => {
    const collector = collectorOf(['^load$', '^hits$']);
    await cycle(collector, `# TYPE hits counter\nhits 10 ${now}\n`);
    const times = [10, 20, 70, 80, 119].map((second) => now + second * 1000);
    now += MINUTE;
    const gauges = times.map((time, i) => `load ${i} ${time}\n`).join('');
    const counts = times.map((time, i) => `hits ${11 + i * i} ${time}\n`).join('');
    await cycle(collector, `# TYPE load gauge\n${gauges}# TYPE hits counter\n${counts}`);
    const byMinute = output.accepted.map((event) => [
      (documentOf(event).prom_metric_type as string) ?? '',
      Math.floor((event.timestamp - times[0]!) / MINUTE),
      documentOf(event).load ?? documentOf(event).hits,
    ]);
    expect(byMinute).toEqual([
      ['gauge', 0, [0, 1]],
      ['gauge', 1, [2, 3, 4]],
      ['counter', 0, 2],
      ['counter', 1, 15],
    ]);
  });
});
