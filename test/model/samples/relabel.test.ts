// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the templates of relabeling look like those of JavaScript
import { createHash } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { relabelConfig } from '../../../lambda/config/prometheus/relabel-config.ts';
import { relabel } from '../../../lambda/model/samples/relabel.ts';
import { labelsOf } from '../../../lambda/model/samples/sample.ts';

type Texts = Record<string, string>;

/** What rules, as a configuration has them, make of labels. */
function relabeled(labels: Texts, ...configs: object[]): Texts | undefined {
  const rules = configs.map((config) => relabelConfig.parse(config));
  const result = relabel(labelsOf(labels), rules);
  return result && { ...result };
}

interface Case {
  readonly name: string;
  readonly labels: Texts;
  readonly rules: readonly object[];
  readonly expected: Texts | undefined;
}

const CASES: readonly Case[] = [
  {
    name: 'replace sets a label to what a group gave',
    labels: { a: 'foo', b: 'bar', c: 'baz' },
    rules: [
      { source_labels: ['a'], target_label: 'd', regex: 'f(.*)', replacement: 'ch${1}-ch${1}' },
    ],
    expected: { a: 'foo', b: 'bar', c: 'baz', d: 'choo-choo' },
  },
  {
    name: 'rules apply one after the other',
    labels: { a: 'foo', b: 'bar', c: 'baz' },
    rules: [
      {
        source_labels: ['a', 'b'],
        target_label: 'a',
        regex: 'f(.*);(.*)r',
        replacement: 'b${1}${2}m',
      },
      {
        source_labels: ['c', 'a'],
        regex: '(b).*b(.*)ba(.*)',
        target_label: 'd',
        replacement: '$1$2$2$3',
      },
    ],
    expected: { a: 'boobam', b: 'bar', c: 'baz', d: 'boooom' },
  },
  {
    name: 'replace leaves everything alone where nothing matches',
    labels: { a: 'foo' },
    rules: [{ source_labels: ['a'], regex: 'o', target_label: 'b', replacement: 'x' }],
    expected: { a: 'foo' },
  },
  {
    name: 'replace deletes a label whose value becomes empty',
    labels: { a: 'foo', f1: 'x' },
    rules: [{ source_labels: ['a'], regex: 'foo', target_label: 'f1', replacement: '$9' }],
    expected: { a: 'foo' },
  },
  {
    name: 'replace copies by default, also what is not there',
    labels: { a: 'line\nbreak', b: 'x' },
    rules: [
      { source_labels: ['a'], target_label: 'c' },
      { source_labels: ['missing'], target_label: 'b' },
    ],
    expected: { a: 'line\nbreak', c: 'line\nbreak' },
  },
  {
    name: 'replace without source labels sets a constant',
    labels: {},
    rules: [{ target_label: 'env', replacement: 'prod' }],
    expected: { env: 'prod' },
  },
  {
    name: 'replace expands groups in the name of the label too',
    labels: { a: 'some-name-value' },
    rules: [
      {
        source_labels: ['a'],
        regex: 'some-([^-]+)-([^,]+)',
        replacement: '${2}',
        target_label: '${1}',
      },
      {
        source_labels: ['a'],
        regex: '(?P<key>some)-.*',
        replacement: '$key',
        target_label: 'x_$key',
      },
    ],
    expected: { a: 'some-name-value', name: 'value', x_some: 'some' },
  },
  {
    name: 'replace passes over a label without a name',
    labels: { a: 'foo' },
    rules: [{ source_labels: ['a'], regex: '(foo)|(bar)', replacement: 'x', target_label: '${2}' }],
    expected: { a: 'foo' },
  },
  {
    name: 'the longest name that a reference can have is the one meant',
    labels: { a: 'foo' },
    rules: [
      { source_labels: ['a'], target_label: 'b', replacement: '$1x' },
      { source_labels: ['a'], target_label: 'c', replacement: '${1}x' },
      { source_labels: ['a'], target_label: 'd', replacement: '$$1 $ ${ ${1 ${} $-' },
      { source_labels: ['a'], target_label: 'e', replacement: '<$01$00$>' },
      { source_labels: ['a'], target_label: 'f', replacement: '$0' },
    ],
    expected: { a: 'foo', c: 'foox', d: '$1 $ ${ ${1 ${} $-', e: '<$>', f: 'foo' },
  },
  {
    name: 'keep drops what does not match as a whole',
    labels: { a: 'foobar' },
    rules: [{ source_labels: ['a'], regex: 'foo', action: 'keep' }],
    expected: undefined,
  },
  {
    name: 'keep keeps what matches any branch as a whole',
    labels: { a: 'foobar' },
    rules: [{ source_labels: ['a'], regex: 'foo|foobar', action: 'keep' }],
    expected: { a: 'foobar' },
  },
  {
    name: 'drop drops what matches, and nothing is done after it',
    labels: { a: 'foo', b: 'bar' },
    rules: [
      { source_labels: ['a', 'b'], separator: '-', regex: 'foo-bar', action: 'drop' },
      { target_label: 'c', replacement: 'x' },
    ],
    expected: undefined,
  },
  {
    name: 'drop drops where the expression matches that there is no label',
    labels: { a: 'foo' },
    rules: [{ source_labels: ['b'], regex: '', action: 'drop' }],
    expected: undefined,
  },
  {
    name: 'inline flags are those of RE2',
    labels: { a: 'FOO' },
    rules: [{ source_labels: ['a'], regex: '(?i)foo', action: 'keep' }],
    expected: { a: 'FOO' },
  },
  {
    name: 'keepequal drops what differs',
    labels: { __port1: '1234', __port2: '5678' },
    rules: [{ action: 'keepequal', source_labels: ['__port1'], target_label: '__port2' }],
    expected: undefined,
  },
  {
    name: 'keepequal keeps what is equal, joined labels too',
    labels: { a: '1', b: '2', c: '1;2' },
    rules: [{ action: 'keepequal', source_labels: ['a', 'b'], target_label: 'c' }],
    expected: { a: '1', b: '2', c: '1;2' },
  },
  {
    name: 'dropequal drops what is equal',
    labels: { a: '1', b: '1' },
    rules: [{ action: 'dropequal', source_labels: ['a'], target_label: 'b' }],
    expected: undefined,
  },
  {
    name: 'dropequal takes a label that is not there for an empty one',
    labels: { a: '1' },
    rules: [{ action: 'dropequal', source_labels: ['x'], target_label: 'y' }],
    expected: undefined,
  },
  {
    name: 'dropequal keeps what differs',
    labels: { a: '1', b: '2' },
    rules: [{ action: 'dropequal', source_labels: ['a'], target_label: 'b' }],
    expected: { a: '1', b: '2' },
  },
  {
    // The figure of Prometheus' own test (model/relabel/relabel_test.go).
    name: 'hashmod gives the figure that Prometheus gives',
    labels: { a: 'foo', b: 'bar', c: 'baz' },
    rules: [
      { source_labels: ['c'], target_label: 'd', separator: ';', action: 'hashmod', modulus: 1000 },
    ],
    expected: { a: 'foo', b: 'bar', c: 'baz', d: '976' },
  },
  {
    name: 'hashmod hashes line breaks too',
    labels: { a: 'foo\nbar' },
    rules: [{ source_labels: ['a'], target_label: 'b', action: 'hashmod', modulus: 1000 }],
    expected: { a: 'foo\nbar', b: '734' },
  },
  {
    name: 'labelmap renames copies of labels',
    labels: { __meta_my_bar: 'aaa', __meta_my_baz: 'bbb', other: 'ccc' },
    rules: [{ action: 'labelmap', regex: '__meta_(my.*)', replacement: '${1}' }],
    expected: {
      __meta_my_bar: 'aaa',
      __meta_my_baz: 'bbb',
      other: 'ccc',
      my_bar: 'aaa',
      my_baz: 'bbb',
    },
  },
  {
    name: 'labelmap does not map what it has just made',
    labels: { a: '1' },
    rules: [{ action: 'labelmap', regex: '(a+)', replacement: '${1}a' }],
    expected: { a: '1', aa: '1' },
  },
  {
    name: 'labeldrop removes labels by their names',
    labels: { a: 'foo', b1: 'bar', b2: 'baz' },
    rules: [{ action: 'labeldrop', regex: '(b.*)' }],
    expected: { a: 'foo' },
  },
  {
    name: 'labelkeep removes the others',
    labels: { a: 'foo', b1: 'bar', ab: 'baz' },
    rules: [{ action: 'labelkeep', regex: 'b.*' }],
    expected: { b1: 'bar' },
  },
  {
    name: 'lowercase and uppercase change a letter into a letter',
    labels: { foo: 'bAr123Foo ÄßΣ', empty: 'x' },
    rules: [
      { action: 'lowercase', source_labels: ['foo'], target_label: 'lower' },
      { action: 'uppercase', source_labels: ['foo'], target_label: 'upper' },
      { action: 'lowercase', source_labels: ['missing'], target_label: 'empty' },
    ],
    expected: {
      foo: 'bAr123Foo ÄßΣ',
      lower: 'bar123foo äßσ',
      upper: 'BAR123FOO ÄßΣ',
    },
  },
  {
    name: 'labels may be called like a member of every object',
    labels: { constructor: 'a' },
    rules: [
      { source_labels: ['constructor', 'toString'], target_label: '__proto__' },
      { action: 'keepequal', source_labels: ['hasOwnProperty'], target_label: 'valueOf' },
    ],
    expected: JSON.parse('{"constructor": "a", "__proto__": "a;"}'),
  },
];

