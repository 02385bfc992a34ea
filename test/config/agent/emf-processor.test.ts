import { describe, expect, it } from '@jest/globals';
import { MAX_DIMENSIONS } from '../../../lambda/config/agent/metric-declaration.ts';
import { loadAgent, loadNative } from '../loading.ts';

const PATH = 'CW_CONFIG_CONTENT: logs.metrics_collected.prometheus.emf_processor';
const ENTRY = { source_labels: ['job'], metric_selectors: ['^m$'], dimensions: [['job']] };

const emfOf = async (processor: object) => (await loadAgent({ emf_processor: processor })).emf;
const declarationOf = async (entry: object) => {
  const { declarations } = await emfOf({ metric_declaration: [{ ...ENTRY, ...entry }] });
  return declarations[0]!;
};

describe('plain log events are written', () => {
  it.each<[string, object]>([
    ['without emf_processor', {}],
    ['without metric_declaration', { emf_processor: { metric_namespace: 'n' } }],
    ['with an empty metric_declaration', { emf_processor: { metric_declaration: [] } }],
    [
      'with disable_metric_extraction',
      { disable_metric_extraction: true, emf_processor: { metric_declaration: [ENTRY] } },
    ],
  ])('%s', async (_, settings) => {
    expect((await loadAgent(settings)).emf.declarations).toEqual([]);
  });
});

describe('events', () => {
  it.each([
    [{}, 'task'],
    [{ events: 'task' }, 'task'],
    [{ events: 'service' }, 'service'],
  ])('%j: are of a %s', async (given, events) => {
    expect((await emfOf({ metric_declaration: [ENTRY], ...given })).events).toBe(events);
  });

  it('are of nothing else', async () => {
    await expect(emfOf({ events: 'cluster' })).rejects.toThrow(
      `${PATH}.events: expected task or service, given "cluster" (string)`,
    );
  });

  const APART = { ...ENTRY, dimensions: [['job'], ['TaskId']] };

  it.each<[object, string | undefined]>([
    [{ metric_declaration: [ENTRY, APART] }, undefined],
    [{}, 'has no effect without metrics: plain log events stay apart'],
    [
      { metric_declaration: [APART, { ...ENTRY, storage_resolution: 1 }] },
      'has no effect: each declaration has the dimension TaskId or storage_resolution 1, so its events stay apart',
    ],
  ])('of a service with %j warn of %s', async (given, warning) => {
    const { warnings } = await loadAgent({ emf_processor: { events: 'service', ...given } });
    const own = warnings.filter((each) => each.startsWith(`${PATH}.events`));
    expect(own).toEqual(warning === undefined ? [] : [`${PATH}.events: ${warning}`]);
  });
});

