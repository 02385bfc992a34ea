import { describe, expect, it } from '@jest/globals';
import { compilePattern } from '../../lambda/config/values/pattern.ts';
import { Drops } from '../../lambda/model/samples/drops.ts';
import { costOfMatching, MAX_MATCHED_CHARACTERS } from '../../lambda/model/samples/matched-text.ts';
import type { Declaration, EmfConfig, Pattern } from '../../lambda/model/settings/config.ts';
import { MAX_DIMENSION_NAME, MAX_DIMENSION_VALUE } from '../../lambda/model/settings/dimension.ts';
import { Rules } from '../../lambda/rules/declare.ts';
import { labelled, series } from '../series/samples.ts';

describe('a declaration applies', () => {
  const cases = [
    ['where its matcher finds a match', { matcher: 'ap' }, { job: 'app' }, true],
    ['nowhere else', { matcher: '^ap$' }, { job: 'app' }, false],
    ['case-sensitively', { matcher: 'APP' }, { job: 'app' }, false],
    [
      'to all source labels in their order, joined by the separator',
      { sourceLabels: ['b', 'a'], separator: '-', matcher: '^2-1$' },
      { a: '1', b: '2' },
      true,
    ],
    [
      'to a missing label as to an empty text',
      { sourceLabels: ['a', 'b'], matcher: '^;2$' },
      { b: '2' },
      true,
    ],
    [
      'to a label __proto__ as to any other',
      { sourceLabels: ['__proto__'], matcher: '^$' },
      { job: 'app' },
      true,
    ],
    ['to nothing without source labels', { sourceLabels: [] }, { job: 'app' }, false],
    ['to nothing without selectors', { selectors: [] }, { job: 'app' }, false],
  ] as const;

  it.each(cases)('%s', (_, change, labels, applies) => {
    const rules = rulesOf(declaration({ dimensions: [[]], ...change }));
    expect(declare(rules, 'm', labels)).toEqual(applies ? [[]] : 'no_declaration');
  });

  it('without a single evaluation to what the cycle before had', () => {
    const evaluations = { count: 0 };
    const counting = (source: string): Pattern => {
      const { test } = pattern(source);
      return { source, test: (text) => ++evaluations.count > 0 && test(text) };
    };
    const rules = rulesOf(
      { ...declaration({ dimensions: [['job'], ['path']] }), matcher: counting('[02468]$') },
      { ...declaration({ dimensions: [['job']], sourceLabels: ['path', 'job'] }) },
      { ...declaration({ dimensions: [[]] }), selectors: ['x', '_total$'].map(counting) },
    );
    const samples = Array.from({ length: 2_000 }, (_, i) =>
      labelled(series(`m${i % 40}_total`, { labels: { job: `job-${i % 50}`, path: `/${i}` } }), 1),
    );
    const cycle = () => {
      rules.begin(0);
      for (const {
        series: { name },
      } of samples)
        rules.mayWant(name);
      return [...rules.declare(samples, new Drops())].map(({ publications }) => publications);
    };
    const first = cycle();
    // For each job one, for each name two.
    expect(evaluations.count).toBe(50 + 2 * 40);
    const second = cycle();
    expect(evaluations.count).toBe(50 + 2 * 40);
    expect(second.every((publications, index) => publications === first[index])).toBe(true);
  });

  it('again and again with the same answer, for any number of label values', () => {
    const rules = rulesOf(declaration({ matcher: '[02468]$', dimensions: [['job']] }));
    const labels = Array.from({ length: 12_000 }, (_, i) => ({ job: `job-${i}` }));
    for (let round = 0; round < 2; round++) {
      const samples = labels.map((each) => labelled(series('m', { labels: each }), 1));
      const wanted = [...rules.declare(samples, new Drops())].map((sample) => sample.labels.job);
      expect(wanted).toEqual(labels.map(({ job }) => job).filter((job) => /[02468]$/.test(job)));
    }
  });
});

describe('a metric is selected', () => {
  it.each([
    ['by any selector', ['^x$', '^m'], 'metric', true],
    ['by a match anywhere in its name', ['tri'], 'metric', true],
    ['by no other name', ['^x$', '^y$'], 'metric', false],
  ] as const)('%s', (_, selectors, name, selected) => {
    const rules = rulesOf(declaration({ selectors, dimensions: [[]] }));
    expect(declare(rules, name, { job: 'app' })).toEqual(selected ? [[]] : 'no_declaration');
    expect(rules.mayWant(name)).toBe(selected);
  });

  it('whatever came before, for any number of names', () => {
    const rules = rulesOf(declaration({ selectors: ['0$'], dimensions: [[]] }));
    const names = Array.from({ length: 12_000 }, (_, i) => `m${i}`);
    for (let round = 0; round < 2; round++) {
      const wanted = names.filter((name) => rules.mayWant(name));
      expect(wanted).toEqual(names.filter((name) => name.endsWith('0')));
    }
  });
});

