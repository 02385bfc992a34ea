import { describe, expect, it } from '@jest/globals';
import { encode } from '../../lambda/emf/encode.ts';
import { MAX_METRICS_PER_DIRECTIVE, MAX_VALUES_PER_METRIC } from '../../lambda/emf/limits.ts';
import { groupsOf } from '../../lambda/grouping/grouping.ts';
import { EVENT_OVERHEAD_BYTES, MAX_EVENT_BYTES } from '../../lambda/model/delivery/event-size.ts';
import { Drops } from '../../lambda/model/samples/drops.ts';
import type { Point } from '../../lambda/model/samples/point.ts';
import type {
  DimensionSets,
  Publication,
  Publications,
} from '../../lambda/model/samples/publication.ts';
import { type Labels, labelsOf } from '../../lambda/model/samples/sample.ts';
import { MAX_METRIC_NAME, MAX_METRIC_VALUE } from '../../lambda/model/settings/metric.ts';
import { series } from '../series/samples.ts';
import {
  directivesOf,
  documentOf,
  manyValuesOf,
  problemsOf,
  type ValueCounts,
  valuesOf,
} from './events.ts';

const TIME = 1_700_000_000_000;
const JOB = labelsOf({ job: 'app', code: '200' });
const BY_JOB: DimensionSets = [['job']];

describe('the layout of an event', () => {
  it('has labels as text, metrics as numbers, and tells CloudWatch what to extract', () => {
    const { events } = run([point('up', 1), point('load', 0.5)], { units: { load: 'Percent' } });
    expect(events).toHaveLength(1);
    expect(events[0]).toMatchObject({
      logGroup: 'group-of-app',
      logStream: 'stream',
      timestamp: TIME,
      metrics: 2,
    });
    expect(documentOf(events[0]!)).toEqual({
      _aws: {
        Timestamp: TIME,
        CloudWatchMetrics: [
          {
            Namespace: 'ns',
            Dimensions: BY_JOB,
            Metrics: [{ Name: 'up' }, { Name: 'load', Unit: 'Percent' }],
          },
        ],
      },
      job: 'app',
      code: '200',
      up: 1,
      load: 0.5,
    });
  });

  it('has one directive for each list of dimension sets', () => {
    const byCode = [['code'], ['code', 'job']];
    const { events } = run([
      point('a', 1),
      point('b', 2, { dimensions: byCode }),
      point('c', 3),
      point('d', 4, { dimensions: byCode }),
    ]);
    const [event] = events;
    expect(directivesOf(event!)).toEqual([
      { Namespace: 'ns', Dimensions: BY_JOB, Metrics: [{ Name: 'a' }, { Name: 'c' }] },
      { Namespace: 'ns', Dimensions: byCode, Metrics: [{ Name: 'b' }, { Name: 'd' }] },
    ]);
  });

  it('permits the empty dimension set', () => {
    const { events } = run([point('a', 1, { dimensions: [[]] })]);
    expect(directivesOf(events[0]!)).toMatchObject([{ Dimensions: [[]] }]);
  });

  it('keeps what is no metric as a plain field beside those that are', () => {
    const { events } = run([point('a', 1), point('b', 2, { dimensions: [] })]);
    expect(events).toHaveLength(1);
    expect(events[0]!.metrics).toBe(1);
    expect(documentOf(events[0]!)).toMatchObject({ a: 1, b: 2 });
    expect(directivesOf(events[0]!)).toMatchObject([{ Metrics: [{ Name: 'a' }] }]);
  });

  it('is a plain log event where nothing is a metric', () => {
    const { events } = run([point('a', 1, { dimensions: [] })]);
    expect(events[0]!.metrics).toBe(0);
    expect(documentOf(events[0]!)).toEqual({ job: 'app', code: '200', a: 1 });
  });

  it('keeps labels named like members of every object', () => {
    const labels = labelsOf(JSON.parse('{"__proto__": "p", "constructor": "c", "toJSON": "t"}'));
    const { events } = run([point('a', 1, { labels, dimensions: [['__proto__', 'toJSON']] })]);
    expect(Object.entries(documentOf(events[0]!)).slice(1)).toEqual([
      ['__proto__', 'p'],
      ['constructor', 'c'],
      ['toJSON', 't'],
      ['a', 1],
    ]);
  });
});

