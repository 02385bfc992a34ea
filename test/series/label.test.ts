import { describe, expect, it } from '@jest/globals';
import { labelsOf } from '../../lambda/model/samples/sample.ts';
import { seriesKey } from '../../lambda/series/facts.ts';
import { Labeller } from '../../lambda/series/label.ts';
import { ALL_TYPES, series, target } from './samples.ts';

interface Case {
  readonly name: string;
  readonly ofTarget: Record<string, string>;
  readonly scraped: Record<string, string>;
  readonly honorLabels?: boolean;
  readonly clusterName?: string;
  readonly joined: Record<string, string>;
}

const JOB = { job: 'app' };

const CASES: readonly Case[] = [
  {
    name: 'labels of both sides stand side by side',
    ofTarget: JOB,
    scraped: { code: '200' },
    joined: { job: 'app', code: '200' },
  },
  {
    name: 'a scraped label that the target also has is renamed',
    ofTarget: JOB,
    scraped: { job: 'batch' },
    joined: { job: 'app', exported_job: 'batch' },
  },
  {
    name: 'a scraped label that the target also has stays with honor_labels',
    ofTarget: JOB,
    scraped: { job: 'batch' },
    honorLabels: true,
    joined: { job: 'batch' },
  },
  {
    name: 'an equal value is a conflict like any other',
    ofTarget: JOB,
    scraped: { job: 'app' },
    joined: { job: 'app', exported_job: 'app' },
  },
  {
    name: 'exported_ is repeated where the series has such a label',
    ofTarget: JOB,
    scraped: { job: 'batch', exported_job: 'older' },
    joined: { job: 'app', exported_job: 'older', exported_exported_job: 'batch' },
  },
  {
    name: 'exported_ is repeated where the target has such a label',
    ofTarget: { job: 'app', exported_job: 'docker' },
    scraped: { job: 'batch' },
    joined: { job: 'app', exported_job: 'docker', exported_exported_job: 'batch' },
  },
  {
    name: 'two renamed labels never take each other’s place',
    ofTarget: { job: 'app', exported_job: 'docker' },
    scraped: { exported_job: 'older', job: 'batch' },
    joined: {
      job: 'app',
      exported_job: 'docker',
      exported_exported_job: 'batch',
      exported_exported_exported_job: 'older',
    },
  },
  {
    name: 'an empty scraped label is none',
    ofTarget: JOB,
    scraped: { code: '' },
    joined: { job: 'app' },
  },
  {
    name: 'an empty scraped label does not touch the target’s',
    ofTarget: JOB,
    scraped: { job: '' },
    joined: { job: 'app' },
  },
  {
    name: 'an empty scraped label takes the target’s away with honor_labels, as Prometheus and its Pushgateway have it',
    ofTarget: { job: 'app', instance: 'gateway:9091' },
    scraped: { instance: '' },
    honorLabels: true,
    joined: { job: 'app' },
  },
  {
    name: '__proto__ and constructor are labels like any other',
    ofTarget: JOB,
    scraped: JSON.parse('{"__proto__": "p", "constructor": "c"}'),
    joined: JSON.parse('{"job": "app", "__proto__": "p", "constructor": "c"}'),
  },
  {
    name: '__proto__ is renamed like any other',
    ofTarget: JSON.parse('{"job": "app", "__proto__": "t"}'),
    scraped: JSON.parse('{"__proto__": "s"}'),
    joined: JSON.parse('{"job": "app", "__proto__": "t", "exported___proto__": "s"}'),
  },
  {
    name: 'ClusterName is added where neither side has it',
    ofTarget: JOB,
    scraped: {},
    clusterName: 'prod',
    joined: { job: 'app', ClusterName: 'prod' },
  },
  {
    name: 'ClusterName of the target stays',
    ofTarget: { job: 'app', ClusterName: 'of-target' },
    scraped: {},
    clusterName: 'prod',
    joined: { job: 'app', ClusterName: 'of-target' },
  },
  {
    name: 'ClusterName of the series stays',
    ofTarget: JOB,
    scraped: { ClusterName: 'of-series' },
    clusterName: 'prod',
    joined: { job: 'app', ClusterName: 'of-series' },
  },
  {
    name: 'an empty ClusterName is none',
    ofTarget: JOB,
    scraped: { ClusterName: '' },
    clusterName: 'prod',
    joined: { job: 'app', ClusterName: 'prod' },
  },
  {
    name: 'an empty name of the cluster is not added',
    ofTarget: JOB,
    scraped: {},
    clusterName: '',
    joined: { job: 'app' },
  },
];

