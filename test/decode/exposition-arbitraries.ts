import fc from 'fast-check';
import type { PlainSample } from './text/outcome.ts';

/** An exposition as bytes, and the samples that it means. */
export interface WrittenExposition {
  body: Buffer;
  samples: PlainSample[];
}

/** Lines, right and wrong, of so few names that they meet in one exposition, with all that changes a line's meaning. */
const LINES = [
  '',
  '   ',
  '#',
  '# a comment',
  ' # TYPE a counter',
  '# TYPE a counter',
  '# TYPE a gauge',
  '# TYPE a summary',
  '# TYPE a histogram',
  '# TYPE a untyped\r',
  '# TYPE a',
  '# TYPE a nonsense',
  '# TYPE a_sum gauge',
  '# TYPE a_sum summary',
  '# TYPE "a b" gauge',
  '# TYPE 1 gauge',
  '# HELP a',
  '# HELP a_sum text',
  '# HELP a some text',
  '# HELP a other text',
  'a 1',
  'a 2',
  'a +Inf',
  'a NaN',
  'a -0',
  'a 1e400',
  'a 0.1234567890123456789',
  'a 1 1700000000000',
  'a 1 1700000000000 x',
  'a  1\t17 ',
  'a',
  'a ',
  'a x',
  ' a 1',
  'a-5 1',
  'a1 1',
  'a_sum 3',
  'a_count 3',
  'a_bucket{le="1"} 1',
  'a_bucket{le="+Inf"} 2',
  'a_bucket{le="x"} 2',
  'a{quantile="0.5"} 1',
  'a{quantile="x"} 1',
  'a{b="c"} 1',
  'a{b="c"} -1.5e-7',
  'a{b="c"}1',
  'a {b="c"} 1',
  'a{b="c",} 1',
  'a{b="c",b="d"} 1',
  'a{b="c"',
  'a{b="}"} 1',
  'a{b="\\"} 2"} 1',
  'a{b="\\\\"} 1',
  'a{b="é"} 1',
  'a{__name__="b"} 1',
  'a{__proto__="b"} 1',
  '{"a b"} 1',
  '{"a b",c="d"} 1',
  '{"a","le"="x"} 1',
  '{c="d"} 1',
  'a{} 1',
];

const CHARACTERS = ['\n', '\t', ' ', '"', '\\', '{', '}', ',', '=', '#', '_', 'a', '0', '.', '-'];

const anyLine = fc.oneof(
  { weight: 20, arbitrary: fc.constantFrom(...LINES) },
  { weight: 1, arbitrary: fc.string({ unit: fc.constantFrom(...CHARACTERS), maxLength: 12 }) },
  { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 8 }) },
);

/** Expositions of the same few lines, one after the other, many of them broken. */
export const anyExpositions: fc.Arbitrary<Buffer[]> = fc
  .array(anyLine, { minLength: 1, maxLength: 8 })
  .chain((lines) => fc.array(expositionOf(lines), { minLength: 2, maxLength: 8 }));

function expositionOf(lines: readonly string[]): fc.Arbitrary<Buffer> {
  return fc
    .tuple(
      fc.array(fc.constantFrom(...lines), { maxLength: 8 }),
      fc.constantFrom('\n', '\n', '\n', '\n', '\n', ''),
    )
    .map(([chosen, end]) => Buffer.from(chosen.join('\n') + end));
}

/** A change of a text: `at` and `other` choose its places. */
export interface Edit {
  kind: 'insert' | 'delete' | 'replace' | 'drop line' | 'repeat line' | 'swap lines' | 'new value';
  at: number;
  other: number;
  text: string;
}

export const anyEdit: fc.Arbitrary<Edit> = fc.record({
  kind: fc.constantFrom(
    'insert',
    'delete',
    'replace',
    'drop line',
    'repeat line',
    'swap lines',
    'new value',
  ),
  at: fc.nat(),
  other: fc.nat(),
  text: fc.oneof(fc.constantFrom(...CHARACTERS), fc.constantFrom(...LINES.map((l) => `${l}\n`))),
});

/** @param text one character for each byte */
export function edited(text: string, { kind, at, other, text: added }: Edit): string {
  const place = at % (text.length + 1);
  if (kind === 'insert') return text.slice(0, place) + added + text.slice(place);
  if (kind === 'delete') return text.slice(0, place) + text.slice(place + 1);
  if (kind === 'replace') return text.slice(0, place) + added + text.slice(place + 1);
  const lines = text.split('\n');
  const line = at % lines.length;
  const otherLine = other % lines.length;
  const { [line]: moved = '', [otherLine]: swapped = '' } = lines;
  if (kind === 'drop line') lines.splice(line, 1);
  else if (kind === 'repeat line') lines.splice(otherLine, 0, moved);
  else if (kind === 'swap lines') [lines[line], lines[otherLine]] = [swapped, moved];
  else lines[line] = moved.replace(/\S+$/, String(other / 1000));
  return lines.join('\n');
}