describe('a long text', () => {
  const samplesWith = (...values: readonly string[]) =>
    values.map((job) => labelled(series('m', { labels: { job } }), 1));

  it('costs a step by its length for each matcher, but where the answer is remembered', () => {
    const rules = rulesOf(...['a', 'b'].map((matcher) => declaration({ matcher })));
    const text = 'x'.repeat(10_000);
    const costs: (number | undefined)[] = [];
    const samples = samplesWith(text, text, 'y');
    const all = [...rules.declare(samples, new Drops(), undefined, (cost) => costs.push(cost))];
    expect(all).toEqual([]);
    // First those of the name, for each selector.
    expect(costs).toEqual([1, 1, 157, 157, 1, 1]);
    expect(costOfMatching(text)).toBe(157);
  });

  it('is matched by no matcher where it is too long for one', () => {
    const matcher = compilePattern('x$');
    const rules = rulesOf({ ...declaration({ dimensions: [[]] }), matcher });
    const text = 'x'.repeat(MAX_MATCHED_CHARACTERS);
    const drops = new Drops();
    expect([...rules.declare(samplesWith(text, `${text}x`), drops)]).toHaveLength(1);
    expect([...drops.counts]).toEqual([['no_declaration', 1]]);
  });

  it('costs several steps for each selector where it is a name, the first time', () => {
    const rules = rulesOf({
      ...declaration({}),
      selectors: ['y', 'z'].map((source) => pattern(source)),
    });
    const costs: (number | undefined)[] = [];
    const name = 'x'.repeat(1_000);
    for (let n = 0; n < 2; n++) rules.mayWant(name, (cost) => costs.push(cost));
    expect(costs).toEqual([16, 16]);
  });

  it('is selected by no selector where it is a name', () => {
    const rules = rulesOf(declaration({}));
    expect(rules.selects('n'.repeat(1_024))).toBe(true);
    expect(rules.selects('n'.repeat(1_025))).toBe(false);
  });
});

describe('the dimension sets of a metric', () => {
  const cases = [
    ['all of which the event has', [['a'], ['a', 'b']], { a: '1', b: '2' }, [['a'], ['a', 'b']]],
    ['not those with a label that it lacks', [['a', 'c'], ['a']], { a: '1' }, [['a']]],
    ['not those with an empty label', [['a'], ['b']], { a: '', b: '2' }, [['b']]],
    ['not those with a blank label', [['a'], ['b']], { a: ' \t ', b: '2' }, [['b']]],
    ['not those with a label beyond ASCII', [['a'], ['b']], { a: 'Zürich', b: '2' }, [['b']]],
    [
      'not those with a control character',
      [['a'], ['b'], ['c']],
      { a: 'x\ny', b: '2', c: '\tx' },
      [['b']],
    ],
    ['the empty set, which every event has', [[], ['a']], {}, [[]]],
    [
      'not those with a label of the metric’s own name',
      [['m'], ['a']],
      { m: '1', a: '2' },
      [['a']],
    ],
    [
      'not those with _aws, which holds the directives',
      [['_aws'], ['a']],
      { _aws: '1', a: '2' },
      [['a']],
    ],
    [
      'not those with a name that begins with a colon',
      [[':a'], ['a']],
      { ':a': '1', a: '2' },
      [['a']],
    ],
    ['not those with a name beyond ASCII', [['ä'], ['a']], { ä: '1', a: '2' }, [['a']]],
    ['not those with a blank name', [[' '], ['a']], { ' ': '1', a: '2' }, [['a']]],
    [
      'those with labels like __proto__',
      [['__proto__']],
      JSON.parse('{"__proto__": "1"}'),
      [['__proto__']],
    ],
    ['none that only an object has', [['constructor'], ['a']], { a: '1' }, [['a']]],
  ] as const;

  it.each(cases)('are %s', (_, dimensions, labels, expected) => {
    const rules = rulesOf(declaration({ dimensions, sourceLabels: ['job'] }));
    expect(declare(rules, 'm', labels)).toEqual(expected);
  });

  it.each([
    [
      'a value',
      MAX_DIMENSION_VALUE,
      (length: number) => ({ name: 'a', value: 'x'.repeat(length) }),
    ],
    ['a name', MAX_DIMENSION_NAME, (length: number) => ({ name: 'a'.repeat(length), value: 'x' })],
  ])('are left out where %s is too long', (_, longest, labelOf) => {
    for (const [length, fits] of [
      [longest, true],
      [longest + 1, false],
    ] as const) {
      const { name, value } = labelOf(length);
      const rules = rulesOf(declaration({ dimensions: [[name]] }));
      const expected = fits ? [[name]] : 'no_dimension_set';
      expect(declare(rules, 'm', { [name]: value })).toEqual(expected);
    }
  });

  it('are those of all declarations that apply and select, each once', () => {
    const rules = rulesOf(
      declaration({ dimensions: [['a'], ['b']] }),
      declaration({ dimensions: [['b'], ['a', 'b']] }),
      declaration({ matcher: '^other$', dimensions: [['c']] }),
      declaration({ selectors: ['^other$'], dimensions: [[]] }),
    );
    expect(declare(rules, 'm', { a: '1', b: '2', c: '3' })).toEqual([['a'], ['b'], ['a', 'b']]);
  });

  it('are one list object for one list, so that metrics can be grouped by it', () => {
    const rules = rulesOf(
      declaration({ selectors: ['m'], dimensions: [['a'], ['b']] }),
      declaration({ selectors: ['n'], dimensions: [['b'], ['a']] }),
    );
    const [one, other] = [...declared(rules, 'm', { a: '1', b: '2' }, 'n')];
    expect(one?.publications).toMatchObject([{ dimensions: [['a'], ['b']] }]);
    expect(other?.publications).toBe(one?.publications);
  });
});

