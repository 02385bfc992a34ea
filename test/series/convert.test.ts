import { describe, expect, it } from '@jest/globals';
import type { Previous } from '../../lambda/model/delivery/state.ts';
import { Drops } from '../../lambda/model/samples/drops.ts';
import type { MetricType } from '../../lambda/model/samples/sample.ts';
import { type Comparison, convert, MAX_AGE_MS, MAX_AHEAD_MS } from '../../lambda/series/convert.ts';
import { factsOf, seriesKey } from '../../lambda/series/facts.ts';
import { ALL_TYPES, counter, labelled, MINUTE, series } from './samples.ts';

const REQUESTS = counter('requests_total');
const KEY = seriesKey(REQUESTS.name, REQUESTS);
/** Any time at which both ends of CloudWatch's window lie after 1970. */
const NOW = Date.UTC(2026, 4, 1);

const summary = (suffix: string, labels = {}) =>
  series(`rpc_seconds${suffix}`, { family: 'rpc_seconds', type: 'summary', labels });

describe('a cumulative series', () => {
  const cases = [
    ['grows: the difference', 10, 13, 3],
    ['stays: zero', 10, 10, 0],
    ['restarted and is below: all of it is new', 100, 5, 5],
    ['restarted at zero: zero', 100, 0, 0],
    ['grows by a fraction', 0.5, 0.75, 0.25],
    ['grew beyond exact integers', 2 ** 53, 2 ** 53 + 4, 4],
  ] as const;

  it.each(cases)('%s', (_, before, value, published) => {
    const { points, updates } = run([[REQUESTS, value]], { value: before });
    expect(points).toEqual([{ value: published, timestamp: NOW }]);
    expect(updates).toEqual(new Map([[KEY, { value, timestamp: NOW }]]));
  });

  it('seen for the first time gives only what the next sample is compared with', () => {
    const { points, updates, dropped } = run([[REQUESTS, 10]]);
    expect(points).toEqual([]);
    expect(updates).toEqual(new Map([[KEY, { value: 10, timestamp: NOW }]]));
    expect(dropped).toEqual({ first_sample: 1 });
  });

  it('of many labels costs several steps of a turn', () => {
    const labels = Object.fromEntries(Array.from({ length: 800 }, (_, n) => [`l${n}`, 'x']));
    const costs: (number | undefined)[] = [];
    const sample = labelled(counter('requests_total', labels), 1);
    const step = (cost?: number) => costs.push(cost);
    const comparison = {
      scrapedAt: NOW,
      overlapMs: 0,
      past: undefined,
      firstSample: 'drop' as const,
    };
    convert([sample], { ...comparison, step }, new Drops());
    expect(costs).toEqual([101]);
  });

  it.each([
    ['NaN', Number.NaN],
    ['+Inf', Number.POSITIVE_INFINITY],
    ['-Inf', Number.NEGATIVE_INFINITY],
  ])('with %s gives nothing and forgets nothing', (_, value) => {
    const { points, updates, dropped } = run([[REQUESTS, value]], { value: 10 });
    expect(points).toEqual([]);
    expect(updates.size).toBe(0);
    expect(dropped).toEqual({ not_finite: 1 });
  });

  it.each([
    ['of the same time as the previous one', NOW],
    ['older than the previous one', NOW - 1],
  ])('%s gives nothing and changes nothing', (_, timestamp) => {
    const { points, updates, dropped } = run([[REQUESTS, 12, timestamp]], {
      value: 10,
      timestamp: NOW,
    });
    expect(points).toEqual([]);
    expect([...updates.values()]).toEqual([{ value: 10, timestamp: NOW }]);
    expect(dropped).toEqual({ not_newer: 1 });
  });

  it('with several times in one scrape gives the difference from each to the next', () => {
    const { points, updates } = run(
      [
        [REQUESTS, 11, NOW - 2],
        [REQUESTS, 15, NOW - 1],
        [REQUESTS, 3, NOW],
      ],
      { value: 10 },
    );
    expect(points).toEqual([
      { value: 1, timestamp: NOW - 2 },
      { value: 4, timestamp: NOW - 1 },
      { value: 3, timestamp: NOW },
    ]);
    expect(updates.get(KEY)).toEqual({ value: 3, timestamp: NOW });
  });

  it('that comes twice in one scrape counts once, with its first value', () => {
    const { points, updates, dropped } = run(
      [
        [REQUESTS, 13],
        [REQUESTS, 20],
      ],
      { value: 10 },
    );
    expect(points).toEqual([{ value: 3, timestamp: NOW }]);
    expect(updates.get(KEY)).toEqual({ value: 13, timestamp: NOW });
    expect(dropped).toEqual({ duplicate: 1 });
  });

  it('that comes twice in its first scrape is remembered with its first value', () => {
    const { updates, dropped } = run([
      [REQUESTS, 13],
      [REQUESTS, 20],
    ]);
    expect(updates.get(KEY)).toEqual({ value: 13, timestamp: NOW });
    expect(dropped).toEqual({ first_sample: 1, duplicate: 1 });
  });

  it('is told from those with other labels and names', () => {
    const others = [
      counter('requests_total', { code: '500' }),
      counter('errors_total'),
      series('requests_total', { type: 'summary', family: 'requests' }),
    ];
    const { points } = run([...others.map((each) => [each, 5] as const)], { value: 10 });
    // The last one is no counter, so its value stands for itself.
    expect(points).toEqual([{ value: 5, timestamp: NOW }]);
  });
});