describe('points share an event', () => {
  const other = labelsOf({ job: 'app', code: '500' });

  it.each([
    ['with the same labels and time', {}, 1],
    ['not with other labels', { labels: other }, 2],
    ['with another time of the same minute', { timestamp: TIME + 1 }, 1],
    ['not with another minute', { timestamp: TIME + 60_000 }, 2],
  ])('%s', (_, more, expected) => {
    const { events } = run([point('a', 1), point('b', 2, more), point('c', 3)]);
    expect(events).toHaveLength(expected);
    expect(Object.assign({}, ...events.map(valuesOf))).toEqual({ a: 1, b: 2, c: 3 });
  });

  it('with the last value of a name that comes twice, and the others are counted', () => {
    const { events, dropped } = run([point('a', 1), point('a', 2), point('a', 3)]);
    expect(events.map(valuesOf)).toEqual([{ a: 3 }]);
    expect(dropped).toEqual({ duplicate: 2 });
  });

  it.each([
    ['at the same time', [0, 0]],
    ['at the same times, each after the other', [0, 1, 0, 1]],
    ['at times in between', [0, 2, 1, 2]],
  ])('with the last value of each time where series of one name come %s', (_, times) => {
    const points = times.map((time, i) => point('a', i, { timestamp: TIME + time }));
    const { events, dropped } = run(points);
    const last = new Map(points.map(({ timestamp, value }) => [timestamp, value]));
    const values = [...last].sort(([a], [b]) => a - b).map(([, value]) => value);
    expect(events.map((event) => documentOf(event).a)).toEqual([
      values.length === 1 ? values[0] : values,
    ]);
    expect(dropped).toEqual({ duplicate: points.length - last.size });
  });

  it('with the sum of what series of one name grew by', () => {
    const grown = (growth: number) => point('a', growth, { interval: 60_000 });
    const { events, dropped } = run([grown(1), grown(2), grown(4)]);
    expect(events.map(valuesOf)).toEqual([{ a: 7 }]);
    expect(dropped).toEqual({});
  });

  it('with each other’s destination, asked for once', () => {
    const { destinations } = run([point('a', 1), point('b', 2), point('c', 3, { labels: other })]);
    expect(destinations).toEqual([JOB, other]);
  });
});

describe('a metric named like a label', () => {
  const byCode = [['code']];

  it('has an event of its own, so that the label stays a dimension of the others', () => {
    const { events } = run([
      point('a', 1, { dimensions: byCode }),
      point('code', 2),
      point('b', 3, { dimensions: byCode }),
    ]);
    expect(events.map(documentOf)).toMatchObject([
      { job: 'app', code: '200', a: 1, b: 3 },
      { job: 'app', code: 2 },
    ]);
    expect(events.map(({ metrics }) => metrics)).toEqual([2, 1]);
  });

  it('has an event of its own where it is a plain field, too', () => {
    const { events } = run([
      point('a', 1, { dimensions: byCode }),
      point('code', 2, { dimensions: [] }),
    ]);
    expect(events.map(({ metrics }) => metrics)).toEqual([1, 0]);
  });

  it('counts once where it comes twice', () => {
    const { events, dropped } = run([point('code', 1), point('code', 2)]);
    expect(events.map(valuesOf)).toEqual([{ code: 2 }]);
    expect(dropped).toEqual({ duplicate: 1 });
  });
});

describe('_aws, the member with the directives', () => {
  it('is never overwritten by a metric of that name', () => {
    const { events, dropped } = run([point('_aws', 1), point('a', 2)]);
    expect(events.map(valuesOf)).toEqual([{ a: 2 }]);
    expect(dropped).toEqual({ metric_name: 1 });
  });

  it.each([
    ['in an event with metrics', BY_JOB, 'object'],
    ['in a plain log event', [], 'undefined'],
  ])('is never a label %s', (_, dimensions, type) => {
    const labels = labelsOf({ job: 'app', _aws: '{"CloudWatchMetrics": []}' });
    const { events } = run([point('a', 1, { labels, dimensions })]);
    expect(typeof documentOf(events[0]!)._aws).toBe(type);
  });
});

