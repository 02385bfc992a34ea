import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import { decodeText, textMemory } from '../../../lambda/decode/text/decoder.ts';
import { DecodeError } from '../../../lambda/decode/tokens/error.ts';
import { outcomeOf, type PlainSample, plain } from './outcome.ts';

describe('A text that is no exposition', () => {
  it.each([
    ['# TYPE a bar\n', 'line 1: unknown metric type "bar"'],
    ['# TYPE a constructor\n', 'line 1: unknown metric type "constructor"'],
    ['# TYPE "" gauge\n', 'line 1: invalid metric name in comment: "# TYPE \\"\\" gauge"'],
    ['# TYPE "a gauge\n', 'line 1: invalid metric name in comment: "# TYPE \\"a gauge"'],
    ['\n\n  a\n', 'line 3: expected float as value, got nothing'],
    ['a x\n', 'line 1: expected float as value, got "x"'],
    ['a 1 1.5\n', 'line 1: expected integer as timestamp, got "1.5"'],
    [
      'a 1 9300000000000000000\n',
      'line 1: expected integer as timestamp, got "9300000000000000000"',
    ],
    ['a 1 2 3\n', 'line 1: spurious string after timestamp: "3"'],
    ['a{b', 'line 1: expected \'=\' after label name "b", got the end of the line'],
    ['<!DOCTYPE html>\n', 'line 1: expected a metric name, got "<!DOCTYPE html>"'],
    [
      '{"error":"not found"}\n',
      'line 1: expected "," or "}" after a label, got ":\\"not found\\"}"',
    ],
    [`${'x'.repeat(70)}!\n`, `line 1: expected float as value, got "!"`],
    [`${'9'.repeat(70)}\n`, `line 1: expected a metric name, got "${'9'.repeat(57)}..."`],
  ])('%j is refused: %s', (text, message) => {
    expect(outcomeOf(Buffer.from(text))).toBe(`DecodeError: ${message}`);
  });

  it.each(['a{b="\xff"} 1\n', '{"a\xff"} 1\n'])('is refused where %j is no UTF-8', (line) => {
    const problem = 'expected UTF-8 text in name and labels, got invalid bytes';
    const memory = textMemory();
    const decode = () => decodeText(Buffer.from(`ok 1\n${line}`, 'latin1'), memory);
    expect(decode).toThrow(new DecodeError(2, problem));
    expect(decode).toThrow(new DecodeError(2, problem));
  });
});

