import { describe, expect, it } from '@jest/globals';
import type { Previous } from '../../lambda/model/delivery/state.ts';
import { Drops } from '../../lambda/model/samples/drops.ts';
import type { Distribution, Point } from '../../lambda/model/samples/point.ts';
import { labelsOf, type MetricType, type Sample } from '../../lambda/model/samples/sample.ts';
import { convert } from '../../lambda/series/convert.ts';
import { NameFilter, type NameRules } from '../../lambda/series/name-filter.ts';
import { MINUTE, series } from './samples.ts';

const START = Date.UTC(2026, 4, 1);

/** What a histogram exposes: cumulative counts by bound, and the rest. What is absent is not exposed. */
interface Exposed {
  readonly buckets?: readonly (readonly [le: string, count: number])[];
  readonly sum?: number;
  readonly count?: number;
  readonly start?: number;
}

const BEFORE: Exposed = {
  buckets: [
    ['1', 10],
    ['2', 20],
    ['+Inf', 30],
  ],
  sum: 50,
  count: 30,
};

const AFTER: Exposed = {
  buckets: [
    ['1', 12],
    ['2', 26],
    ['+Inf', 38],
  ],
  sum: 57.5,
  count: 38,
};

const INCREASE = { '0..1': 2, '1..2': 4, '2..2': 2 };

describe('a histogram that a declaration selects by its name', () => {
  it('is one distribution of what was observed since the last scrape', () => {
    const { points, dropped } = run(BEFORE, AFTER);
    expect(points).toMatchObject([{ series: { name: 'h', type: 'histogram' } }]);
    expect(points[0]!.series.labels).toEqual(labelsOf({ a: 'b' }));
    expect(points[0]!.value).toMatchObject({ sum: 7.5 });
    expect(countsOf(points)).toEqual(INCREASE);
    expect(dropped).toEqual({});
  });

  it.each<[name: string, after: Exposed, counts: Record<string, number>, dropped?: object]>([
    [
      'has no values for empty buckets',
      {
        ...AFTER,
        buckets: [
          ['1', 10],
          ['2', 28],
          ['+Inf', 38],
        ],
      },
      { '1..2': 8 },
    ],
    [
      'may have its buckets in any order',
      {
        ...AFTER,
        buckets: [
          ['+Inf', 38],
          ['2', 26],
          ['1', 12],
        ],
      },
      INCREASE,
    ],
    [
      'takes the first of equal bounds',
      {
        ...AFTER,
        buckets: [
          ['1', 12],
          ['1.0', 99],
          ['2', 26],
          ['+Inf', 38],
        ],
      },
      INCREASE,
      { duplicate: 1 },
    ],
    [
      'leaves out a bucket without a bound',
      {
        ...AFTER,
        buckets: [
          ['one', 12],
          ['2', 26],
          ['+Inf', 38],
        ],
      },
      { '0..2': 6, '2..2': 2 },
      { inconsistent_histogram: 1 },
    ],
    [
      'leaves out a bucket that has grown more than a wider one',
      {
        ...AFTER,
        buckets: [
          ['1', 19],
          ['2', 26],
          ['+Inf', 38],
        ],
      },
      { '0..2': 6, '2..2': 2 },
      { inconsistent_histogram: 1 },
    ],
    [
      'leaves out a bucket that was not there before',
      {
        ...AFTER,
        buckets: [
          ['1', 12],
          ['1.5', 20],
          ['2', 26],
          ['+Inf', 38],
        ],
      },
      INCREASE,
      { inconsistent_histogram: 1 },
    ],
    [
      'leaves out a bucket that is no number',
      {
        ...AFTER,
        buckets: [
          ['1', 12],
          ['2', Number.NaN],
          ['+Inf', 38],
        ],
      },
      { '0..1': 2, '1..1.0833333333333333': 6 },
      { inconsistent_histogram: 1 },
    ],
    [
      'has its count where the widest bucket is missing',
      {
        ...AFTER,
        buckets: [
          ['1', 12],
          ['2', 26],
        ],
      },
      INCREASE,
    ],
    [
      'has its widest bucket where its count is missing',
      { buckets: AFTER.buckets!, sum: 57.5 },
      INCREASE,
    ],
    ['is its mean where there are no buckets', { sum: 58, count: 38 }, { '1..1': 8 }],
  ])('%s', (_, after, counts, dropped = {}) => {
    const result = run(BEFORE, after);
    expect(countsOf(result.points)).toEqual(counts);
    expect(result.dropped).toEqual(dropped);
  });

  it.each<[name: string, sum: number | undefined]>([
    ['is missing', undefined],
    ['is NaN', Number.NaN],
  ])('has a sum of its own where the exposed one %s', (_, sum) => {
    const { points } = run(BEFORE, { ...AFTER, ...(sum === undefined ? { sum: NaN } : { sum }) });
    expect((points[0]!.value as Distribution).sum).toBeCloseTo(2 * 0.5 + 4 * 1.5 + 2 * 2, 9);
  });

  it('may have a sum that falls, for there are negative observations', () => {
    const { points } = run(BEFORE, { ...AFTER, sum: 45 });
    expect(points[0]!.value).toMatchObject({ sum: -5 });
    expect(countsOf(points)).toEqual(INCREASE);
  });

  it.each<[name: string, before: Exposed, after: Exposed, reason: string]>([
    ['has observed nothing', BEFORE, BEFORE, 'no_observation'],
    ['has no number of observations', BEFORE, { sum: 5 }, 'inconsistent_histogram'],
    [
      'has no finite number of observations',
      BEFORE,
      { buckets: [['+Inf', Number.NaN]] },
      'not_finite',
    ],
    ['is new', {}, AFTER, 'first_sample'],
    ...[
      [20, 18, 38],
      [12, 26, 25],
      [-1, 26, 38],
      [-3, -2, -1],
    ].map((counts): [string, Exposed, Exposed, string] => [
      `has buckets with ${counts}`,
      BEFORE,
      { ...AFTER, buckets: ['1', '2', '+Inf'].map((le, index) => [le, counts[index] as number]) },
      'inconsistent_histogram',
    ]),
    [
      'has a bucket with more than its count',
      BEFORE,
      { buckets: [['1', 40]], count: 38 },
      'inconsistent_histogram',
    ],
  ])('is nothing where it %s, and each part is counted', (_, before, after, reason) => {
    const { points, dropped } = run(before, after);
    const parts =
      (after.buckets?.length ?? 0) + Object.keys(after).filter((k) => k !== 'buckets').length;
    expect(points).toEqual([]);
    expect(dropped).toEqual({ [reason]: parts });
  });
});