describe('the first sample of a cumulative series', () => {
  const first = (start: number | undefined, more: Partial<Comparison>, baseline?: number) => {
    const drops = new Drops();
    const { points, updates } = convert(
      [labelled(REQUESTS, 10, undefined, start)],
      { ...comparison(new Map()), past: { series: new Map(), baseline }, ...more },
      drops,
    );
    expect(updates.get(KEY)).toMatchObject({ value: 10, timestamp: NOW });
    expect(drops.counts.get('first_sample') ?? 0).toBe(1 - points.length);
    return points.map(({ value, interval }) => [value, interval]);
  };
  const BASELINE = NOW - MINUTE;
  const auto = { firstSample: 'auto' } as const;
  const zero = { firstSample: 'zero' } as const;

  it.each<[string, number | undefined, Partial<Comparison>, number | undefined, unknown[]]>([
    ['after the baseline counts', NOW - 100, auto, BASELINE, [[10, 100]]],
    ['at the baseline does not count', BASELINE, auto, BASELINE, []],
    ['before the baseline does not count', BASELINE - 1, auto, BASELINE, []],
    ['without a baseline does not count', NOW - 100, auto, undefined, []],
    ['at an unknown time does not count', undefined, auto, BASELINE, []],
    ['as its target counts', undefined, { ...auto, targetStart: NOW - 50 }, BASELINE, [[10, 50]]],
    [
      'before its target by its own account does not count',
      BASELINE - 1,
      { ...auto, targetStart: NOW - 50 },
      BASELINE,
      [],
    ],
    ['in the future counts, for no known time', NOW + 5, auto, BASELINE, [[10, 0]]],
    ['long ago counts if all do', NOW - 5000, zero, BASELINE, [[10, 5000]]],
    ['at an unknown time counts if all do', undefined, zero, BASELINE, [[10, MINUTE]]],
    ['at an unknown time counts if all do, however', undefined, zero, undefined, [[10, 0]]],
    ['now does not count if none does', NOW - 100, { firstSample: 'drop' }, BASELINE, []],
  ])('that began %s', (_, start, more, baseline, points) => {
    expect(first(start, more, baseline)).toEqual(points);
  });
});

