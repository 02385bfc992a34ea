import { describe, expect, it } from '@jest/globals';
import { relabelConfig } from '../../lambda/config/prometheus/relabel-config.ts';
import { MAX_MATCHED_CHARACTERS } from '../../lambda/model/samples/matched-text.ts';
import {
  isCumulative,
  type Labels,
  type Sample,
  type Series,
} from '../../lambda/model/samples/sample.ts';
import type { Target } from '../../lambda/model/targets/target.ts';
import { Turn } from '../../lambda/model/waiting/turn.ts';
import { MetricRelabeling } from '../../lambda/scrape/metric-relabeling.ts';
import { counter, limits, series, target as targetWith } from '../series/samples.ts';

const rulesOf = (...configs: object[]) => configs.map((config) => relabelConfig.parse(config));

const target = (configs: object[], more: Partial<Target> = {}): Target =>
  targetWith({ metricRelabeling: rulesOf(...configs), ...more });

const valued = (...all: Series[]): Sample[] => all.map((each, value) => ({ series: each, value }));

function apply(of: Target, ...all: Series[]) {
  return new MetricRelabeling().apply(of, valued(...all));
}

/** Names and labels of what is left. */
const textsOf = ({ samples }: { samples: readonly Sample[] }): [string, Labels][] =>
  samples.map(({ series: { name, labels } }) => [name, { ...labels }]);

describe('metric relabeling', () => {
  it('drops series by name, and says which', () => {
    const go = series('go_goroutines');
    const { samples, dropped, remaining, failure } = apply(
      target([{ action: 'drop', source_labels: ['__name__'], regex: 'go_.*' }]),
      go,
      series('load'),
      go,
    );
    expect(samples).toMatchObject([{ series: { name: 'load' }, value: 1 }]);
    expect(dropped).toEqual([go, go]);
    expect(remaining).toBe(1);
    expect(failure).toBeUndefined();
  });

  it('sees the labels of the target, and what they have displaced', () => {
    const configs = [
      { source_labels: ['instance', 'zone', 'exported_zone'], target_label: 'all' },
      { action: 'labeldrop', regex: 'instance|exported_.*' },
    ];
    const labels = { job: 'app', instance: 'h:1', zone: 'a' };
    const left = apply(target(configs, { labels }), series('load', { labels: { zone: 'b' } }));
    expect(textsOf(left)).toEqual([['load', { job: 'app', zone: 'a', all: 'h:1;a;b' }]]);
  });

  it('has no say about labels of a series that comes as it is', () => {
    const load = series('load', { labels: { zone: 'b' } });
    const { samples } = apply(target([{ target_label: 'job', replacement: 'app' }]), load);
    expect(samples[0]?.series).toBe(load);
  });

  it('leaves the type and the meaning of a series that it renames', () => {
    const rename = {
      source_labels: ['__name__'],
      regex: '(.*)_(sum|count)',
      target_label: '__name__',
    };
    const sum = series('rpc_sum', { family: 'rpc', type: 'summary' });
    const { samples } = apply(
      target([{ ...rename, replacement: 'renamed' }]),
      sum,
      counter('hits'),
    );
    expect(samples.map((sample) => sample.series)).toMatchObject([
      { name: 'renamed', type: 'summary', origin: sum },
      { name: 'hits', type: 'counter' },
    ]);
    expect(samples.map((sample) => isCumulative(sample.series))).toEqual([true, true]);
  });

  it('leaves values and timestamps alone', () => {
    const sample = { series: series('load'), value: 0.5, timestamp: 7 };
    const of = target([{ target_label: 'a', replacement: 'b' }]);
    expect(new MetricRelabeling().apply(of, [sample]).samples).toMatchObject([
      { value: 0.5, timestamp: 7, series: { labels: { a: 'b' } } },
    ]);
  });

  it('drops a series that has no label left, not even its name', () => {
    const of = target([{ action: 'labeldrop', regex: '.*' }]);
    const { dropped, failure } = apply(of, series('load'));
    expect([dropped.length, failure]).toEqual([1, undefined]);
  });

  it('fails the scrape where it takes the name away, but not the labels', () => {
    const of = target([{ action: 'labeldrop', regex: '__name__' }]);
    expect(apply(of, series('load')).failure).toMatchObject({
      reason: 'invalid_series',
      message: 'expected a metric name after metric relabeling, got none for load',
    });
  });

  it('gives the same series again for the same series, as long as the target is the same', () => {
    const relabeling = new MetricRelabeling();
    const [one, other] = [series('one'), series('other')];
    const configs = [
      { action: 'drop', source_labels: ['__name__'], regex: 'other' },
      { source_labels: ['instance'], target_label: 'copy' },
    ];
    const of = target(configs);
    const seriesAfter = (each: Target) =>
      relabeling.apply(each, valued(one, other)).samples[0]?.series;
    const first = seriesAfter(of);
    expect(seriesAfter({ ...of, labels: { ...of.labels } })).toBe(first);
    const moved = seriesAfter({ ...of, labels: { ...of.labels, instance: 'h:2' } });
    expect(moved?.labels.copy).toBe('h:2');
    const changed = seriesAfter({ ...of, metricRelabeling: rulesOf(...configs) });
    expect(changed).not.toBe(first);
    expect(changed).toEqual(first);
  });
});

