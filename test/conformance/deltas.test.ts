import { expect, it } from '@jest/globals';
import { Collector } from '../../lambda/collect.ts';
import {
  type Labels,
  labelsOf,
  type MetricType,
  type Sample,
} from '../../lambda/model/samples/sample.ts';
import type { FirstSample } from '../../lambda/model/settings/config.ts';
import type { Target } from '../../lambda/model/targets/target.ts';
import { StoredState } from '../../lambda/state/stored.ts';
import { configWith, fixedDiscovery, scriptedScraper } from '../collect/parts.ts';
import { recordingOutput } from '../collect/recording-output.ts';
import { documentOf } from '../emf/events.ts';
import { describeWithFixtures, fixtureJson } from '../fixtures.ts';
import { series, target } from '../series/samples.ts';
import { MemoryStore } from '../state/memory-store.ts';

interface Case {
  readonly name: string;
  readonly type: string;
  readonly options: { readonly first_sample?: FirstSample };
  /** When the series began, in a way that the exposition tells or that its task tells. */
  readonly series_start?: number;
  readonly cycles: readonly {
    readonly t: number;
    readonly created?: number;
    readonly scrape?: 'failed';
    readonly delivery?: 'failed';
    readonly collector?: 'restarted';
  }[];
  readonly series: readonly {
    readonly metric: string;
    readonly labels: Readonly<Record<string, string>>;
    readonly values: readonly (number | string | null)[];
    readonly expected: readonly (number | null)[];
  }[];
}

describeWithFixtures('values of series over cycles', 'cloudwatch-agent', () => {
  const cases = fixtureJson<Case[]>('cloudwatch-agent', 'deltas.json');

  it.each(cases.map((c) => [c.name, c] as const))('%s', async (_, c) => {
    expect(await publish(c, {})).toEqual(c.series.map(({ expected }) => expected));
  });

  const startKnown = cases.filter(({ series_start }) => series_start !== undefined);

  it.each(startKnown.map((c) => [c.name, c] as const))(
    '%s, where only the start of the task is known',
    async (_, c) => {
      const { series_start, ...rest } = c;
      expect(await publish(rest, { startedAt: series_start })).toEqual(
        c.series.map(({ expected }) => expected),
      );
    },
  );
});

/** What is offered of each series in each cycle; null where nothing is. */
async function publish(
  { cycles, type, series: all, options, series_start }: Case,
  ofTarget: Partial<Target>,
): Promise<(number | null)[][]> {
  const published: (number | null)[][] = all.map(() => []);
  const output = recordingOutput();
  const store = new MemoryStore();
  let now = 0;
  let samples: readonly Sample[] | undefined;
  const config = configWith({ declarations: [] });
  const start = () =>
    new Collector({
      config: {
        ...config,
        series: { ...config.series, firstSample: options.first_sample ?? 'auto' },
      },
      // All labels of the cases are the series' own.
      discovery: fixedDiscovery([target({ honorLabels: true, ...ofTarget })]),
      scraper: scriptedScraper(
        () => now,
        () => samples,
      ),
      state: new StoredState(store, () => now),
      outputs: [output],
      now: () => now,
    });
  let collector = start();
  for (const [index, cycle] of cycles.entries()) {
    if (cycle.collector === 'restarted') collector = start();
    now = cycle.t;
    const began = cycle.created ?? series_start;
    samples = cycle.scrape === 'failed' ? undefined : samplesOf(all, index, type, began);
    output.reject = cycle.delivery === 'failed' ? () => 'unavailable' : undefined;
    output.events.length = 0;
    await collector.collect(1_000);
    for (const [at, each] of all.entries()) {
      const fields = output.events.map(documentOf);
      const event = fields.find((one) => one[each.metric] !== undefined && has(one, each.labels));
      published[at]?.push((event?.[each.metric] as number | undefined) ?? null);
    }
  }
  return published;
}

function samplesOf(
  all: Case['series'],
  cycle: number,
  word: string,
  start: number | undefined,
): Sample[] {
  const type = word === 'untyped' ? 'unknown' : (word as MetricType);
  const shortest = all.map(({ metric }) => metric).reduce((a, b) => (a.length < b.length ? a : b));
  const samples: Sample[] = [];
  for (const { metric, labels, values } of all) {
    const value = values[cycle] ?? null;
    if (value === null) continue;
    const composite = type === 'summary' || type === 'histogram';
    const family = composite ? shortest.replace(/_(bucket|sum|count)$/, '') : metric;
    samples.push({
      series: series(metric, { family, type, labels: labelsOf(labels) }),
      value: Number(String(value).replace('Inf', 'Infinity')),
      start,
    });
  }
  return samples;
}

function has(fields: Readonly<Record<string, unknown>>, labels: Labels): boolean {
  return Object.entries(labels).every(([name, value]) => fields[name] === value);
}