describe('the start of a cumulative series', () => {
  const HOUR_AGO = NOW - 60 * MINUTE;
  const valueAfter = (
    start: number | undefined,
    previous: Partial<Previous>,
    of = REQUESTS,
    value = 15,
  ) => {
    const { key } = factsOf(of);
    const series = new Map([[key, { value: 10, timestamp: NOW - MINUTE, ...previous }]]);
    const samples = [labelled(of, value, undefined, start)];
    return convert(samples, comparison(series), new Drops()).points[0]?.value;
  };

  it.each([
    ['after the previous sample: all is new', NOW - 1, HOUR_AGO, 15],
    ['after the previous sample, not known then: all is new', NOW - 1, undefined, 15],
    ['as before: the difference', HOUR_AGO, HOUR_AGO, 5],
    ['as before, by a clock that is ahead: the difference', NOW - 1, NOW - 1, 5],
    ['before the previous sample, not known then: the difference', HOUR_AGO, undefined, 5],
  ])('%s', (_, start, before, value) => {
    expect(valueAfter(start, { start: before })).toBe(value);
  });

  it('as before tells that a sum falls for its negative observations', () => {
    expect(valueAfter(HOUR_AGO, { start: HOUR_AGO }, summary('_sum'), 7)).toBe(-3);
    expect(valueAfter(undefined, {}, summary('_sum'), 7)).toBe(7);
    expect(valueAfter(HOUR_AGO, { start: HOUR_AGO }, summary('_count'), 7)).toBe(7);
  });

  it('is remembered, and that of the target where there is none', () => {
    const updatesOf = (start: number | undefined, targetStart: number) =>
      convert(
        [labelled(REQUESTS, 1, undefined, start)],
        { ...comparison(new Map()), targetStart },
        new Drops(),
      ).updates.get(KEY)?.start;
    expect([updatesOf(5, 7), updatesOf(undefined, 7)]).toEqual([5, 7]);
  });

  it('is that of another task where the address has a new one', () => {
    const series = new Map([[KEY, { value: 10, timestamp: NOW - MINUTE }]]);
    const { points } = convert(
      [labelled(REQUESTS, 15)],
      { ...comparison(series), targetStart: NOW - 1 },
      new Drops(),
    );
    expect(points).toMatchObject([{ value: 15, interval: MINUTE }]);
  });
});

describe('the time that a difference spans', () => {
  it.each([
    ['is that since the previous sample', 13, NOW - 3 * MINUTE, 3 * MINUTE],
    ['is that since the previous sample after a restart, too', 3, NOW - 3 * MINUTE, 3 * MINUTE],
  ])('%s', (_, value, timestamp, interval) => {
    const series = new Map([[KEY, { value: 10, timestamp }]]);
    const { points } = convert([labelled(REQUESTS, value)], comparison(series), new Drops());
    expect(points).toMatchObject([{ interval }]);
  });

  it('is not that of a gauge', () => {
    const { points } = convert([labelled(series('m'), 1)], comparison(new Map()), new Drops());
    expect(points[0]!.interval).toBeUndefined();
  });
});

describe('the type of a series', () => {
  const AS_IT_IS: readonly MetricType[] = ALL_TYPES.filter((type) => type !== 'counter');

  it.each(AS_IT_IS)('%s: the value as it is, and nothing to remember', (type) => {
    const { points, updates } = run([[series('m', { type }), -1.5]]);
    expect(points).toEqual([{ value: -1.5, timestamp: NOW }]);
    expect(updates.size).toBe(0);
  });

  it('summary: quantiles as they are, _sum and _count as differences', () => {
    const samples = [
      [summary('', { quantile: '0.5' }), 0.25],
      [summary('_sum'), 12.5],
      [summary('_count'), 104],
    ] as const;
    const sum = seriesKey('rpc_seconds_sum', summary('_sum'));
    const count = seriesKey('rpc_seconds_count', summary('_count'));
    const previous = new Map([
      [sum, { value: 10.5, timestamp: NOW - MINUTE }],
      [count, { value: 100, timestamp: NOW - MINUTE }],
    ]);
    const { points, updates } = run(samples, previous);
    expect(points.map(({ value }) => value)).toEqual([0.25, 2, 4]);
    expect([...updates.keys()]).toEqual([sum, count]);
  });

  it.each([
    ['NaN', Number.NaN],
    ['+Inf', Number.POSITIVE_INFINITY],
    ['-Inf', Number.NEGATIVE_INFINITY],
  ])('gauge: %s gives nothing', (_, value) => {
    const { points, dropped } = run([[series('m'), value]]);
    expect(points).toEqual([]);
    expect(dropped).toEqual({ not_finite: 1 });
  });
});