describe('the limits after metric relabeling', () => {
  const drop = { action: 'drop', source_labels: ['__name__'], regex: 'b' };

  it.each([
    [0, undefined],
    [2, undefined],
    [1, 'expected at most 1 samples (sample_limit), got 2'],
  ])('sample_limit %d counts what is left', (samples, message) => {
    const of = target([drop], { limits: limits({ samples }) });
    const { failure, remaining } = apply(of, series('a'), series('b'), series('c'));
    expect(failure?.message).toBe(message);
    expect(failure?.reason).toBe(message && 'sample_limit');
    expect(remaining).toBe(2);
  });

  const long = 'ä'.repeat(8);
  const labels = { job: 'app', instance: 'h' };
  const cases: readonly (readonly [
    name: string,
    limit: object,
    reason: string | undefined,
    message: string | undefined,
  ])[] = [
    ['label_limit that is kept', { labels: 4 }, undefined, undefined],
    [
      'label_limit, with the name and the labels of the target',
      { labels: 3 },
      'label_limit',
      'expected at most 3 labels (label_limit), got 4 at "metric"',
    ],
    ['label_name_length_limit that is kept', { labelNameBytes: 16 }, undefined, undefined],
    [
      'label_name_length_limit, in bytes',
      { labelNameBytes: 15 },
      'label_name_length_limit',
      `expected label names of at most 15 bytes (label_name_length_limit), got "${long}" at "metric"`,
    ],
    ['label_value_length_limit that is kept', { labelValueBytes: 6 }, undefined, undefined],
    [
      'label_value_length_limit, for the name of a metric too',
      { labelValueBytes: 5 },
      'label_value_length_limit',
      'expected label values of at most 5 bytes (label_value_length_limit), got 6 for "__name__" at "metric"',
    ],
  ];

  it.each(cases)('%s', (_, limit, reason, message) => {
    const of = target([], { labels, limits: limits(limit) });
    const { failure } = apply(of, series('metric', { labels: { [long]: 'x' } }));
    expect([failure?.reason, failure?.message]).toEqual([reason, message]);
  });

  it('have nothing to say about what relabeling dropped or shortened', () => {
    const configs = [drop, { action: 'labeldrop', regex: 'a_long_name' }];
    const of = target(configs, { labels, limits: limits({ labels: 3, labelNameBytes: 8 }) });
    const many = { labels: { x: '1', y: '2', a_long_name: 'z' } };
    const one = series('a', { labels: { a_long_name: 'z' } });
    expect(apply(of, series('b', many), one).failure).toBeUndefined();
  });

  it('count every sample, also where one of the first fails the scrape', () => {
    const of = target([], { labels, limits: limits({ labels: 3 }) });
    const { failure, remaining } = apply(
      of,
      series('a', { labels: { x: '1', y: '2' } }),
      series('b'),
    );
    expect([failure?.reason, remaining]).toEqual(['label_limit', 2]);
  });

  it('do not touch samples where there is nothing to check', () => {
    const samples = valued(series('a'));
    expect(new MetricRelabeling().apply(target([]), samples).samples).toBe(samples);
  });
});

describe('many labels in metric relabeling', () => {
  const drop = { action: 'drop', source_labels: ['l0'], regex: 'y' };
  const withLabels = (count: number) =>
    series('a', {
      labels: Object.fromEntries([...Array(count).keys()].map((n) => [`l${n}`, 'x'])),
    });

  it('count as several steps of a turn', () => {
    let looks = 0;
    const turn = new Turn({ until: 1 }, { now: () => ++looks && 0, cpu: () => 0 });
    const samples = valued(...Array.from({ length: 50 }, () => withLabels(1_000)));
    new MetricRelabeling().apply(target([drop]), samples, 0, turn.step);
    expect(looks).toBeGreaterThanOrEqual(25);
  });
});

