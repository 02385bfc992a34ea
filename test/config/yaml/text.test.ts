import { describe, expect, it } from '@jest/globals';
import { Findings } from '../../../lambda/config/findings/findings.ts';
import { parseText } from '../../../lambda/config/yaml/text.ts';

async function parse(text: string) {
  const findings = new Findings();
  const value = (await parseText('doc', text, findings))?.value;
  return { value, messages: findings.issues.map(({ message }) => message) };
}

describe('text that is read', () => {
  it.each<[string, string, unknown]>([
    ['JSON indented by tabs', '{\n\t"a": [\n\t\t1\n\t]\n}', { a: [1] }],
    ['JSON escapes', '{"a": "\\ud83d\\ude00\\/\\u0041"}', { a: '😀/A' }],
    ['merged keys', 'd: &d {a: 1}\ne: {<<: *d, b: 2}', { d: { a: 1 }, e: { a: 1, b: 2 } }],
    ['keys that look like numbers', '1: a', { '1': 'a' }],
    ['an empty text', '# nothing', undefined],
    [
      'scalars of YAML 1.2',
      'a: [1.10, 0x1F, true, yes, 010, 1_0, "5", ~, 2024-01-01]',
      { a: [1.1, 31, true, 'yes', 10, '1_0', '5', null, '2024-01-01'] },
    ],
  ])('%s', async (_, text, value) => {
    expect(await parse(text)).toEqual({ value, messages: [] });
  });
});

describe('text that is refused, with line and column and without quoting it', () => {
  const deep = '['.repeat(20_000);
  const level = (name: string, below: string) => `${name}: &${name} [${`*${below},`.repeat(20)}]`;
  const explosive = ['a: &a [x]', level('b', 'a'), level('c', 'b'), level('d', 'c')].join('\n');

  it.each<[string, string, string[]]>([
    [
      'a missing bracket',
      'a: [1,\nb: 2',
      [
        'doc: line 2, column 1: expected YAML or JSON, given Flow sequence in block collection must be sufficiently indented and end with a ]',
      ],
    ],
    [
      'a missing comma, as in the user guide',
      '{"a": "x"\n "b": "y"}',
      ['doc: line 2, column 2: expected YAML or JSON, given Missing , between flow map items'],
    ],
    [
      'a key given twice',
      'a: 1\nb:\n  c: 1\n  c: 2',
      ['doc: line 4, column 3: expected YAML or JSON, given Map keys must be unique'],
    ],
    [
      'a second document',
      'a: 1\n---\nb: 2',
      ['doc: line 2, column 1: expected YAML or JSON, given a second document'],
    ],
    [
      'a directive',
      '%FOO x\n---\na: 1',
      ['doc: line 1, column 1: expected YAML or JSON, given a directive that is not known'],
    ],
    [
      'a tag that means something else',
      'a: !!omap {b: 1}',
      ['doc: line 1, column 4: expected YAML or JSON, given a tag of another type'],
    ],
    [
      'a tag of another tool',
      'a: !Sub x',
      ['doc: line 1, column 4: expected YAML or JSON, given a tag that is not known'],
    ],
    [
      'an alias without its anchor',
      'a: *x',
      ['doc: line 1, column 4: expected YAML or JSON, given an alias without its anchor'],
    ],
    [
      'an alias that contains itself',
      'a: &a\n  b: *a',
      ['doc: line 2, column 6: expected YAML or JSON, given an alias inside its own anchor'],
    ],
    ['aliases that explode', explosive, ['doc: expected YAML or JSON, given too many aliases']],
    [
      'a prototype',
      '{"__proto__": {"a": 1}}',
      ['doc: line 1, column 2: expected YAML or JSON, given the key __proto__'],
    ],
    [
      'a list as a key',
      '? [a]\n: b',
      ['doc: line 1, column 3: expected YAML or JSON, given a key that is no string'],
    ],
    [
      'text after the end',
      '{"a": 1} hunter2',
      ['doc: line 1, column 10: expected YAML or JSON, given something that does not belong there'],
    ],
  ])('%s', async (_, text, messages) => {
    expect(await parse(text)).toEqual({ value: undefined, messages });
  });

  it.each([
    '{"a": 1} ] hunter2',
    '{"a": 1}\n? b\nhunter2',
    'a: |x hunter2\n b',
    'a: !hunter2 x',
    'a: !hunter2! x',
    '%hunter2 x\n---\na: 1',
    'a: !!int hunter2',
    "a: 'hunter2",
  ])('what is not shown: %j', async (text) => {
    const { messages } = await parse(text);
    expect(messages.length).toBeGreaterThan(0);
    expect(messages.join('\n')).not.toMatch(/hunter2/);
  });

  it('a nesting too deep for any parser, once', async () => {
    const { messages } = await parse(deep);
    expect(messages).toHaveLength(1);
    expect(messages[0]).toMatch(
      /^doc: line 1, column \d+: expected YAML or JSON, given too deep a nesting$/,
    );
  });
});
