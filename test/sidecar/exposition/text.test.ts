import { describe, expect, it } from '@jest/globals';
import type { Family } from '../../../sidecar/exposition/family.ts';
import { writeText } from '../../../sidecar/exposition/text.ts';
import { readText } from './read-text.ts';

describe('The writer of the text format', () => {
  it('writes HELP, TYPE and the rows of each family', () => {
    const text = textOf([
      family({ rows: [{ labels: { a: 'b', c: 'd' }, value: 1.5 }] }),
      family({ name: 'other_total', type: 'counter', rows: [{ labels: {}, value: 2 }] }),
    ]);

    expect(text).toBe(
      [
        '# HELP temperature Of the air.',
        '# TYPE temperature gauge',
        'temperature{a="b",c="d"} 1.5',
        '# HELP other_total Of the air.',
        '# TYPE other_total counter',
        'other_total 2',
        '',
      ].join('\n'),
    );
  });

  it('leaves out a family without rows', () => {
    expect(textOf([family({ rows: [] })])).toBe('');
  });

  it.each([[undefined], ['']])('leaves out a label whose value is %p', (value) => {
    const text = textOf([family({ rows: [{ labels: { a: value, b: 'c' }, value: 1 }] })]);

    expect(text).toContain('\ntemperature{b="c"} 1\n');
  });

  it.each([
    ['a quotation mark', 'say "no"', 'say \\"no\\"'],
    ['a backslash', 'C:\\new', 'C:\\\\new'],
    ['a line feed', 'one\ntwo', 'one\\ntwo'],
    ['half a surrogate pair', 'x\ud800', 'x\ufffd'],
  ])('escapes %s in a label value', (_, value, written) => {
    const text = textOf([family({ rows: [{ labels: { a: value }, value: 1 }] })]);

    expect(text).toContain(`temperature{a="${written}"} 1\n`);
    expect(readText(text).get('temperature')?.rows[0]?.labels.a).toBe(value.toWellFormed());
  });

  it('escapes backslashes and line feeds in the help', () => {
    expect(textOf([family({ help: 'a\\b\nc', rows: [{ labels: {}, value: 1 }] })])).toContain(
      '# HELP temperature a\\\\b\\nc\n',
    );
  });

  it('writes a series once: the first of two with the same labels', () => {
    const rows = [
      { labels: { a: '\ud800' }, value: 1 },
      { labels: { a: '\udfff' }, value: 2 },
      { labels: { a: 'z' }, value: 3 },
    ];

    expect(
      readText(textOf([family({ rows })]))
        .get('temperature')
        ?.rows.map(({ value }) => value),
    ).toEqual([1, 3]);
  });

  it.each([
    [0, '0'],
    [-1.25, '-1.25'],
    [1e21, '1e+21'],
    [18_446_744_073_709_552_000, '18446744073709552000'],
    [1_740_632_779.3947904, '1740632779.3947904'],
    [Number.POSITIVE_INFINITY, '+Inf'],
    [Number.NEGATIVE_INFINITY, '-Inf'],
    [Number.NaN, 'NaN'],
  ])('writes the number %p as %s', (value, written) => {
    expect(textOf([family({ rows: [{ labels: {}, value }] })])).toContain(
      `\ntemperature ${written}\n`,
    );
  });
});

function family(changes: Partial<Family>): Family {
  return { name: 'temperature', type: 'gauge', help: 'Of the air.', rows: [], ...changes };
}

function textOf(families: readonly Family[]): string {
  return [...writeText(families)].join('');
}