describe('long texts in metric relabeling', () => {
  const rule = { source_labels: ['query'], regex: '(.*)([0-9]+)(.*)', target_label: 'short' };
  const long = 'q'.repeat(MAX_MATCHED_CHARACTERS);

  it('are followed by a look at the clock, however few samples there are', () => {
    let read = 0;
    let lastLook = 0;
    let most = 0;
    const now = () => {
      most = Math.max(most, read - lastLook);
      lastLook = read;
      return 0;
    };
    const turn = new Turn({ until: 1 }, { now, cpu: () => 0 });
    const metricRelabeling = rulesOf(rule, { action: 'labeldrop', regex: 'x' }, rule).map(
      (each) => ({
        ...each,
        regex: {
          ...each.regex,
          test: (text: string) => {
            read += text.length;
            return each.regex.test(text);
          },
          match: (text: string) => {
            read += text.length;
            return each.regex.match(text);
          },
        },
      }),
    );
    const values = [...Array(60).keys()].map((n) => long.slice(0, 1 + ((n * 997) % long.length)));
    const own = values.flatMap((query) => [
      series('a', { labels: { query } }),
      series('a', { labels: { [query]: 'x' } }),
    ]);
    new MetricRelabeling().apply(target([], { metricRelabeling }), valued(...own), 0, turn.step);
    now();
    expect(read).toBeGreaterThan(1_000_000);
    expect(most).toBeLessThan(2 * MAX_MATCHED_CHARACTERS);
  });

  it.each([
    ['that a rule reads', rule, { query: `${long}q` }],
    ['that rules join', { ...rule, source_labels: ['query', 'x'] }, { query: long, x: '' }],
    ['that would be changed only', { ...rule, action: 'lowercase' }, { query: `${long}q` }],
    ['in names', { action: 'labeldrop', regex: 'x' }, { [`${long}q`]: 'x' }],
    ['in names that are mapped', { action: 'labelmap', regex: 'x' }, { [`${long}q`]: 'x' }],
  ])('fail the scrape %s', (_, config, labels) => {
    const { failure } = apply(target([config]), series('a', { labels }), series('b'));
    expect(failure?.reason).toBe('label_value_length_limit');
    expect(failure?.message).toBe(
      `expected labels of at most 16384 characters where a rule of metric_relabel_configs with the regex "${config.regex}" reads them, got 16385 at "a"`,
    );
  });

  it('are shorter the more of its instructions an expression takes for each character', () => {
    const large = { source_labels: ['query'], regex: `.*a${'.{1000}'.repeat(20)}`, action: 'drop' };
    const withQuery = (length: number) =>
      apply(target([large]), series('a', { labels: { query: 'q'.repeat(length) } }));
    expect(withQuery(104).failure).toBeUndefined();
    expect(withQuery(105).failure?.message).toBe(
      'expected labels of at most 104 characters where a rule of metric_relabel_configs with the regex ".*a.{1000}.{1000}.{1000}.{1000}.{1000}.{1000}.{1000}.{100..." reads them, got 105 at "a"',
    );
  });

  it('cost more steps the more of its instructions an expression takes for each character', () => {
    const costOf = (regex: string) => {
      let cost = 0;
      const query = 'q'.repeat(1_000);
      const [one] = valued(series('a', { labels: { query } }));
      const rules = target([{ source_labels: ['query'], regex, action: 'drop' }]);
      new MetricRelabeling().apply(rules, [one!], 0, (items = 1) => {
        cost += items;
      });
      return cost;
    };
    // Half of the instructions that a match may take at most are followed by a look at the clock.
    expect(costOf('.*a')).toBeLessThan(20);
    expect(costOf(`.*a.{1000}`)).toBeGreaterThanOrEqual(120);
  });

  it.each([
    ['no rule reads', [{ ...rule, source_labels: ['job'] }]],
    ['are dropped before', [{ action: 'labeldrop', regex: 'query' }, rule]],
    ['are as long as may be', [rule], long],
  ] as const)('do no harm that %s', (_, configs, query = `${long}q`) => {
    const { failure, samples } = apply(target([...configs]), series('a', { labels: { query } }));
    expect([failure, samples.length]).toEqual([undefined, 1]);
  });
});
