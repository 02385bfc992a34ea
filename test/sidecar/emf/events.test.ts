import { describe, expect, it } from '@jest/globals';
import { MAX_LINE_BYTES, MAX_VALUES, writeEvents } from '../../../sidecar/emf/events.ts';
import { type EmfRules, readEmfRules } from '../../../sidecar/emf/rules.ts';
import type { Labels, Point } from '../../../sidecar/exposition/family.ts';
import type { Untaken } from '../../../sidecar/history/untaken.ts';

/** A full minute, in epoch seconds. */
const START = 1_777_615_200;

const TASK: Labels = {
  ClusterName: 'shop',
  TaskDefinitionFamily: 'orders',
  TaskId: '0a',
  ServiceName: undefined,
};

describe('The last events', () => {
  it('have a value for each point, an event for each minute, at the time of its newest point', () => {
    const events = write([
      series('cpu', [
        [10, 1],
        [59.25, 2],
        [60, 3],
      ]),
    ]);

    expect(events).toEqual([
      {
        _aws: {
          Timestamp: (START + 59.25) * 1000,
          CloudWatchMetrics: [
            {
              Namespace: 'Fargauge',
              Dimensions: [['ClusterName', 'TaskDefinitionFamily']],
              Metrics: [{ Name: 'cpu', Unit: 'Percent' }],
            },
          ],
        },
        ClusterName: 'shop',
        TaskDefinitionFamily: 'orders',
        TaskId: '0a',
        container_name: 'app',
        cpu: [1, 2],
      },
      expect.objectContaining({ cpu: [3] }),
    ]);
  });

  it('hold all metrics with the same labels together, and others apart', () => {
    const events = write([
      series('cpu', [[1, 1]]),
      series('memory', [
        [1, 5],
        [2, 6],
      ]),
      series('memory', [[1, 7]], { container_name: 'web' }),
    ]);

    expect(events).toMatchObject([
      { container_name: 'app', cpu: [1], memory: [5, 6] },
      { container_name: 'web', memory: [7] },
    ]);
    expect(events[0]?._aws.CloudWatchMetrics[0]?.Metrics).toEqual([
      { Name: 'cpu', Unit: 'Percent' },
      { Name: 'memory' },
    ]);
  });

  it('leave out what no declaration selects', () => {
    expect(write([series('disk', [[1, 1]])])).toEqual([]);
    expect(write([series('cpu', [[1, 1]])], { labels: { ServiceName: 'x' } })).toEqual([]);
  });

  it('use the dimension sets whose labels there are, each once', () => {
    const [event] = write([series('cpu', [[1, 1]])], {
      declarations: [
        { dimensions: [['TaskId'], ['ServiceName', 'TaskId'], ['container_name', 'TaskId']] },
        { dimensions: [['TaskId', 'container_name'], []] },
      ],
    });

    expect(event?._aws.CloudWatchMetrics[0]?.Dimensions).toEqual([
      ['TaskId'],
      ['container_name', 'TaskId'],
      [],
    ]);
  });

  it('take labels that the collector would know of', () => {
    const [event] = write([series('cpu', [[1, 1]])], {
      labels: { ServiceName: 'front' },
      declarations: [
        {
          source_labels: ['ServiceName', 'container_name'],
          label_matcher: '^front;app$',
          dimensions: [['ServiceName']],
        },
      ],
    });

    expect(event).toMatchObject({ ServiceName: 'front', cpu: [1] });
  });

  it(`have at most ${MAX_VALUES} values of a metric`, () => {
    const points = Array.from({ length: 250 }, (_, index): [number, number] => [index / 10, index]);
    const events = write([series('cpu', points), series('memory', [[1, 1]])]);

    expect(Math.max(...events.map(({ cpu = [] }) => cpu.length))).toBeLessThanOrEqual(MAX_VALUES);
    expect(events.flatMap(({ cpu = [] }) => cpu)).toEqual(points.map(([, value]) => value));
    expect(events.flatMap(({ memory = [] }) => memory)).toEqual([1]);
  });

  it('are lines that a log driver does not cut', () => {
    const names = Array.from({ length: 200 }, (_, index) => `cpu_${'x'.repeat(100)}_${index}`);
    const values = Array.from({ length: 60 }, (_, second): [number, number] => [second, 1 / 3]);
    const { lines, dropped } = writeEvents(
      names.map((name) => series(name, values)),
      rules({ declarations: [{ metric_selectors: ['^cpu'], dimensions: [['TaskId']] }] }),
      TASK,
    );
    const events = lines.map((line) => JSON.parse(line) as Record<string, number[]>);

    expect(dropped).toBe(0);
    expect(Math.max(...lines.map((line) => Buffer.byteLength(line)))).toBeLessThanOrEqual(
      MAX_LINE_BYTES,
    );
    for (const name of names) {
      expect(events.flatMap((event) => event[name] ?? [])).toHaveLength(60);
    }
  });

  it('count the values that no line can hold', () => {
    const huge = series(
      'cpu',
      [
        [1, 1],
        [2, 2],
      ],
      { container_name: 'x'.repeat(MAX_LINE_BYTES) },
    );

    expect(writeEvents([huge], rules({}), TASK)).toEqual({ lines: [], dropped: 2 });
  });
});

interface Event {
  readonly _aws: {
    readonly CloudWatchMetrics: readonly {
      readonly Dimensions: unknown;
      readonly Metrics: unknown;
    }[];
  };
  readonly cpu?: number[];
  readonly memory?: number[];
}

interface Changes {
  readonly labels?: Record<string, string>;
  readonly declarations?: readonly object[];
}

function write(input: readonly Untaken[], changes: Changes = {}): Event[] {
  return writeEvents(input, rules(changes), TASK).lines.map((line) => JSON.parse(line) as Event);
}

/** By default as the collector's: only tasks without a service. */
function rules({ labels = {}, declarations }: Changes): EmfRules {
  const problems: string[] = [];
  const usual = {
    source_labels: ['ServiceName'],
    label_matcher: '^$',
    dimensions: [['ClusterName', 'TaskDefinitionFamily']],
  };
  const document = {
    metric_namespace: 'Fargauge',
    metric_declaration: (declarations ?? [usual]).map((entry) => ({
      metric_selectors: ['^cpu$', '^memory$'],
      ...entry,
    })),
    metric_unit: { cpu: 'Percent' },
    labels,
  };
  const read = readEmfRules(JSON.stringify(document), problems);
  expect(problems).toEqual([]);
  return read!;
}

/** @param values by second */
function series(
  name: string,
  values: readonly [second: number, value: number][],
  labels: Labels = { container_name: 'app' },
): Untaken {
  const points = values.map(([second, value]): Point => ({ value, time: START + second }));
  return { name, labels, points };
}