describe('what CloudWatch would not take', () => {
  it.each([
    ['a name that is too long', 'n'.repeat(MAX_METRIC_NAME + 1), 1, 'metric_name'],
    ['a blank name', '  ', 1, 'metric_name'],
    ['an empty name', '', 1, 'metric_name'],
    ['a name beyond ASCII', 'größe', 1, 'metric_name'],
    ['a name with a control character', 'a\nb', 1, 'metric_name'],
    ['a value that is too large', 'a', MAX_METRIC_VALUE * 2, 'out_of_range'],
    ['a value that is too far below zero', 'a', -MAX_METRIC_VALUE * 2, 'out_of_range'],
  ])('%s is dropped, counted, and keeps nothing else back', (_, name, value, reason) => {
    const { events, dropped } = run([point(name, value), point('other', 1)]);
    expect(events.map(valuesOf)).toEqual([{ other: 1 }]);
    expect(dropped).toEqual({ [reason]: 1 });
  });

  it.each([
    ['the longest name', 'n'.repeat(MAX_METRIC_NAME), 1],
    ['a name of the UTF-8 kind', 'http.server/duration (s)', 1],
    ['the largest value', 'a', MAX_METRIC_VALUE],
    ['the smallest value', 'a', -MAX_METRIC_VALUE],
  ])('%s is published', (_, name, value) => {
    const { events } = run([point(name, value)]);
    expect(events.map(valuesOf)).toEqual([{ [name]: value }]);
  });

  it('may be a plain field', () => {
    const { events, dropped } = run([point('größe', 1e300, { dimensions: [] })]);
    expect(events.map(valuesOf)).toEqual([{ größe: 1e300 }]);
    expect(dropped).toEqual({});
  });
});

describe('an event with many metrics', () => {
  it.each([
    [MAX_METRICS_PER_DIRECTIVE, [100]],
    [MAX_METRICS_PER_DIRECTIVE + 1, [100, 1]],
    [2 * MAX_METRICS_PER_DIRECTIVE, [100, 100]],
    [250, [100, 100, 50]],
  ])('of %i has directives of %j', (count, sizes) => {
    const points = Array.from({ length: count }, (_, i) => point(`m${i}`, i));
    const { events } = run(points);
    expect(events).toHaveLength(1);
    const directives = directivesOf(events[0]!);
    expect(directives.map(({ Metrics }) => Metrics.length)).toEqual(sizes);
    const names = directives.flatMap(({ Metrics }) => Metrics.map(({ Name }) => Name));
    expect(names).toEqual(points.map(({ series: { name } }) => name));
    expect(events[0]!.metrics).toBe(count);
  });
});

describe('an event that would be too large', () => {
  it('is split, with all labels and directives in each part', () => {
    const points = Array.from({ length: 12_000 }, (_, i) =>
      point(`metric_${String(i).padStart(200, '0')}`, i),
    );
    const { events, dropped } = run(points);
    expect(events.length).toBeGreaterThan(1);
    const values = events.flatMap((event) => Object.entries(valuesOf(event)));
    expect(values).toEqual(points.map(({ series: { name }, value }) => [name, value]));
    for (const event of events) {
      expect(documentOf(event)).toMatchObject(JOB);
      expect(event.timestamp).toBe(TIME);
    }
    expect(dropped).toEqual({});
  });

  it.each([
    ['of exactly the largest size is one event', 0, [{ a: 1, b: 2 }], {}],
    ['of one byte more is split', 1, [{ a: 1 }, { b: 2 }], {}],
    ['with labels that leave room for no value is dropped and counted', 1000, [], { too_large: 2 }],
  ])('%s', (_, excess, values, drops) => {
    const pair = (labels: Labels) => [point('a', 1, { labels }), point('b', 2, { labels })];
    const [empty] = run(pair(labelsOf({ job: 'app', filler: '' }))).events;
    const room = MAX_EVENT_BYTES - EVENT_OVERHEAD_BYTES - Buffer.byteLength(empty!.message);
    const filled = labelsOf({ job: 'app', filler: 'x'.repeat(room + excess) });
    const { events, dropped } = run([...pair(filled)]);
    expect(events.map(valuesOf)).toEqual(values);
    expect(dropped).toEqual(drops);
  });

  it('is measured in bytes of UTF-8', () => {
    const labels = labelsOf({ job: 'app', filler: 'é'.repeat(MAX_EVENT_BYTES / 2) });
    expect(run([point('a', 1, { labels })]).dropped).toEqual({ too_large: 1 });
  });
});