describe('a metric is published', () => {
  const publications = (labels: Record<string, string>, ...parts: Change[]) =>
    [...declared(rulesOf(...parts.map(declaration)), 'm', labels)][0]?.publications;

  it('as its declaration says, in the namespace of all where it names none', () => {
    const labels = { a: '1', b: '2' };
    const options = { storageResolution: 1, rate: true, properties: ['b'] } as const;
    expect(publications(labels, { dimensions: [['a']], ...options })).toEqual([
      { namespace: 'ns', dimensions: [['a']], ...options },
    ]);
    expect(publications(labels, { dimensions: [['a']], namespace: 'own' })).toEqual([
      { namespace: 'own', dimensions: [['a']], storageResolution: 60, rate: false },
    ]);
  });

  it('in several ways, one for all sets that are alike', () => {
    const found = publications(
      { a: '1', b: '2' },
      { dimensions: [['a']] },
      { dimensions: [['b']], rate: true },
      { dimensions: [[]] },
      { dimensions: [['a']], namespace: 'own' },
    );
    expect(found).toMatchObject([
      { namespace: 'ns', rate: false, dimensions: [['a'], []] },
      { namespace: 'ns', rate: true, dimensions: [['b']] },
      { namespace: 'own', rate: false, dimensions: [['a']] },
    ]);
  });

  it.each<[string, Change]>([
    ['rate', { rate: true }],
    ['resolution', { storageResolution: 1 }],
    ['properties', { properties: [] }],
  ])('once under a set, as the first declaration that applies says, whatever its %s', (_, more) => {
    const alike = { dimensions: [['a']] };
    expect(publications({ a: '1' }, alike, { ...alike, ...more })).toEqual([
      { namespace: 'ns', rate: false, storageResolution: 60, dimensions: [['a']] },
    ]);
    const elsewhere = { ...alike, matcher: '^other$' };
    expect(publications({ a: '1' }, elsewhere, { ...alike, ...more })).toMatchObject([more]);
  });

  it('by the same publication object, alone and beside others', () => {
    const rules = rulesOf(
      declaration({ dimensions: [['a']] }),
      declaration({ dimensions: [['b']], rate: true }),
    );
    const [alone] = [...declared(rules, 'm', { a: '1' })];
    const [both] = [...declared(rules, 'm', { a: '1', b: '2' })];
    expect(both?.publications).toHaveLength(2);
    expect(both?.publications[0]).toBe(alone?.publications[0]);
  });
});

