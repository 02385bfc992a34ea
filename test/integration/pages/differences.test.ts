import { describe, expect, it } from '@jest/globals';
import { differenceOf } from './differences.ts';
import { mended } from './mended.ts';
import { decodedPage, OPENMETRICS, TEXT } from './page.ts';

/** What both read on a page, and the server on the mended one. */
type Samples = readonly string[] | undefined;

function reasonsOf(text: string, contentType: string, there: Samples, thereMended: Samples) {
  const page = { contentType, body: Buffer.from(text, 'latin1') };
  const here = decodedPage(page, true);
  return differenceOf({ page, here, there, mended: mended(page), thereMended }).reasons;
}

const A = '["a",[]] 1';

/** A page that only the collector takes, and the same as the server takes it. */
const POINTS: readonly (readonly [reason: string, type: string, page: string, mended: string])[] = [
  ['blanks before a name are no part of it', TEXT, ' a 1\n', 'a 1\n'],
  ['a timestamp may have a sign', TEXT, 'a 1 -17\n', 'a 1 17\n'],
  ['a comma may come first', TEXT, 'a{,} 1\n', 'a{} 1\n'],
  ['a TYPE line may have no type', TEXT, '# TYPE a\na 1\n', 'a 1\n'],
  ['a TYPE line of what is no name is a comment', TEXT, '# TYPE a, gauge\na 1\n', 'a 1\n'],
  ['a TYPE line may have more blanks', TEXT, '# TYPE  a gauge \na 1\n', '# TYPE a gauge\na 1\n'],
  [
    'types are read in any case, and those of OpenMetrics, too',
    TEXT,
    '# TYPE a GAUGE\n# TYPE b info\na 1\n',
    '# TYPE a gauge\n# TYPE b untyped\na 1\n',
  ],
  [
    'a UNIT line that its name does not fit breaks a rule, and nothing depends on it',
    OPENMETRICS,
    '# UNIT a seconds\na 1\n# EOF\n',
    'a 1\n# EOF\n',
  ],
  ['no sample depends on a HELP line', TEXT, '# HELP a \xe9\na 1\n', 'a 1\n'],
];

describe.each(POINTS)(
  'a page is read differently on purpose, as %s',
  (reason, type, page, better) => {
    it('if the server reads the same without that', () => {
      expect(mended({ contentType: type, body: Buffer.from(page, 'latin1') })).toEqual({
        page: { contentType: type, body: Buffer.from(better) },
        reasons: [reason],
      });
      expect(reasonsOf(page, type, undefined, [A])).toEqual([reason]);
    });

    it.each<[string, Samples]>([
      ['another value', ['["a",[]] 2']],
      ['another name', ['["b",[]] 1']],
      ['one sample more', [A, '["b",[]] 1']],
      ['none', []],
      ['nothing, as another line is at fault', undefined],
    ])('but not if it reads %s then', (_, thereMended) => {
      expect(reasonsOf(page, type, undefined, thereMended)).toEqual([]);
    });
  },
);

it.each([
  ['a value with a sign', TEXT, 'a -1\n'],
  ['a type that nobody knows', TEXT, '# TYPE a nonsense\n'],
  ['a TYPE line as all read it', TEXT, '# TYPE a gauge\n'],
  ['a comma that comes twice', TEXT, 'a{b="c",,} 1\n'],
  ['what looks like a line in the value of a label', TEXT, 'a{b="\n# TYPE a\n# HELP\n c"} 1\n'],
  ['a line that is no comment', TEXT, 'HELP a x\n'],
  [
    'lines of OpenMetrics that have to be right there',
    OPENMETRICS,
    '# TYPE a GAUGE\n a 1\n# EOF\n',
  ],
])('a page is not mended where it has %s', (_, contentType, text) => {
  const page = { contentType, body: Buffer.from(text) };
  expect(mended(page)).toEqual({ page, reasons: [] });
});

it.each<[string, string, string, Samples, boolean]>([
  ['values where nothing has blanks', 'a 1\n', TEXT, ['["a",[]] 2'], false],
  ['a refusal here of what the server takes', 'a x\n', TEXT, [A], false],
  [
    'a _created line of a counter',
    '# TYPE a counter\na_total 1\na_created 5\n# EOF\n',
    OPENMETRICS,
    ['["a_created",[]] 5', '["a_total",[]] 1'],
    true,
  ],
  [
    'a _created line, and another value',
    '# TYPE a counter\na_total 1\na_created 5\n# EOF\n',
    OPENMETRICS,
    ['["a_created",[]] 5', '["a_total",[]] 2'],
    false,
  ],
  [
    'a _created line of no counter',
    'a_total 1\n# EOF\n',
    OPENMETRICS,
    ['["a_created",[]] 5', '["a_total",[]] 1'],
    false,
  ],
  [
    'a bound below a second TYPE line',
    '# TYPE a histogram\n# TYPE a histogram\na_bucket{le="1"} 1\n',
    TEXT,
    ['["a_bucket",[["le","1"]]] 1'],
    true,
  ],
  [
    'a bound below a second TYPE line, and another value',
    '# TYPE a histogram\n# TYPE a histogram\na_bucket{le="1"} 1\n',
    TEXT,
    ['["a_bucket",[["le","1"]]] 2'],
    false,
  ],
  [
    'another bound below a second TYPE line',
    '# TYPE a histogram\n# TYPE a histogram\na_bucket{le="1"} 1\n',
    TEXT,
    ['["a_bucket",[["le","2"]]] 1'],
    false,
  ],
  [
    'a bound below its TYPE line',
    '# TYPE a histogram\na_bucket{le="1"} 1\n# TYPE b gauge\nb{le="x"} 1\n',
    TEXT,
    ['["a_bucket",[["le","1"]]] 1', '["b",[["le","x"]]] 1'],
    false,
  ],
])('of two that both read may differ: %s', (_, text, contentType, there, expected) => {
  expect(reasonsOf(text, contentType, there, there).length > 0).toBe(expected);
});