describe('a declaration', () => {
  it('joins source labels by the separator that it names, else by ";"', async () => {
    expect((await declarationOf({})).separator).toBe(';');
    expect((await declarationOf({ label_separator: '' })).separator).toBe(';');
    expect((await declarationOf({ label_separator: ', ' })).separator).toBe(', ');
  });

  it('matches everything where label_matcher is missing or empty', async () => {
    for (const entry of [{}, { label_matcher: '' }]) {
      const { matcher } = await declarationOf(entry);
      expect(['', 'a;b', 'a\nb'].map((text) => matcher.test(text))).toEqual([true, true, true]);
    }
  });

  it('has its patterns compiled, and not anchored', async () => {
    const { matcher, selectors } = await declarationOf({
      label_matcher: 'ngin',
      metric_selectors: ['_total$', '^up$'],
    });
    expect(matcher.test('my-nginx')).toBe(true);
    expect(selectors.map((selector) => selector.test('requests_total'))).toEqual([true, false]);
  });

  it('has each set sorted, without repeated names, and once', async () => {
    const dimensions = [['b', 'a'], ['a'], ['a', 'b', 'a'], [], ['B', 'a']];
    expect((await declarationOf({ dimensions })).dimensions).toEqual([
      ['a', 'b'],
      ['a'],
      [],
      ['B', 'a'],
    ]);
  });

  it(`has up to ${MAX_DIMENSIONS} names in a set, repeated ones not counted`, async () => {
    const names = Array.from({ length: MAX_DIMENSIONS }, (_, index) => `d${index}`);
    const { dimensions } = await declarationOf({ dimensions: [[...names, 'd0', 'd1']] });
    expect(dimensions[0]).toHaveLength(MAX_DIMENSIONS);
  });

  it('is published each minute, as differences and with all labels, unless it says otherwise', async () => {
    const { namespace, storageResolution, rate, properties } = await declarationOf({});
    expect([namespace, storageResolution, rate, properties]).toEqual([
      undefined,
      60,
      false,
      undefined,
    ]);
  });

  it.each([
    ['in a namespace of its own', { metric_namespace: 'Mine' }, { namespace: 'Mine' }],
    ['each second', { storage_resolution: 1 }, { storageResolution: 1 }],
    ['per second', { rate: true }, { rate: true }],
    ['with these labels only', { properties: ['b', 'a', 'b'] }, { properties: ['a', 'b'] }],
    ['with the labels of its dimensions only', { properties: [] }, { properties: [] }],
  ])('can be published %s', async (_, entry, expected) => {
    expect(await declarationOf(entry)).toMatchObject(expected);
    const document = { emf_processor: { metric_declaration: [{ ...ENTRY, ...entry }] } };
    expect((await loadNative(document)).emf.declarations).toMatchObject([expected]);
  });

  describe('that contradicts an earlier one about the same metrics', () => {
    const conflictsOf = async (first: object, second: object) => {
      const entries = [
        { ...ENTRY, dimensions: [] },
        { ...ENTRY, ...first },
      ];
      const metric_declaration = [...entries, { ...ENTRY, ...second }];
      const processor = { metric_namespace: 'n', metric_declaration };
      const { warnings } = await loadAgent({ emf_processor: processor });
      return warnings.filter((text) => text.includes('differs'));
    };

    it.each<[string, object, string]>([
      ['by its rate', { rate: true }, 'rate'],
      ['by its resolution', { storage_resolution: 1 }, 'storage_resolution'],
      ['in the same namespace', { rate: true, metric_namespace: 'n' }, 'rate'],
      ['under one of its sets', { rate: true, dimensions: [['a'], ['job']] }, 'rate'],
      ['by one of its selectors', { rate: true, metric_selectors: ['x', '^m$'] }, 'rate'],
    ])('%s is warned about', async (_, second, key) => {
      expect(await conflictsOf({}, second)).toEqual([
        `${PATH}.metric_declaration[2].${key}: differs from metric_declaration[1], which comes first and publishes some of the same metrics: Fargauge publishes those by metric_declaration[1]`,
      ]);
    });

    it.each<[string, object]>([
      ['in another namespace', { metric_namespace: 'other' }],
      ['under other sets', { dimensions: [[]] }],
      ['of other labels', { source_labels: ['job', 'a'] }],
      ['with another matcher', { label_matcher: 'x' }],
      ['of other names', { metric_selectors: ['^n$'] }],
    ])('seemingly, %s, is not', async (_, second) => {
      expect(await conflictsOf({}, { rate: true, ...second })).toEqual([]);
    });
  });

  it.each<[object, string]>([
    [{ source_labels: undefined }, 'source_labels'],
    [{ source_labels: [] }, 'source_labels'],
    [{ metric_selectors: undefined }, 'metric_selectors'],
    [{ metric_selectors: [] }, 'metric_selectors'],
    [{ dimensions: undefined }, 'dimensions'],
    [{ dimensions: [] }, 'dimensions'],
    [{ dimensions: [], source_labels: [] }, 'source_labels and no dimensions'],
  ])(
    'that can never publish stays, selects nothing and is warned about: %j',
    async (entry, what) => {
      const processor = { metric_declaration: [ENTRY, { ...ENTRY, ...entry }] };
      const { emf, warnings } = await loadAgent({ emf_processor: processor });
      expect(emf.declarations.map(({ selectors }) => selectors.length)).toEqual([1, 0]);
      expect(warnings).toContain(
        `${PATH}.metric_declaration[1]: has no ${what}, so it never publishes a metric`,
      );
    },
  );
});

