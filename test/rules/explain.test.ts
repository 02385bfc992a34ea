import { describe, expect, it } from '@jest/globals';
import { compilePattern } from '../../lambda/config/values/pattern.ts';
import { Drops } from '../../lambda/model/samples/drops.ts';
import { labelsOf } from '../../lambda/model/samples/sample.ts';
import type { Declaration, Pattern } from '../../lambda/model/settings/config.ts';
import { Rules } from '../../lambda/rules/declare.ts';
import { whyIncomplete, whyRefused } from '../../lambda/rules/explain.ts';

type Change = Partial<Omit<Declaration, 'matcher' | 'selectors'>> & {
  readonly matcher?: string;
  readonly selectors?: readonly string[];
};

function pattern(source: string): Pattern {
  const expression = new RegExp(source);
  return { source, test: (text) => expression.test(text) };
}

/** One that applies to and selects everything, and what differs from it. */
function declaration({ matcher = '', selectors = [''], ...more }: Change): Declaration {
  return {
    sourceLabels: ['job'],
    separator: ';',
    matcher: pattern(matcher),
    selectors: selectors.map(pattern),
    dimensions: [['job']],
    storageResolution: 60,
    rate: false,
    ...more,
  };
}

const series = (name: string, labels: Record<string, string>) => ({
  name,
  labels: labelsOf(labels),
});

describe('why nothing of a series is published', () => {
  const ORDERS = series('orders_open', { job: 'web', zone: 'a' });

  it.each<[string, string, Change[]]>([
    [
      'the label’s value',
      'metric_declaration[0] selects orders_open, but its label_matcher "^api$" finds no match in "web" (source_labels job)',
      [{ matcher: '^api$' }],
    ],
    [
      'a source label that is not there',
      'metric_declaration[0] selects orders_open, but its label_matcher "^.+;web$" finds no match in ";web" (source_labels Service, job): there is no label Service',
      [{ sourceLabels: ['Service', 'job'], matcher: '^.+;web$' }],
    ],
    [
      'the selectors',
      'metric_declaration[0] applies to "web", but none of its metric_selectors finds a match in orders_open: "^a", "^b", "^c", 1 more',
      [{ selectors: ['^a', '^b', '^c', '^d'] }],
    ],
    [
      'both',
      'metric_declaration[0]: none of its metric_selectors finds a match in orders_open: "^a"; and its label_matcher "^api$" finds no match in "web" (source_labels job)',
      [{ selectors: ['^a'], matcher: '^api$' }],
    ],
    [
      'that there are no selectors',
      'metric_declaration[0] applies to "web", but it has no metric_selectors',
      [{ selectors: [] }],
    ],
    [
      'that it has no source labels',
      'metric_declaration[0] has no source_labels, so it applies to nothing',
      [{ sourceLabels: [] }],
    ],
    ['that there is none', 'there is no metric_declaration', []],
  ])('names %s', (_case, text, changes) => {
    expect(whyRefused(changes.map(declaration), [ORDERS])).toBe(text);
  });

  it('names the length of a name that no selector takes, as the rules have it', () => {
    const name = 'x'.repeat(1_025);
    const [rule] = [{ selectors: ['^x'] }].map(declaration) as [Declaration];
    const rules = new Rules({
      namespace: 'ns',
      units: new Map(),
      declarations: [rule],
      logUnmatched: false,
    });
    expect(rules.selects(name)).toBe(false);
    expect(whyRefused([rule], [series(name, { job: 'web' })])).toBe(
      `metric_declaration[0] applies to "web", but its metric_selectors take names of at most 1024 characters, got 1025: "${'x'.repeat(80)}…"`,
    );
  });

  it('names the length of a text that no matcher reads, as the rules have it', () => {
    const matcher = compilePattern('x');
    const rule: Declaration = { ...declaration({}), matcher };
    const value = 'x'.repeat(16_385);
    const drops = new Drops();
    const rules = new Rules({
      namespace: 'ns',
      units: new Map(),
      declarations: [rule],
      logUnmatched: false,
    });
    const sample = {
      series: { name: 'm', family: 'm', type: 'gauge', labels: labelsOf() },
      labels: labelsOf({ job: value }),
    } as const;
    expect([...rules.declare([sample], drops)]).toEqual([]);
    expect(whyRefused([rule], [series('m', { job: value })])).toBe(
      `metric_declaration[0] selects m, but its label_matcher "x" reads texts of at most 16384 characters, got 16385: "${'x'.repeat(80)}…" (source_labels job)`,
    );
  });

  it.each<[string, number, Change[]]>([
    [
      'differs in a value rather than in a label that is missing',
      1,
      [{ sourceLabels: ['Service'], matcher: '.+' }, { matcher: '^api$' }],
    ],
    [
      'selects it rather than applies to it',
      1,
      [{ selectors: ['^x'] }, { sourceLabels: ['Service'], matcher: '.+' }],
    ],
    [
      'has the selector that begins most like it',
      1,
      [{ selectors: ['^or$'] }, { selectors: ['^order_'] }],
    ],
    ['does one of both', 1, [{ selectors: ['^x'], matcher: '^api$' }, { selectors: ['^x'] }]],
  ])('takes for the nearest declaration the one that %s', (_case, index, changes) => {
    expect(whyRefused(changes.map(declaration), [ORDERS])).toMatch(
      new RegExp(`^metric_declaration\\[${index}\\]`),
    );
  });

  it('goes by the series that comes nearest', () => {
    const others = [series('x', { job: 'web' }), ORDERS];
    const text = whyRefused([declaration({ selectors: ['^orders_'], matcher: '^api$' })], others);
    expect(text).toMatch(/selects orders_open/);
  });

  it('shows no more of a long value than can be read', () => {
    const long = series('m', { job: 'x'.repeat(10_000) });
    expect(whyRefused([declaration({ matcher: '^api$' })], [long]).length).toBeLessThan(300);
  });
});