it('an event counts as a step for each 4,096 characters of it', () => {
  const costs: (number | undefined)[] = [];
  const destination = { logGroup: 'group', logStream: 'stream' };
  const [long] = encode(
    groupsOf([point('m', 1, { labels: labelsOf({ job: 'x'.repeat(100_000) }) })], new Drops()),
    { units: new Map() },
    () => destination,
    new Drops(),
    MAX_EVENT_BYTES,
    (cost) => costs.push(cost),
  );
  expect(long?.message.length).toBeGreaterThan(100_000);
  expect(costs).toEqual([undefined, 25]);
});

describe('several points of a series in a minute', () => {
  const MINUTE_START = TIME - (TIME % 60_000);
  const at = (second: number, value: number, more: More = {}) =>
    point('load', value, { timestamp: MINUTE_START + second * 1000, ...more });

  it('are an array of values, at a time of that minute', () => {
    const { events } = run([at(10, 1), at(20, 5), at(59.9, 3), at(60, 4)]);
    expect(events.map(manyValuesOf)).toEqual([{ load: [1, 5, 3] }, {}]);
    expect(events.map(valuesOf)).toEqual([{}, { load: 4 }]);
    expect(events.map(({ timestamp }) => timestamp - MINUTE_START)).toEqual([59_900, 60_000]);
  });

  it('are their sum where they are differences', () => {
    const { events } = run([at(10, 1, { interval: 10_000 }), at(20, 5, { interval: 10_000 })]);
    expect(events.map(valuesOf)).toEqual([{ load: 6 }]);
  });

  it(`are several events where they are more than ${MAX_VALUES_PER_METRIC}`, () => {
    const points = Array.from({ length: 2 * MAX_VALUES_PER_METRIC + 1 }, (_, i) => at(i / 10, i));
    const { events } = run([...points, point('once', 1, { timestamp: MINUTE_START })]);
    expect(events.map((event) => Object.keys(documentOf(event)).slice(3))).toEqual([
      ['load', 'once'],
      ['load'],
      ['load'],
    ]);
    expect(events.slice(0, 2).map((event) => manyValuesOf(event).load)).toEqual([
      points.slice(0, 100).map(({ value }) => value),
      points.slice(100, 200).map(({ value }) => value),
    ]);
    expect(valuesOf(events[2]!)).toEqual({ load: 200 });
  });

  it('are kept apart by the second where the resolution is one', () => {
    const publications = [publication({ storageResolution: 1 })];
    const { events } = run([
      at(10, 1, { publications }),
      at(10.5, 2, { publications }),
      at(11, 3, { publications }),
    ]);
    expect(events.map((event) => documentOf(event).load)).toEqual([[1, 2], 3]);
    expect(directivesOf(events[0]!)).toMatchObject([
      { Metrics: [{ Name: 'load', StorageResolution: 1 }] },
    ]);
  });

  it('have a whole number of milliseconds for their time', () => {
    const { events } = run([at(10.0005, 1)]);
    expect(events[0]!.timestamp).toBe(MINUTE_START + 10_000);
  });
});