describe('What the text format forbids and Prometheus takes', () => {
  it.each<[text: string, breach: string, samples: Partial<PlainSample>[]]>([
    [
      '# HELP a b\n# HELP a b\na 1\n',
      'line 2: second HELP line for metric name "a"',
      [{ value: 1 }],
    ],
    [
      '# HELP a b\n# HELP a c\na 1\n',
      'line 2: second HELP line for metric name "a"',
      [{ value: 1 }],
    ],
    [
      '# TYPE a gauge\n# TYPE a counter\na 1\n',
      'line 2: second TYPE line for metric name "a"',
      [{ type: 'gauge' }],
    ],
    [
      '# TYPE a gauge\na{x="1"} 1\nb 2\n# TYPE a gauge\na{x="2"} 3\n',
      'line 4: second TYPE line for metric name "a"',
      [{ type: 'gauge' }, { type: 'unknown' }, { type: 'gauge' }],
    ],
    [
      'a_total 1\n# TYPE a_total counter\na_total{x="y"} 2\n',
      'line 2: TYPE line for metric name "a_total" after its samples',
      [{ type: 'counter' }, { type: 'counter' }],
    ],
    [
      'a_sum 1\na_count 2\n# TYPE a summary\n',
      'line 3: TYPE line for metric name "a" after its samples',
      [
        { type: 'summary', family: 'a' },
        { type: 'summary', family: 'a' },
      ],
    ],
    [
      '# TYPE a summary\na_sum 1\n# TYPE a gauge\na 1\n',
      'line 3: second TYPE line for metric name "a"',
      [{ type: 'summary' }, { type: 'summary' }],
    ],
    [
      '# HELP 1 text\na 1\n',
      'line 1: invalid metric name in comment: "# HELP 1 text"',
      [{ value: 1 }],
    ],
    [
      '# HELP my-app.x text\na 1\n',
      'line 1: invalid metric name in comment: "# HELP my-app.x text"',
      [{ value: 1 }],
    ],
    ['a 1', 'line 1: expected a line feed at its end', [{ value: 1 }]],
    ['a 1\n  ', 'line 2: expected a line feed at its end', [{ value: 1 }]],
    ['a 1\n# end', 'line 2: expected a line feed at its end', [{ value: 1 }]],
    [
      '# TYPE a histogram\na_bucket{le="x"} 1\n',
      'line 2: expected a number as value of the label "le", got "x"',
      [{ labels: [['le', 'x']], type: 'histogram' }],
    ],
    [
      '# TYPE a summary\na{quantile=""} 1\n',
      'line 2: expected a number as value of the label "quantile", got ""',
      [{ labels: [['quantile', '']] }],
    ],
    [
      'a{x="1\n2"} 3\nb{x="1" y="2"} 4\n',
      'line 1: expected a line feed in quotes to be written as \\n, got "1\\n2"',
      [{ labels: [['x', '1\n2']] }, { value: 4 }],
    ],
    [
      'a 1\nb{x="1" y="2"} 4\n',
      'line 2: expected "," after the label "x"',
      [
        { value: 1 },
        {
          labels: [
            ['x', '1'],
            ['y', '2'],
          ],
        },
      ],
    ],
  ])('%j is told, each time: %s', (text, breach, samples) => {
    const memory = textMemory();
    for (let scrape = 0; scrape < 3; scrape++) {
      const decoded = decodeText(Buffer.from(text), memory);
      expect(decoded.breach).toBe(breach);
      expect(decoded.samples.map(plain)).toMatchObject(samples);
      expect(decoded.samples).toHaveLength(samples.length);
    }
  });

  it('counts the lines of a value that goes over several', () => {
    const text = 'a{x="1\n2\n3"} 1\nb x\n';
    const memory = textMemory();
    const message = 'DecodeError: line 4: expected float as value, got "x"';
    for (let scrape = 0; scrape < 3; scrape++) {
      expect(outcomeOf(Buffer.from(text), memory)).toBe(message);
    }
  });

  it('says of its families what HELP does, also where the lines are known', () => {
    const text = [
      '# HELP a \t How "long",\\nin \\\\ or \\".',
      '# HELP a Said again.',
      '#HELP c Nothing but a comment.',
      '# HELP "b.c" Of a quoted name.',
      '# HELP d',
      '# HELP e Of nothing.',
      'a 1\n',
    ].join('\n');
    const memory = textMemory();
    for (let scrape = 0; scrape < 2; scrape++) {
      expect(decodeText(Buffer.from(text), memory, { texts: true }).texts).toEqual([
        { family: 'a', help: 'How "long",\nin \\ or \\".' },
        { family: 'a', help: 'Said again.' },
        { family: 'b.c', help: 'Of a quoted name.' },
        { family: 'e', help: 'Of nothing.' },
      ]);
    }
  });

  it('leaves texts out that are not asked for, and says all else, in whatever order it is asked', () => {
    const page = Buffer.from('# HELP a Said once.\n# HELP a Again.\na 1\n');
    const memory = textMemory();
    const texts = [
      { family: 'a', help: 'Said once.' },
      { family: 'a', help: 'Again.' },
    ];
    for (const asked of [undefined, true, true, false, false, true]) {
      const decoded = decodeText(page, memory, { texts: asked });
      expect(decoded.texts).toEqual(asked ? texts : []);
      expect(decoded.breach).toBe('line 2: second HELP line for metric name "a"');
      expect(decoded.samples).toHaveLength(1);
    }
  });

  it('takes no memory for texts that are not asked for', () => {
    const body = Buffer.from(`# HELP a ${'x'.repeat(10_000)}\na 1\n`);
    const [without, withTexts] = [textMemory(), textMemory()];
    decodeText(body, without);
    decodeText(body, withTexts, { texts: true });
    expect(withTexts.bytes - without.bytes).toBe(10_000);
  });

  it('is told of samples that nobody wants, too', () => {
    const text = '# TYPE a histogram\na_bucket{le="x"} 1\n';
    const decoded = decodeText(Buffer.from(text), textMemory(), { wanted: () => false });
    expect(decoded).toMatchObject({
      breach: 'line 2: expected a number as value of the label "le", got "x"',
      unwanted: 1,
    });
  });

  it('leaves a comment alone that is no UTF-8', () => {
    const body = Buffer.from('# temp\xe9\n# HELP a \xe9\na{b="c"} 1\n', 'latin1');
    expect(decodeText(body, textMemory())).toMatchObject({
      breach: undefined,
      samples: [{ value: 1 }],
    });
  });
});