describe('why a series has no dimension set', () => {
  it.each<[string, string, Record<string, string>, Change[]]>([
    [
      'a label that is missing',
      'metric_declaration[0] cannot publish m under [ServiceName, job]: there is no label ServiceName',
      { job: 'web' },
      [{ dimensions: [['ServiceName', 'job']] }],
    ],
    [
      'the set that lacks the fewest',
      'metric_declaration[1] cannot publish m under [a, job]: there is no label a',
      { job: 'web' },
      [
        { dimensions: [['a', 'b', 'c']] },
        {
          dimensions: [
            ['a', 'b'],
            ['a', 'job'],
          ],
        },
      ],
    ],
    [
      'a value that CloudWatch does not take',
      'metric_declaration[0] cannot publish m under [city]: CloudWatch does not accept city "Zürich"',
      { job: 'web', city: 'Zürich' },
      [{ dimensions: [['city']] }],
    ],
    [
      'a name that CloudWatch does not take',
      'metric_declaration[0] cannot publish m under [ä]: CloudWatch accepts no dimension "ä"',
      { job: 'web', ä: '1' },
      [{ dimensions: [['ä']] }],
    ],
    [
      'a label of the metric’s own name',
      'metric_declaration[0] cannot publish m under [m]: the label m has the same name as the metric',
      { job: 'web', m: '1' },
      [{ dimensions: [['m']] }],
    ],
    [
      'only declarations that select it and apply to it',
      'metric_declaration[2] cannot publish m under [b]: there is no label b',
      { job: 'web' },
      [{ matcher: '^api$' }, { selectors: ['^x'] }, { dimensions: [['b']] }],
    ],
    [
      'that there is no set',
      'no declaration that applies to m has any dimensions',
      { job: 'web' },
      [{ dimensions: [] }],
    ],
  ])('names %s', (_case, text, labels, changes) => {
    expect(whyIncomplete(changes.map(declaration), series('m', labels))).toBe(text);
  });
});