it('a histogram covers what came while its buckets fell', () => {
  const falling: Exposed = {
    ...AFTER,
    buckets: [
      ['1', 21],
      ['2', 20],
      ['+Inf', 30],
    ],
  };
  const { points, dropped } = run(BEFORE, AFTER, { between: falling });
  expect(countsOf(points)).toEqual(INCREASE);
  expect(dropped).toEqual({});
});

it.each(['+Inf', 'Inf', '+infinity', 'INF'])('%s is the bound of the widest bucket', (le) => {
  const of = (count: number): Exposed => ({
    buckets: [
      ['1', 0],
      [le, count],
    ],
    sum: count * 3,
  });
  expect(countsOf(run(of(1), of(3)).points)).toEqual({ '1..3': 2 });
});

describe('a histogram that has restarted', () => {
  const restarted: Exposed = {
    buckets: [
      ['1', 3],
      ['2', 3],
      ['+Inf', 4],
    ],
    sum: 60,
    count: 4,
  };

  it.each<[name: string, after: Exposed]>([
    ['where its count has fallen', restarted],
    [
      'where one bucket has fallen',
      {
        ...AFTER,
        buckets: [
          ['1', 3],
          ['2', 26],
          ['+Inf', 38],
        ],
      },
    ],
    ['where it began after its last sample', { ...AFTER, start: START + 1 }],
  ])('counts from zero, %s', (_, after) => {
    const { points, dropped } = run({ ...BEFORE, start: START - 1 }, after);
    const counts = Object.values(countsOf(points)).reduce((sum, count) => sum + count, 0);
    expect(counts).toBe(after.buckets!.at(-1)![1]);
    expect((points[0]!.value as Distribution).sum).toBe(after.sum);
    expect(dropped).toEqual({});
  });
});