describe('units', () => {
  it.each([
    'Seconds',
    'Microseconds',
    'Milliseconds',
    'Percent',
    'Count',
    'None',
    'Count/Second',
    ...['Bytes', 'Kilobytes', 'Megabytes', 'Gigabytes', 'Terabytes'],
    ...['Bits', 'Kilobits', 'Megabits', 'Gigabits', 'Terabits'],
    ...['Bytes/Second', 'Kilobytes/Second', 'Megabytes/Second', 'Gigabytes/Second'],
    ...['Terabytes/Second', 'Bits/Second', 'Kilobits/Second', 'Megabits/Second'],
    ...['Gigabits/Second', 'Terabits/Second'],
  ])('%s is one', async (unit) => {
    expect(await emfOf({ metric_unit: { m: unit } })).toMatchObject({
      units: new Map([['m', unit]]),
    });
  });

  it('that CloudWatch does not have are ignored with a warning', async () => {
    const { emf, warnings } = await loadAgent({
      emf_processor: { metric_unit: { a: 'Furlongs', b: 'count', c: 'Count', 'd.e': '' } },
    });
    expect(emf.units).toEqual(new Map([['c', 'Count']]));
    expect(warnings.slice(-3)).toEqual([
      `${PATH}.metric_unit.a: "Furlongs" (string) is not a CloudWatch unit, so Fargauge ignores it`,
      `${PATH}.metric_unit.b: "count" (string) is not a CloudWatch unit, so Fargauge ignores it`,
      `${PATH}.metric_unit["d.e"]: "" (string) is not a CloudWatch unit, so Fargauge ignores it`,
    ]);
  });
});

describe('a metric budget', () => {
  const HOUR = 3_600_000;

  it('is none by default', async () => {
    expect((await emfOf({})).metricBudget).toBeUndefined();
  });

  it('counts what was published in the last three hours, or in another time', async () => {
    expect((await emfOf({ metric_budget: 500 })).metricBudget).toEqual({
      limit: 500,
      windowMs: 3 * HOUR,
    });
    const processor = { metric_budget: 1, metric_budget_window: '1h30m' };
    expect((await emfOf(processor)).metricBudget).toEqual({ limit: 1, windowMs: 1.5 * HOUR });
    const { emf } = await loadNative({ emf_processor: processor });
    expect(emf.metricBudget).toEqual({ limit: 1, windowMs: 1.5 * HOUR });
  });

  it('is missed where only its window is given', async () => {
    const { warnings } = await loadAgent({ emf_processor: { metric_budget_window: '1h' } });
    expect(warnings).toContain(`${PATH}.metric_budget_window: has no effect without metric_budget`);
  });
});

describe('the rest', () => {
  it('is the namespace, log_unmatched and a switch that has no effect', async () => {
    const processor = {
      metric_namespace: 'a/b',
      log_unmatched: true,
      metric_declaration_dedup: false,
    };
    const { emf, warnings } = await loadAgent({ emf_processor: processor });
    expect(emf).toMatchObject({ namespace: 'a/b', logUnmatched: true });
    expect(warnings.filter((text) => text.includes('emf_processor'))).toEqual([]);
  });

  it('has unmatched events dropped by default', async () => {
    expect((await emfOf({})).logUnmatched).toBe(false);
  });
});