describe('a difference', () => {
  const perSecond = publication({ rate: true, namespace: 'rates' });

  it('is divided by its time where it is published per second', () => {
    const publications = [perSecond];
    const { events } = run([
      point('requests', 90, { publications, interval: 180_000 }),
      point('load', 7, { publications }),
    ]);
    expect(events.map(valuesOf)).toEqual([{ requests: 0.5, load: 7 }]);
  });

  it('is divided by the time of all of its points of a minute', () => {
    const publications = [perSecond];
    const timestamp = TIME + 1;
    const { events } = run([
      point('requests', 90, { publications, interval: 20_000 }),
      point('requests', 10, { publications, interval: 30_000, timestamp }),
    ]);
    expect(events.map(valuesOf)).toEqual([{ requests: 2 }]);
  });

  it('is added to those of other series of its name, over the same time', () => {
    const publications = [perSecond];
    const grown = (growth: number, interval: number, timestamp: number) =>
      point('requests', growth, { publications, interval, timestamp });
    const { events } = run([
      grown(90, 20_000, TIME),
      grown(10, 30_000, TIME + 1),
      grown(40, 20_000, TIME),
      grown(60, 30_000, TIME + 1),
    ]);
    expect(events.map(valuesOf)).toEqual([{ requests: 4 }]);
  });

  it('has an event for each of its values where it is published both ways', () => {
    const publications = [publication({}), perSecond];
    const { events, dropped } = run([
      point('requests', 90, { publications, interval: 60_000 }),
      point('errors', 30, { publications, interval: 60_000 }),
    ]);
    expect(events.map(valuesOf)).toEqual([
      { requests: 90, errors: 30 },
      { requests: 1.5, errors: 0.5 },
    ]);
    expect(events.flatMap(directivesOf).map(({ Namespace }) => Namespace)).toEqual(['ns', 'rates']);
    expect(dropped).toEqual({});
  });

  it.each([
    ['is counted where it cannot be published otherwise', [perSecond], [], { first_sample: 1 }],
    ['is left out where it can', [publication({}), perSecond], [{ requests: 90 }], {}],
  ])('of an unknown time %s', (_, publications, values, drops) => {
    const { events, dropped } = run([point('requests', 90, { publications, interval: 0 })]);
    expect(events.map(valuesOf)).toEqual(values);
    expect(dropped).toEqual(drops);
  });
});

describe('the labels of an event', () => {
  const labels = labelsOf({ job: 'app', code: '200', TaskId: 't', other: 'o' });
  const keeping = (properties: readonly string[] | undefined, dimensions = BY_JOB) =>
    publication({ dimensions, properties });

  it.each<[string, Publications, string[]]>([
    ['are all of them', [keeping(undefined)], ['job', 'code', 'TaskId', 'other']],
    ['are the dimensions and those to keep', [keeping(['TaskId', 'none'])], ['job', 'TaskId']],
    ['are those of all publications', [keeping([]), keeping([], [['code']])], ['job', 'code']],
    [
      'are all where one publication keeps all',
      [keeping([]), keeping(undefined, [['code']])],
      ['job', 'code', 'TaskId', 'other'],
    ],
    ['are all where there is no metric', [], ['job', 'code', 'TaskId', 'other']],
  ])('%s', (_, publications, kept) => {
    const { events } = run([point('a', 1, { labels, publications })]);
    const texts = Object.entries(documentOf(events[0]!)).filter(([, v]) => typeof v === 'string');
    expect(texts.map(([name]) => name)).toEqual(kept);
  });
});