describe('the labels of a sample', () => {
  it.each(CASES.map((c) => [c.name, c] as const))('%s', (_, c) => {
    const { ofTarget, scraped, honorLabels = false, clusterName, joined } = c;
    const labeller = new Labeller(target({ labels: ofTarget, honorLabels }), clusterName);
    const labels = labeller.of(series('m', { labels: scraped }));
    expect(entriesOf(labels)).toEqual(entriesOf({ ...joined, prom_metric_type: 'gauge' }));
  });

  it('do not depend on the order in which the series writes its labels', () => {
    const ofTarget = { job: 'app', exported_job: 'docker' };
    const labelsOfJob = (labels: Record<string, string>) =>
      entriesOf(new Labeller(target({ labels: ofTarget }), undefined).of(series('m', { labels })));
    expect(labelsOfJob({ job: 'a', exported_job: 'b' })).toEqual(
      labelsOfJob({ exported_job: 'b', job: 'a' }),
    );
  });

  it.each(ALL_TYPES)('hold the type %s as prom_metric_type, whatever the series claims', (type) => {
    const labels = new Labeller(target(), undefined).of(
      series('m', { type, labels: { prom_metric_type: 'a lie' } }),
    );
    expect(labels.prom_metric_type).toBe(type);
  });

  it('count as several steps of a turn where there are many, once for each set', () => {
    const costs: (number | undefined)[] = [];
    const labeller = new Labeller(target(), undefined, (cost) => costs.push(cost));
    const labels = Object.fromEntries(Array.from({ length: 800 }, (_, n) => [`l${n}`, 'x']));
    for (const name of ['a', 'b']) labeller.of(series(name, { labels }));
    expect(costs).toEqual([101]);
  });

  it('leave the target and the series as they are', () => {
    const of = target({ labels: { job: 'app', instance: 'i' }, honorLabels: true });
    const from = series('m', { labels: { instance: '', code: '200' } });
    new Labeller(of, 'prod').of(from);
    expect(entriesOf(of.labels)).toEqual(entriesOf({ job: 'app', instance: 'i' }));
    expect(entriesOf(from.labels)).toEqual(entriesOf({ instance: '', code: '200' }));
  });
});

describe('samples that share an event', () => {
  const labeller = new Labeller(target(), undefined);
  const of = (more: Parameters<typeof series>[1]) => labeller.of(series('m', more));

  it('have one object for equal labels and types, whatever their names and their order', () => {
    const one = labeller.of(series('a', { labels: { x: '1', y: '2' } }));
    expect(labeller.of(series('b', { labels: { y: '2', x: '1' } }))).toBe(one);
  });

  it('have one object whether an empty label is written or not', () => {
    expect(of({ labels: { x: '1', y: '' } })).toBe(of({ labels: { x: '1' } }));
  });

  it('have objects of their own for each type and each value', () => {
    const objects = new Set([
      of({ labels: { x: '1' } }),
      of({ labels: { x: '2' } }),
      of({ labels: { y: '1' } }),
      of({ labels: { x: '1' }, type: 'counter' }),
    ]);
    expect(objects.size).toBe(4);
  });
});

describe('the key of a series', () => {
  it.each([
    ['the order of labels', { labels: { a: '1', b: '2' } }, { labels: { b: '2', a: '1' } }],
    ['an empty label', { labels: { a: '1' } }, { labels: { a: '1', b: '' } }],
  ])('does not tell %s', (_, one, other) => {
    expect(seriesKey('m', series('m', one))).toBe(seriesKey('m', series('m', other)));
  });

  it.each([
    ['types', { type: 'gauge' as const }, { type: 'counter' as const }],
    ['values', { labels: { a: '1' } }, { labels: { a: '2' } }],
    ['names of labels', { labels: { a: '1' } }, { labels: { b: '1' } }],
    [
      'a value that looks like two labels',
      { labels: { a: '1\u0000b\u00002' } },
      { labels: { a: '1', b: '2' } },
    ],
    ['where a value ends', { labels: { a: '1', b: '' } }, { labels: { a: '1b' } }],
  ])('tells %s', (_, one, other) => {
    expect(seriesKey('m', series('m', one))).not.toBe(seriesKey('m', series('m', other)));
  });

  it('tells names', () => {
    expect(seriesKey('m', series('m'))).not.toBe(seriesKey('n', series('m')));
  });
});

/** As lists, because `toEqual` takes `__proto__` for no key at all. */
function entriesOf(labels: Readonly<Record<string, string>>): [string, string][] {
  return Object.entries(labelsOf(labels)).sort(([a], [b]) => (a < b ? -1 : 1));
}