describe('A line that was seen before', () => {
  it('gives the same series object, and its value of now', () => {
    const memory = textMemory();
    const [first] = decodeText(Buffer.from('a{b="c"} 1\n'), memory).samples;
    const [second] = decodeText(Buffer.from('x 5\na{b="c"} 2 17\n'), memory).samples.slice(-1);
    expect(second!.series).toBe(first!.series);
    expect(second).toMatchObject({ value: 2, timestamp: 17 });
  });

  it.each([
    [
      'its family got another type',
      '# TYPE a gauge\na 1\n',
      '# TYPE a counter\na 1\n',
      'a',
      'counter',
    ],
    ['its family lost its type', '# TYPE a gauge\na 1\n', 'a 1\n', 'a', 'unknown'],
    [
      'its name became a family of its own',
      '# TYPE a summary\na_sum 1\n',
      '# TYPE a_sum summary\na_sum 1\n',
      'a_sum',
      'summary',
    ],
    [
      'its family became that of a summary',
      'a_sum 1\n',
      '# TYPE a summary\na_sum 1\n',
      'a',
      'summary',
    ],
    [
      'its family came to have no such samples',
      '# TYPE a histogram\na_bucket 1\n',
      '# TYPE a summary\na_bucket 1\n',
      'a_bucket',
      'unknown',
    ],
    [
      'only a HELP line made its name a family',
      '# TYPE a summary\na_sum 1\n',
      '# TYPE a summary\n# HELP a_sum\na_sum 1\n',
      'a_sum',
      'unknown',
    ],
  ])('has the meaning of now where %s', (_, before, now, family, type) => {
    const memory = textMemory();
    for (const text of [before, now, before, now]) {
      expect(outcomeOf(Buffer.from(text), memory)).toEqual(outcomeOf(Buffer.from(text)));
    }
    expect(outcomeOf(Buffer.from(now), memory)).toMatchObject([{ family, type }]);
  });

  it('is not taken for a longer one that begins with it', () => {
    const memory = textMemory();
    decodeText(Buffer.from('a 1\n'), memory);
    expect(outcomeOf(Buffer.from('a {b="c"} 1\n'), memory)).toMatchObject([
      { labels: [['b', 'c']] },
    ]);
    expect(outcomeOf(Buffer.from('a 1\n'), memory)).toMatchObject([{ labels: [] }]);
  });

  it('is not taken for a known one where a value sticks to the name', () => {
    const memory = textMemory();
    for (let scrape = 0; scrape < 2; scrape++) {
      expect(outcomeOf(Buffer.from('a-5 17\n'), memory)).toMatchObject([
        { name: 'a', value: -5, timestamp: 17 },
      ]);
    }
  });

  it('is read right though it is longer than what is remembered', () => {
    const memory = textMemory();
    const value = 'x'.repeat(100_000);
    const body = Buffer.from(`# HELP a ${value}\na{b="${value}"} 1\nc 2\n`);
    for (let scrape = 0; scrape < 3; scrape++) {
      expect(outcomeOf(body, memory)).toEqual(outcomeOf(body));
    }
    expect(memory.lines).toBe(1);
  });
});

describe('The text format 1.0.0', () => {
  it('has quoted names of any characters, for which the same rules hold', () => {
    const body = Buffer.from(
      [
        '# HELP "http.size" Of "bodies".',
        '# TYPE "http.size" histogram',
        '{"http.size_bucket","status.code"="200",le="1"} 2',
        '{"http.size_sum", "status.code"="200"} 3 17',
        '# TYPE "a \\"b\\" \\\\ größe" counter',
        '{"a \\"b\\" \\\\ größe"} 4',
        '{"plain",c="d"} 5',
        'plain{e="f"} 6',
        '',
      ].join('\n'),
    );
    const memory = textMemory();
    for (let scrape = 0; scrape < 2; scrape++) {
      expect(outcomeOf(body, memory)).toMatchObject([
        {
          name: 'http.size_bucket',
          family: 'http.size',
          type: 'histogram',
          labels: [
            ['status.code', '200'],
            ['le', '1'],
          ],
        },
        { name: 'http.size_sum', family: 'http.size', value: 3, timestamp: 17 },
        { name: 'a "b" \\ größe', type: 'counter', value: 4 },
        { name: 'plain', labels: [['c', 'd']] },
        { name: 'plain', labels: [['e', 'f']] },
      ]);
    }
  });
});

describe('Labels', () => {
  it('may have the names of properties that all objects have', () => {
    const [sample] = decodeText(
      Buffer.from('a{__proto__="b",constructor="c"} 1\n'),
      textMemory(),
    ).samples;
    expect(Object.entries(sample!.series.labels)).toEqual([
      ['__proto__', 'b'],
      ['constructor', 'c'],
    ]);
    expect(sample!.series.labels.toString).toBeUndefined();
  });
});

describe('What is kept of a body', () => {
  /** Bytes that fifty bodies of a megabyte have left behind, in a process that does nothing else. */
  async function grownBy(...args: string[]): Promise<number> {
    const program = join(import.meta.dirname, 'kept-bodies.ts');
    const { stdout } = await promisify(execFile)(process.execPath, [
      '--expose-gc',
      program,
      ...args,
    ]);
    return JSON.parse(stdout).grown;
  }

  it('is not the body', async () => {
    expect(await grownBy()).toBeLessThan(10_000_000);
    // The measure does see bodies that are kept.
    expect(await grownBy('bodies')).toBeGreaterThan(50_000_000);
  });
});