describe('a gauge histogram', () => {
  it('is what it holds at each time', () => {
    const { points, updates } = run(BEFORE, AFTER, { type: 'gaugehistogram' });
    expect(countsOf(points)).toEqual({ '0..1': 12, '1..2': 14, '2..2.475': 12 });
    expect((points[0]!.value as Distribution).sum).toBe(57.5);
    expect(updates.size).toBe(0);
  });
});

describe('parts of a histogram that a declaration selects by their own names', () => {
  it('are plain differences, beside the distribution', () => {
    const { points, dropped } = run(BEFORE, AFTER, { names: ['h', 'h_sum', 'h_bucket'] });
    const plain = points.filter(({ value }) => typeof value === 'number');
    expect(plain.map(({ series: { name, labels }, value }) => [name, labels.le, value])).toEqual([
      ['h_bucket', '1', 2],
      ['h_bucket', '2', 6],
      ['h_bucket', '+Inf', 8],
      ['h_sum', undefined, 7.5],
    ]);
    expect(countsOf(points.slice(4))).toEqual(INCREASE);
    expect(dropped).toEqual({});
  });

  it('leave nothing to count twice', () => {
    const names = ['h', 'h_sum', 'h_bucket', 'h_count'];
    expect(run({}, AFTER, { names }).dropped).toEqual({ first_sample: 5 });
  });

  it('are all there is where the histogram itself is not selected', () => {
    const { points, dropped } = run(BEFORE, AFTER, { names: ['h_count'] });
    expect(points.map(({ series: { name }, value }) => [name, value])).toEqual([['h_count', 8]]);
    expect(dropped).toEqual({ no_declaration: 4 });
  });
});

it('a histogram as a whole is the same series in each scrape', () => {
  const filter = new NameFilter([], selecting(['h']));
  const samples = samplesOf(AFTER, 'histogram');
  const [one] = [...filter.take(samples, new Drops())];
  const [other] = [...filter.take(samples, new Drops())];
  expect(other!.series).toBe(one!.series);
  const [fewer] = [...filter.take(samples.slice(0, -1), new Drops())];
  expect(fewer!.series.parts).toHaveLength(4);
});

interface Options {
  /** Exposed between the two. */
  readonly between?: Exposed;
  readonly type?: MetricType;
  readonly names?: readonly string[];
}

/** The second of two scrapes that are a minute apart. */
function run(
  before: Exposed,
  after: Exposed,
  { type = 'histogram', names = ['h'], between }: Options = {},
) {
  const filter = new NameFilter([], selecting(names));
  let memory: ReadonlyMap<string, Previous> = new Map();
  const scrape = (exposed: Exposed, scrapedAt: number) => {
    const drops = new Drops();
    const samples = [...filter.take(samplesOf(exposed, type), drops)].map((sample) => ({
      ...sample,
      labels: sample.series.labels,
      publications: [],
    }));
    const comparison = {
      scrapedAt,
      overlapMs: 0,
      past: { series: memory, baseline: undefined },
      firstSample: 'auto' as const,
    };
    const converted = convert(samples, comparison, drops);
    memory = new Map([...memory, ...converted.updates]);
    return { ...converted, dropped: Object.fromEntries(drops.counts) };
  };
  scrape(before, START);
  if (between !== undefined) scrape(between, START + MINUTE / 2);
  return scrape(after, START + MINUTE);
}

function samplesOf({ buckets = [], sum, count, start }: Exposed, type: MetricType): Sample[] {
  const part = (suffix: string, value: number, labels = {}) => ({
    series: series(`h${suffix}`, { family: 'h', type, labels: { a: 'b', ...labels } }),
    value,
    start,
  });
  return [
    ...buckets.map(([le, value]) => part('_bucket', value, { le })),
    ...(sum === undefined ? [] : [part('_sum', sum)]),
    ...(count === undefined ? [] : [part('_count', count)]),
  ];
}

function selecting(names: readonly string[]): NameRules {
  return { mayWant: (name) => names.includes(name), selects: (name) => names.includes(name) };
}

/** The observations of the first point, by their range. */
function countsOf([point]: readonly Point[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { from, to, count } of (point?.value as Distribution | undefined)?.bins ?? []) {
    counts[`${from}..${to}`] = (counts[`${from}..${to}`] ?? 0) + count;
  }
  return counts;
}