describe('a distribution', () => {
  const bin = (value: number, count: number) => ({
    value,
    count,
    from: value - 0.5,
    to: value + 0.5,
  });

  it('is values with counts, and its sum', () => {
    const value = { bins: [bin(1, 10), bin(2, 5)], sum: 21 };
    const { events } = run([point('latency', value)]);
    expect(events.map(manyValuesOf)).toEqual([
      { latency: { Values: [1, 2], Counts: [10, 5], Max: 2.5, Min: 0.5, Count: 15, Sum: 21 } },
    ]);
    expect(events[0]!.metrics).toBe(1);
  });

  it('takes several events where it has many values, which add up to the same', () => {
    const bins = Array.from({ length: 250 }, (_, i) => bin(i, i + 1));
    const { events } = run([point('latency', { bins, sum: 1_000_000 }), point('load', 1)]);
    const parts = events.map((event) => manyValuesOf(event).latency as ValueCounts);
    expect(parts.map(({ Values }) => Values.length)).toEqual([100, 100, 50]);
    const sums = parts.map(({ Sum }) => Sum);
    expect(sums.reduce((total, sum) => total + sum, 0)).toBeCloseTo(1_000_000, 6);
    expect(parts.map(({ Min, Max }) => [Min, Max])).toEqual([
      [-0.5, 99.5],
      [99.5, 199.5],
      [199.5, 249.5],
    ]);
    expect(events.map(valuesOf)).toEqual([{ load: 1 }, {}, {}]);
  });

  it('is dropped whole where one of its events would be too large', () => {
    const bins = Array.from({ length: 101 }, (_, i) => bin(i, 1));
    const filled = (bytes: number) => labelsOf({ job: 'app', filler: 'x'.repeat(bytes) });
    const [whole, rest] = run([
      point('latency', { bins, sum: 1 }, { labels: filled(0) }),
    ]).events.map(({ message }) => Buffer.byteLength(message));
    expect(rest).toBeLessThan(whole!);
    const room = MAX_EVENT_BYTES - EVENT_OVERHEAD_BYTES - whole!;
    const fits = run([point('latency', { bins, sum: 1 }, { labels: filled(room) })]);
    expect([fits.events.length, fits.dropped]).toEqual([2, {}]);
    const tooLarge = run([
      point('latency', { bins, sum: 1 }, { labels: filled(room + 1) }),
      point('load', 1, { labels: filled(room + 1) }),
    ]);
    expect(tooLarge.events.map(documentOf)).toMatchObject([{ load: 1 }]);
    expect(tooLarge.events.map((event) => Object.keys(manyValuesOf(event)))).toEqual([[]]);
    expect(tooLarge.dropped).toEqual({ too_large: 1 });
  });

  it('has those of all its times in a minute', () => {
    const of = (value: number) => ({ bins: [bin(value, 1)], sum: value });
    const { events } = run([point('l', of(1)), point('l', of(3), { timestamp: TIME + 1 })]);
    expect(manyValuesOf(events[0]!)).toMatchObject({ l: { Values: [1, 3], Sum: 4, Count: 2 } });
  });

  it('does not share a name with a number', () => {
    const value = { bins: [bin(1, 1)], sum: 1 };
    const { events, dropped } = run([point('l', 1), point('l', value, { timestamp: TIME + 1 })]);
    expect(events.map((event) => Object.keys(manyValuesOf(event)))).toEqual([['l']]);
    expect(dropped).toEqual({ duplicate: 1 });
  });

  it('is dropped whole where one of its values is too large', () => {
    const value = { bins: [bin(1, 1), bin(MAX_METRIC_VALUE * 2, 1)], sum: 1 };
    expect(run([point('l', value)]).dropped).toEqual({ out_of_range: 1 });
  });
});

type More = Partial<Point> & { readonly dimensions?: DimensionSets };

/** @param more with `dimensions`, an empty list of which means no metric */
function point(name: string, value: Point['value'], more: More = {}): Point {
  const { labels = JOB, dimensions = BY_JOB, ...rest } = more;
  return {
    series: series(name, { labels }),
    labels,
    value,
    timestamp: TIME,
    publications: publicationsOf(dimensions),
    ...rest,
  };
}

function publication(more: Partial<Publication>): Publication {
  return { namespace: 'ns', dimensions: BY_JOB, storageResolution: 60, rate: false, ...more };
}

const publicationsByKey = new Map<string, Publications>();

/** One list object for one list, as the rules give. */
function publicationsOf(dimensions: DimensionSets): Publications {
  const key = JSON.stringify(dimensions);
  const known = publicationsByKey.get(key);
  if (known !== undefined) return known;
  const publications = dimensions.length === 0 ? [] : [publication({ dimensions })];
  publicationsByKey.set(key, publications);
  return publications;
}

/** Encodes the points; every event must be one that CloudWatch takes. */
function run(points: readonly Point[], { units = {} }: { units?: Record<string, string> } = {}) {
  const drops = new Drops();
  const destinations: Labels[] = [];
  const emf = { units: new Map(Object.entries(units)) };
  const destinationOf = (labels: Labels) => {
    destinations.push(labels);
    return { logGroup: `group-of-${labels.job ?? 'none'}`, logStream: 'stream' };
  };
  const events = encode(groupsOf(points, drops), emf, destinationOf, drops);
  expect(events.flatMap(problemsOf)).toEqual([]);
  return { events, destinations, dropped: Object.fromEntries(drops.counts) };
}
