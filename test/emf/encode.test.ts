import { describe, expect, it } from '@jest/globals';
import { type DeclaredPoint, encode } from '../../lambda/emf/encode.ts';
import {
  MAX_METRIC_NAME,
  MAX_METRIC_VALUE,
  MAX_METRICS_PER_DIRECTIVE,
} from '../../lambda/emf/limits.ts';
import { Drops } from '../../lambda/model/drops.ts';
import { EVENT_OVERHEAD_BYTES, MAX_EVENT_BYTES } from '../../lambda/model/event-size.ts';
import type { DimensionSets, Publications } from '../../lambda/model/publication.ts';
import { type Labels, labelsOf } from '../../lambda/model/sample.ts';
import { series } from '../series/samples.ts';
import { directivesOf, documentOf, problemsOf, valuesOf } from './events.ts';

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
    ['not with another time', { timestamp: TIME + 1 }, 2],
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

type More = Partial<DeclaredPoint> & { readonly dimensions?: DimensionSets };

/** @param more with `dimensions`, an empty list of which means no metric */
function point(name: string, value: number, more: More = {}): DeclaredPoint {
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

const publicationsByKey = new Map<string, Publications>();

/** One list object for one list, as the rules give. */
function publicationsOf(dimensions: DimensionSets): Publications {
  const key = JSON.stringify(dimensions);
  const known = publicationsByKey.get(key);
  if (known !== undefined) return known;
  const publications =
    dimensions.length === 0
      ? []
      : [{ namespace: 'ns', dimensions, storageResolution: 60, rate: false } as const];
  publicationsByKey.set(key, publications);
  return publications;
}

/** Encodes the points; every event must be one that CloudWatch takes. */
function run(
  points: readonly DeclaredPoint[],
  { units = {} }: { units?: Record<string, string> } = {},
) {
  const drops = new Drops();
  const destinations: Labels[] = [];
  const emf = { units: new Map(Object.entries(units)) };
  const destinationOf = (labels: Labels) => {
    destinations.push(labels);
    return { logGroup: `group-of-${labels.job ?? 'none'}`, logStream: 'stream' };
  };
  const events = encode(points, emf, destinationOf, drops);
  expect(events.flatMap(problemsOf)).toEqual([]);
  return { events, destinations, dropped: Object.fromEntries(drops.counts) };
}