describe('the time of a sample', () => {
  it('is the time of the scrape where the sample brings none', () => {
    expect(run([[series('m'), 1]]).points).toEqual([{ value: 1, timestamp: NOW }]);
  });

  it('is its own where it brings one, 0 included', () => {
    const { points } = convert(
      [labelled(series('m'), 1, 0)],
      comparison(new Map(), MINUTE),
      new Drops(),
    );
    expect(points).toMatchObject([{ timestamp: 0 }]);
  });

  it.each([
    ['14 days old', NOW - MAX_AGE_MS, true],
    ['older than 14 days', NOW - MAX_AGE_MS - 1, false],
    ['two hours ahead', NOW + MAX_AHEAD_MS, true],
    ['more than two hours ahead', NOW + MAX_AHEAD_MS + 1, false],
    ['beyond any clock', 1e20, false],
  ])('%s: taken by CloudWatch Logs or counted', (_, timestamp, taken) => {
    const { points, dropped } = run([[series('m'), 1, timestamp]]);
    expect(points).toEqual(taken ? [{ value: 1, timestamp }] : []);
    expect(dropped).toEqual(taken ? {} : { timestamp: 1 });
  });

  it('that CloudWatch Logs would not take leaves a counter as it was', () => {
    const { updates } = run([[REQUESTS, 20, NOW + 2 * MAX_AHEAD_MS]], { value: 10 });
    expect(updates.size).toBe(0);
  });
});

/** With what a scrape is compared where no start is known. */
function comparison(series: ReadonlyMap<string, Previous>, scrapedAt = NOW): Comparison {
  return { scrapedAt, overlapMs: 0, past: { series, baseline: undefined }, firstSample: 'auto' };
}

/** One scrape at `NOW`, after one a minute before that gave `previous` for `REQUESTS`. */
function run(
  samples: readonly (readonly [ReturnType<typeof series>, number, number?])[],
  previous: Partial<Previous> | ReadonlyMap<string, Previous> = new Map(),
) {
  const drops = new Drops();
  const remembered =
    previous instanceof Map
      ? previous
      : new Map([[KEY, { value: 0, timestamp: NOW - MINUTE, ...previous }]]);
  const { points, updates } = convert(
    samples.map(([of, value, timestamp]) => labelled(of, value, timestamp)),
    comparison(remembered),
    drops,
  );
  return {
    points: points.map(({ value, timestamp }) => ({ value, timestamp })),
    updates,
    dropped: Object.fromEntries(drops.counts),
  };
}

describe('while the state cannot be read', () => {
  it('gauges are published, and what grows is counted and waits for the next difference', () => {
    const drops = new Drops();
    const { points, updates } = convert(
      [labelled(series('load'), 5), labelled(REQUESTS, 7)],
      { scrapedAt: NOW, overlapMs: 0, past: undefined, firstSample: 'zero' },
      drops,
    );
    expect(points.map(({ series: { name }, value }) => [name, value])).toEqual([['load', 5]]);
    expect(updates.size).toBe(0);
    expect(Object.fromEntries(drops.counts)).toEqual({ no_state: 1 });
  });
});

describe('a gauge that brings its own time', () => {
  const LOAD = series('load');
  const at = (timestamp: number, remembered?: Previous) => {
    const drops = new Drops();
    const previous = new Map(remembered && [[seriesKey('load', LOAD), remembered]]);
    const { points, updates } = convert(
      [labelled(LOAD, 5, timestamp)],
      comparison(previous),
      drops,
    );
    return { values: points.map(({ value }) => value), updates, dropped: drops.counts };
  };

  it('is published once, however often the same sample is scraped', () => {
    const first = at(NOW - MINUTE);
    expect(first.values).toEqual([5]);
    const remembered = first.updates.get(seriesKey('load', LOAD))!;
    const again = at(NOW - MINUTE, remembered);
    expect(again.values).toEqual([]);
    expect(again.dropped).toEqual(new Map([['not_newer', 1]]));
    expect(again.updates).toEqual(first.updates);
    expect(at(NOW, remembered).values).toEqual([5]);
  });
});
