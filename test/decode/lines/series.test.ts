import { describe, expect, it } from '@jest/globals';
import { MetricNames } from '../../../lambda/decode/lines/metric-names.ts';
import { MAX_LABELS, SeriesReader } from '../../../lambda/decode/lines/series.ts';
import { Families } from '../../../lambda/decode/text/families.ts';
import { ExpositionBody } from '../../../lambda/decode/tokens/body.ts';
import { TooManyLabelsError } from '../../../lambda/decode/tokens/error.ts';

/** Reads all lines with one reader, as an exposition is read. */
function readAll(text: string) {
  const body = new ExpositionBody(Buffer.from(text));
  const reader = new SeriesReader(body, new MetricNames(body, new Families()));
  const lines = [];
  for (let start = 0; start < body.length; start = body.lineEnd(start) + 1) {
    const { name, labels, end } = reader.read(start, lines.length + 1);
    const rest = body.text(end, body.lineEnd(end));
    lines.push({ name: name.name, labels: Object.entries(labels), rest });
  }
  return lines;
}

describe('Name and labels of a line', () => {
  it.each<[line: string, name: string, labels: [string, string][], rest: string]>([
    ['a 1', 'a', [], ' 1'],
    ['\t a_1:B 1', 'a_1:B', [], ' 1'],
    ['a{} 1', 'a', [], ' 1'],
    ['a{,} 1', 'a', [], ' 1'],
    ['a { } 1', 'a', [], ' 1'],
    ['a{b="c"} 1', 'a', [['b', 'c']], ' 1'],
    ['a{b="c",} 1', 'a', [['b', 'c']], ' 1'],
    [
      'a\t{ b = "c" , d\t=\t"e" , }1',
      'a',
      [
        ['b', 'c'],
        ['d', 'e'],
      ],
      '1',
    ],
    ['a{b=""} 1', 'a', [['b', '']], ' 1'],
    ['a{b="{},= #"} 1', 'a', [['b', '{},= #']], ' 1'],
    ['a{b="\\\\\\"\\n"} 1', 'a', [['b', '\\"\n']], ' 1'],
    ['a{b="\\d\\\\n"} 1', 'a', [['b', '\\d\\n']], ' 1'],
    ['a{b="é😀"} 1', 'a', [['b', 'é😀']], ' 1'],
    ['a{b="\0\r"} 1', 'a', [['b', '\0\r']], ' 1'],
    ['{"a b"} 1', 'a b', [], ' 1'],
    ['{"a\\"b",c="d"} 1', 'a"b', [['c', 'd']], ' 1'],
    ['{c="d","a"} 1', 'a', [['c', 'd']], ' 1'],
    ['a{"b c"="d"} 1', 'a', [['b c', 'd']], ' 1'],
    ['a', 'a', [], ''],
  ])('%j is read', (line, name, labels, rest) => {
    const read = { name, labels, rest };
    expect(readAll(`${line}\n`)).toEqual([read]);
    expect(readAll(`${line}\n${line}\n`)).toEqual([read, read]);
  });

  it.each<[line: string, labels: [string, string][], fault: string]>([
    [
      'a{b="c" d="e"} 1',
      [
        ['b', 'c'],
        ['d', 'e'],
      ],
      'expected "," after the label "b"',
    ],
    [
      'a{b="c""d"="e",} 1',
      [
        ['b', 'c'],
        ['d', 'e'],
      ],
      'expected "," after the label "b"',
    ],
    [
      'a{b="c\nd"} 1',
      [['b', 'c\nd']],
      'expected a line feed in quotes to be written as \\n, got "c\\nd"',
    ],
  ])('%j is read as Prometheus reads it, and its fault is told', (line, labels, fault) => {
    const body = new ExpositionBody(Buffer.from(`${line}\n`.repeat(2)));
    const reader = new SeriesReader(body, new MetricNames(body, new Families()));
    for (const start of [0, line.length + 1]) {
      const read = reader.read(start, 1);
      expect(Object.entries(read.labels)).toEqual(labels);
      expect(read).toMatchObject({ name: { name: 'a' }, fault, end: start + line.length - 2 });
    }
  });

  it('are those of the line at hand, however like the last line it is', () => {
    const text = [
      'name{le="10",code="200"} 1',
      'name{le="1",code="200"} 1',
      'name_sum{l="1",code="2000"} 1',
      'name{code="le"} 1',
      'nam{"le"="10"} 1',
      '{"nam",le="\\"10"} 1',
      'name 1',
    ];
    expect(readAll(`${text.join('\n')}\n`)).toEqual(text.flatMap((line) => readAll(`${line}\n`)));
  });

  it.each([
    ['1a 1', 'expected a metric name, got "1a 1"'],
    ['="b" 1', 'expected a metric name, got "=\\"b\\" 1"'],
    ['{} 1', 'expected a metric name, got labels only'],
    ['{""} 1', 'expected a metric name, got labels only'],
    ['{b="c"} 1', 'expected a metric name, got labels only'],
    ['a{"b"} 1', 'expected one metric name, got "a" and "b"'],
    ['a{b="c",,} 1', 'expected a label name, got ",} 1"'],
    ['a{b:c="d"} 1', `expected '=' after label name "b", got ":c=\\"d\\"} 1"`],
    ['a{1="b"} 1', 'expected a label name, got "1=\\"b\\"} 1"'],
    ['a{b} 1', `expected '=' after label name "b", got "} 1"`],
    ['a{b=c} 1', `expected '"' at start of label value, got "c} 1"`],
    ['a{b="c} 1', 'expected a closing quote, got the end of the line after "c} 1"'],
    ['a{b="c\\', 'expected a closing quote, got the end of the line after "c\\\\"'],
    ['a{b="c" =} 1', 'expected "," or "}" after a label, got "=} 1"'],
    ['a{b="c"1="d"} 1', 'expected "," or "}" after a label, got "1=\\"d\\"} 1"'],
    ['{"a" b="c"} 1', 'expected "," or "}" after a label, got "b=\\"c\\"} 1"'],
    ['a{b="c\\\nd"} 1', 'expected a closing quote, got the end of the line after "c\\\\"'],
    ['a{b="c"', 'expected "," or "}" after a label, got the end of the line'],
    ['a{', 'expected a label name, got the end of the line'],
    ['a{b="c",b="d"} 1', 'label "b" is given twice'],
    ['a{b="c","b"="d"} 1', 'label "b" is given twice'],
    ['a{__name__="b"} 1', 'label name "__name__" is reserved'],
  ])('%j is refused', (line, problem) => {
    expect(() => readAll(`ok{b="c"} 1\n${line}\n`)).toThrow(`line 2: ${problem}`);
  });

  it('are as many as a line may have, and no more', () => {
    const labels = (count: number) =>
      Array.from({ length: count }, (_, n): [string, string] => [`l${n}`, 'x']);
    const line = (count: number) =>
      `a{${labels(count)
        .map(([name, value]) => `${name}="${value}"`)
        .join(',')}} 1\n`;
    expect(readAll(line(MAX_LABELS))[0]?.labels).toEqual(labels(MAX_LABELS));
    expect(() => readAll(`ok 1\n${line(MAX_LABELS + 1)}`)).toThrow(
      new TooManyLabelsError(2, MAX_LABELS),
    );
  });
});