describe('with a metric budget', () => {
  const budgeted = (limit: number, ...sets: readonly (readonly string[])[]) =>
    rulesOf({ logUnmatched: true, limit }, declaration({ selectors: ['^m'], dimensions: sets }));

  it('a sample that would be new metrics only is dropped, even with log_unmatched', () => {
    const rules = budgeted(1, ['a']);
    expect(declare(rules, 'm', { a: '1' })).toEqual([['a']]);
    expect(declare(rules, 'm', { a: '2' })).toBe('metric_budget');
    expect(declare(rules, 'm2', { a: '1' })).toBe('metric_budget');
    expect(declare(rules, 'm', { a: '1' })).toEqual([['a']]);
  });

  it('a sample is published under the sets that make known metrics', () => {
    const rules = budgeted(2, ['a'], ['a', 'b']);
    expect(declare(rules, 'm', { a: '1', b: '1' })).toEqual([['a'], ['a', 'b']]);
    expect(declare(rules, 'm', { a: '1', b: '2' })).toEqual([['a']]);
    expect(rules.budget?.report()).toMatchObject({ known: 2, heldBack: 1 });
  });

  it('nothing counts that is no metric', () => {
    const rules = budgeted(1, ['a']);
    expect(declare(rules, 'm', { b: '1' })).toEqual([]);
    expect(declare(rules, 'other', { a: '1' })).toEqual([]);
    expect(rules.budget?.report()).toMatchObject({ known: 0, heldBack: 0 });
  });
});

describe('a sample that no declaration publishes', () => {
  const rules = (logUnmatched: boolean) =>
    rulesOf({ logUnmatched }, declaration({ selectors: ['^m$'], dimensions: [['a']] }));

  it.each([
    ['is not selected', 'other', { a: '1' }, 'no_declaration'],
    ['is selected without a complete set', 'm', {}, 'no_dimension_set'],
  ] as const)('because it %s is dropped and counted', (_, name, labels, reason) => {
    expect(declare(rules(false), name, labels)).toBe(reason);
  });

  it.each([
    ['is not selected', 'other', { a: '1' }],
    ['is selected without a complete set', 'm', {}],
  ] as const)('because it %s is a plain field with log_unmatched', (_, name, labels) => {
    expect(declare(rules(true), name, labels)).toEqual([]);
    expect(rules(true).mayWant(name)).toBe(true);
  });
});

it('without any declaration every sample is a plain field', () => {
  expect(declare(rulesOf(), 'm', {})).toEqual([]);
  expect(rulesOf().mayWant('anything')).toBe(true);
});

type Change = Partial<Omit<Declaration, 'matcher' | 'selectors'>> & {
  readonly matcher?: string;
  readonly selectors?: readonly string[];
};

/** One that applies to and selects everything, and what differs from it. */
function declaration({ matcher = '', selectors = [''], ...more }: Change): Declaration {
  return {
    sourceLabels: ['job'],
    separator: ';',
    matcher: pattern(matcher),
    selectors: selectors.map(pattern),
    dimensions: [],
    storageResolution: 60,
    rate: false,
    ...more,
  };
}

/** The rules read a pattern's answers only; its syntax is the configuration's affair. */
function pattern(source: string): Pattern {
  const expression = new RegExp(source);
  return { source, test: (text) => expression.test(text) };
}

interface Options extends Pick<EmfConfig, 'logUnmatched'> {
  /** Of the metric budget. */
  readonly limit?: number;
}

function rulesOf(...parts: (Declaration | Options)[]): Rules {
  const declarations = parts.filter((part) => 'matcher' in part);
  const options = parts.filter((part) => 'logUnmatched' in part);
  const { logUnmatched = false, limit } = options[0] ?? {};
  const metricBudget = limit === undefined ? undefined : { limit, windowMs: 60_000 };
  return new Rules({ namespace: 'ns', units: new Map(), declarations, logUnmatched, metricBudget });
}

function declared(rules: Rules, name: string, labels: Record<string, string>, ...more: string[]) {
  const samples = [name, ...more].map((each) => labelled(series(each, { labels }), 1));
  return rules.declare(samples, new Drops());
}

/** The dimension sets of one sample, or why it was dropped. */
function declare(rules: Rules, name: string, labels: Record<string, string>) {
  const drops = new Drops();
  const [sample] = [...rules.declare([labelled(series(name, { labels }), 1)], drops)];
  expect(drops.total).toBe(sample === undefined ? 1 : 0);
  if (sample === undefined) return [...drops.counts.keys()][0];
  return sample.publications.flatMap(({ dimensions }) => dimensions);
}