describe('relabeling', () => {
  it.each(CASES.map((c) => [c.name, c] as const))('%s', (_, { labels, rules, expected }) => {
    expect(relabeled(labels, ...rules)).toEqual(expected);
  });

  it.each(['REPLACE', 'Replace', 'rEPLACE'])('knows the action %s', (action) => {
    expect(relabeled({}, { action, target_label: 'a', replacement: 'b' })).toEqual({ a: 'b' });
  });

  it('leaves the labels alone that it was given', () => {
    const labels = { a: '1' };
    relabeled(labels, { action: 'labeldrop', regex: '.*' });
    expect(labels).toEqual({ a: '1' });
  });

  it('reduces the hash exactly, whatever the modulus is', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary' }),
        fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER }),
        (value, modulus) => {
          const digits = createHash('md5').update(value).digest('hex').slice(16);
          const expected = String(BigInt(`0x${digits}`) % BigInt(modulus));
          const rule = { action: 'hashmod', source_labels: ['a'], target_label: 'b', modulus };
          expect(relabeled({ a: value }, rule)?.b).toBe(expected);
        },
      ),
    );
  });

  it('never gives a label without a name or a value', () => {
    const template = fc.string({ unit: fc.constantFrom(...'$1{}a_0'.split('')), minLength: 1 });
    fc.assert(
      fc.property(template, template, fc.string(), (target_label, replacement, value) => {
        const rule = { source_labels: ['a'], regex: '(a*)(.*)', target_label, replacement };
        const result = relabeled({ a: value || 'a' }, rule) ?? {};
        expect(Object.entries(result).flat()).not.toContain('');
      }),
    );
  });
});