const anyBlank = fc.constantFrom('', '', '', ' ', '\t', '  ');
const anySpace = fc.constantFrom(' ', ' ', ' ', '\t', '  ');
const anyLabelName = fc.constantFrom('a', 'b', 'code', '_x9', '__proto__', 'constructor', 'é "ö"');
const anyLabelValue = fc.string({
  unit: fc.constantFrom('a', 'é', '😀', '"', '\\', '\n', '{', '}', ',', ' ', '='),
  maxLength: 20,
});
const anyValue = fc.oneof(
  fc.double(),
  fc.integer(),
  fc.constantFrom(0, -0, Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY),
);
const anySample = fc.record({
  labels: fc.uniqueArray(fc.tuple(anyLabelName, anyLabelValue), {
    maxLength: 4,
    selector: ([name]) => name,
  }),
  suffix: fc.nat(),
  value: anyValue,
  timestamp: fc.option(fc.integer({ min: -(2 ** 40), max: 2 ** 41 }), { nil: undefined }),
  blank: anyBlank,
  space: anySpace,
  comma: fc.boolean(),
});
const anyFamily = fc.record({
  name: fc.constantFrom('m', 'up', 'a:b', '_', 'Http_requests', 'with blank', 'größe'),
  type: fc.constantFrom('counter', 'gauge', 'summary', 'histogram', 'untyped', undefined),
  help: fc.option(fc.constantFrom('some text', 'é', '\\n', ''), { nil: undefined }),
  typeFirst: fc.boolean(),
  samples: fc.array(anySample, { maxLength: 5 }),
});

/** Valid expositions in all ways of writing them. */
export const anyValidExposition: fc.Arbitrary<WrittenExposition> = fc
  .uniqueArray(anyFamily, { maxLength: 4, selector: ({ name }) => name })
  .map((families) => {
    const lines: string[] = [];
    const samples: PlainSample[] = [];
    for (const { name, type, help, typeFirst, samples: given } of families) {
      const comments = [
        ...(help === undefined ? [] : [`# HELP ${written(name)} ${help}`]),
        ...(type === undefined ? [] : [`# TYPE ${written(name)} ${type}`]),
      ];
      lines.push(...(typeFirst ? comments.reverse() : comments));
      for (const sample of given) {
        const suffixes = SUFFIXES[type ?? ''] ?? [''];
        const suffix = suffixes[sample.suffix % suffixes.length]!;
        const labels: [string, string][] = [...sample.labels];
        if (suffix === '_bucket') labels.push(['le', '0.5']);
        const { value, timestamp, blank, space } = sample;
        lines.push(
          seriesText(name + suffix, labels, blank, sample.comma) +
            space +
            floatText(value) +
            (timestamp === undefined ? '' : space + timestamp),
        );
        samples.push({
          name: name + suffix,
          family: name,
          type: type === undefined || type === 'untyped' ? 'unknown' : type,
          labels,
          value,
          timestamp,
        });
      }
    }
    return { body: Buffer.from(lines.map((line) => `${line}\n`).join('')), samples };
  });

const SUFFIXES: Readonly<Record<string, readonly string[]>> = {
  summary: ['', '_sum', '_count'],
  histogram: ['_bucket', '_sum', '_count'],
};

function seriesText(
  name: string,
  labels: readonly [string, string][],
  blank: string,
  comma: boolean,
): string {
  const quoted = written(name) !== name;
  const parts = [
    ...(quoted ? [written(name)] : []),
    ...labels.map(([key, value]) => `${written(key)}${blank}=${blank}${quotation(value)}`),
  ];
  if (parts.length === 0) return name;
  const end = comma ? `${blank},${blank}}` : `${blank}}`;
  return `${quoted ? '' : name}{${blank}${parts.join(`${blank},${blank}`)}${end}`;
}

/** A name as it is, or quoted where the format wants that. */
function written(name: string): string {
  return /^[A-Za-z_:][\w:]*$/.test(name) ? name : quotation(name);
}

function quotation(text: string): string {
  return `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')}"`;
}

function floatText(value: number): string {
  if (Object.is(value, -0)) return '-0';
  return String(value).replace('Infinity', 'Inf');
}