describe('the labels of events', () => {
  const keptBy = async (processor: object) => {
    const declaration = { source_labels: ['job'], dimensions: [['job']], metric_selectors: ['a'] };
    const { emf } = await loadAgent({
      emf_processor: {
        metric_declaration: [declaration, { ...declaration, properties: ['version'] }],
        ...processor,
      },
    });
    return emf.declarations.map(({ properties }) => properties);
  };

  it.each([
    ['all by default, as with the agent', {}, undefined],
    ['those of event_labels, and TaskId', { event_labels: ['az', 'az'] }, ['TaskId', 'az']],
    ['TaskId alone', { event_labels: [] }, ['TaskId']],
  ])('are %s, unless a declaration has properties', async (_, processor, kept) => {
    expect(await keptBy(processor)).toEqual([kept, ['version']]);
  });

  it.each([
    ['there is no declaration', {}, []],
    ['metrics are not extracted', { disable_metric_extraction: true }, [ENTRY]],
  ])('cannot be chosen if %s, which a warning says', async (_, settings, metric_declaration) => {
    const processor = { event_labels: ['az'], metric_declaration };
    const { warnings } = await loadAgent({ ...settings, emf_processor: processor });
    expect(warnings).toContain(
      `${PATH}.event_labels: has no effect without metrics: plain log events keep all labels`,
    );
  });
});

describe('what values mean', () => {
  const seriesOf = async (processor: object) =>
    (await loadAgent({ emf_processor: processor })).series;

  it('is by default for the collector to find out', async () => {
    const { series } = await loadAgent({});
    expect(series).toEqual({ firstSample: 'auto', typeOverrides: [], valuePrecision: [] });
    expect(await seriesOf({})).toEqual(series);
  });

  it.each(['auto', 'zero', 'drop'])(
    'may have first samples counted by %s',
    async (first_sample) => {
      expect((await seriesOf({ first_sample })).firstSample).toBe(first_sample);
    },
  );

  it('has types that the configuration gives, in its order', async () => {
    const { typeOverrides } = await seriesOf({
      metric_type_overrides: [
        { metric: '^jobs_done$', type: 'counter' },
        { metric: 'temperature', type: 'untyped' },
      ],
    });
    expect(typeOverrides.map(({ type }) => type)).toEqual(['counter', 'unknown']);
    expect(typeOverrides.map(({ metric }) => metric.test('room_temperature_c'))).toEqual([
      false,
      true,
    ]);
  });

  it('has significant digits by metric, in the order of the configuration', async () => {
    const { valuePrecision } = await seriesOf({
      value_precision: [{ metric: '_percent$', significant_digits: 5 }],
    });
    expect(valuePrecision.map(({ metric, digits }) => [metric.source, digits])).toEqual([
      ['_percent$', 5],
    ]);
  });

  it.each([
    ...[0, 18, 2.5, '5'].map(
      (digits) =>
        [
          { value_precision: [{ metric: 'x', significant_digits: digits }] },
          `value_precision[0].significant_digits: expected a whole number of significant digits from 1 to 17, given ${typeof digits === 'string' ? '"5" (string)' : `${digits} (number)`}`,
        ] as const,
    ),
    [
      { first_sample: 'never' },
      'first_sample: expected auto, zero or drop, given "never" (string)',
    ],
    [
      { metric_type_overrides: [{ metric: '(', type: 'counter' }] },
      'metric_type_overrides[0].metric: expected a regular expression in RE2 syntax, given "(" (string): missing closing ): `(`',
    ],
    [
      { metric_type_overrides: [{ metric: 'x', type: 'timer' }] },
      'metric_type_overrides[0].type: expected one of counter, gauge, summary, histogram, gaugehistogram, info, stateset, unknown, untyped, given "timer" (string)',
    ],
  ])('is refused where it cannot be: %j', async (processor, message) => {
    await expect(seriesOf(processor)).rejects.toThrow(`${PATH}.${message}`);
  });
});
