import { describe, expect, it } from '@jest/globals';
import {
  figuresOf,
  readEvent,
  statistics,
  statisticsByMinute,
} from '../../../cli/demo/cloudwatch-view.ts';
import {
  TASK_CPU_UTILIZATION,
  TASK_MEMORY_UTILIZATION,
} from '../../../lambda/model/settings/names.ts';

/** An event of these fields whose metrics, all but the texts, are under these dimension sets. */
function event(
  fields: Readonly<Record<string, string | number>>,
  dimensions: readonly (readonly string[])[],
  namespace = 'Shop',
) {
  const metrics = Object.keys(fields).filter((name) => typeof fields[name] === 'number');
  return JSON.stringify({
    _aws: {
      Timestamp: 1,
      CloudWatchMetrics: [
        {
          Namespace: namespace,
          Dimensions: dimensions,
          Metrics: metrics.map((Name) => ({ Name, Unit: 'Percent' })),
        },
      ],
    },
    ...fields,
  });
}

/** `Namespace name{dimensions}: samples minimum maximum sum` of each metric. */
function seen(...messages: readonly string[]): string[] {
  return statistics(messages.map(readEvent)).map(
    ({ namespace, name, dimensions, sampleCount, minimum, maximum, sum }) =>
      `${namespace} ${name}${JSON.stringify(dimensions)}: ${sampleCount} ${minimum} ${maximum} ${sum}`,
  );
}

describe('what CloudWatch makes of events', () => {
  it.each([
    ['nothing of no event', [], []],
    ['nothing of a plain log event', [JSON.stringify({ cpu: 5, service: 'web' })], []],
    [
      'one metric of one value',
      [event({ cpu: 5, service: 'web' }, [['service']])],
      ['Shop cpu{"service":"web"}: 1 5 5 5'],
    ],
    [
      'one metric of the values of several tasks',
      [
        event({ cpu: 5, service: 'web', TaskId: '1' }, [['service']]),
        event({ cpu: 95, service: 'web', TaskId: '2' }, [['service']]),
        event({ cpu: -1, service: 'web', TaskId: '3' }, [['service']]),
      ],
      ['Shop cpu{"service":"web"}: 3 -1 95 99'],
    ],
    [
      'the values of an array, and of a distribution',
      [
        JSON.stringify({
          ...(JSON.parse(event({ cpu: 0, load: 0 }, [[]])) as object),
          cpu: [5, -1, 9],
          load: { Values: [1, 2], Counts: [3, 4], Min: 0.5, Max: 2.5, Count: 7, Sum: 12 },
        }),
      ],
      ['Shop cpu{}: 3 -1 9 13', 'Shop load{}: 7 0.5 2.5 12'],
    ],
    [
      'a metric for each distinct value of a dimension',
      [
        event({ cpu: 5, service: 'web' }, [['service']]),
        event({ cpu: 6, service: 'worker' }, [['service']]),
      ],
      ['Shop cpu{"service":"web"}: 1 5 5 5', 'Shop cpu{"service":"worker"}: 1 6 6 6'],
    ],
    [
      'a metric for each set of dimensions, the empty one too',
      [event({ cpu: 5, service: 'web', zone: 'a' }, [['service'], ['service', 'zone'], []])],
      [
        'Shop cpu{"service":"web"}: 1 5 5 5',
        'Shop cpu{"service":"web","zone":"a"}: 1 5 5 5',
        'Shop cpu{}: 1 5 5 5',
      ],
    ],
    [
      'one metric whatever the order of its dimensions',
      [
        event({ cpu: 5, service: 'web', zone: 'a' }, [['zone', 'service']]),
        event({ cpu: 7, service: 'web', zone: 'a' }, [['service', 'zone']]),
      ],
      ['Shop cpu{"service":"web","zone":"a"}: 2 5 7 12'],
    ],
    [
      'different metrics in different namespaces and of different names',
      [
        event({ cpu: 5, memory: 6, service: 'web' }, [['service']]),
        event({ cpu: 7, service: 'web' }, [['service']], 'Other'),
      ],
      [
        'Shop cpu{"service":"web"}: 1 5 5 5',
        'Shop memory{"service":"web"}: 1 6 6 6',
        'Other cpu{"service":"web"}: 1 7 7 7',
      ],
    ],
  ])('is %s', (_case, messages, metrics) => {
    expect(seen(...messages)).toEqual(metrics);
  });

  it('has the unit of the event, or none', () => {
    const without = JSON.stringify({
      _aws: {
        Timestamp: 1,
        CloudWatchMetrics: [{ Namespace: 'A', Dimensions: [[]], Metrics: [{ Name: 'cpu' }] }],
      },
      cpu: 1,
    });
    expect(statistics([readEvent(without)])).toMatchObject([{ unit: 'None' }]);
    expect(statistics([readEvent(event({ cpu: 1 }, [[]]))])).toMatchObject([{ unit: 'Percent' }]);
  });
});

describe('a metric of several values in one event', () => {
  const one = (value: unknown, Timestamp = 1) =>
    JSON.stringify({
      _aws: {
        Timestamp,
        CloudWatchMetrics: [{ Namespace: 'A', Dimensions: [[]], Metrics: [{ Name: 'cpu' }] }],
      },
      cpu: value,
    });

  it.each([
    ['a list is each of its values', [5, 1, 9], 'A cpu{}: 3 1 9 15'],
    [
      'values with counts are what they add up to',
      { Values: [1, 4], Counts: [2, 1], Min: 0.5, Max: 4.5, Sum: 6.25, Count: 3 },
      'A cpu{}: 3 0.5 4.5 6.25',
    ],
  ])('%s', (_, value, expected) => {
    expect(seen(one(value))).toEqual([expected]);
  });

  it('counts in the minute of its event', () => {
    const events = [one([1, 2], 60_000), one(4, 119_999), one(8, 120_000)].map(readEvent);
    const sums = [...statisticsByMinute(events)].map(([at, [metric]]) => [at, metric?.sum]);
    expect(sums).toEqual([
      [60_000, 7],
      [120_000, 8],
    ]);
  });
});

describe('an event that is read back', () => {
  it('has its size in bytes, not characters, and its fields', () => {
    const { bytes, fields } = readEvent('{"city":"Köln","_aws":{"CloudWatchMetrics":[]}}');
    expect({ bytes, fields }).toEqual({ bytes: 48, fields: { city: 'Köln' } });
  });

  it('must be JSON', () => {
    expect(() => readEvent('plain text')).toThrow(SyntaxError);
  });
});

describe('the figures of a task', () => {
  const events = [
    { TaskId: 'a', [TASK_CPU_UTILIZATION]: 5 },
    { TaskId: 'b', [TASK_CPU_UTILIZATION]: 90, [TASK_MEMORY_UTILIZATION]: 40 },
    { TaskId: 'a', [TASK_MEMORY_UTILIZATION]: 12 },
    { TaskId: 'a', [TASK_CPU_UTILIZATION]: 7 },
    { TaskId: 'd', [TASK_CPU_UTILIZATION]: 'much' },
  ].map((fields) => readEvent(JSON.stringify(fields)));

  it.each([
    ['are the last of its own', 'a', 7, 12],
    ['are those of its one event', 'b', 90, 40],
    ['are not known where nothing was published', 'c', undefined, undefined],
    ['are not known where there is no number', 'd', undefined, undefined],
  ])('%s', (_case, taskId, cpuPercent, memoryPercent) => {
    expect(figuresOf(taskId, events)).toEqual({ cpuPercent, memoryPercent });
  });
});
