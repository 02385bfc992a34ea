import { describe, expect, it } from '@jest/globals';
import {
  decodeOpenMetrics,
  openMetricsMemory,
} from '../../../lambda/decode/openmetrics/decoder.ts';
import { labelsOf } from '../../../lambda/model/samples/sample.ts';
import { openMetricsOutcomeOf } from './outcome.ts';

/** Decodes lines, cold and warm, which must not differ. */
function decode(...lines: string[]) {
  const body = Buffer.from([...lines, '# EOF\n'].join('\n'));
  const memory = openMetricsMemory();
  const outcome = openMetricsOutcomeOf(body, memory);
  for (let scrape = 0; scrape < 2; scrape++) {
    expect(openMetricsOutcomeOf(body, memory)).toEqual(outcome);
  }
  return outcome;
}

/** Name with labels, value, timestamp and start of each sample. */
function samplesOf(...lines: string[]) {
  const outcome = decode(...lines);
  if (typeof outcome === 'string') throw new Error(outcome);
  return outcome.samples.map(({ name, labels, value, timestamp, start }) => [
    [name, ...labels.map(([key, text]) => `${key}=${text}`)].join(' '),
    value,
    timestamp,
    start,
  ]);
}

describe('An OpenMetrics exposition', () => {
  it('gives samples with their family and its type', () => {
    const outcome = decode(
      '# TYPE requests counter',
      '# HELP requests All of them.',
      'requests_total{code="200"} 5',
      '# TYPE temperature_celsius gauge',
      '# UNIT temperature_celsius celsius',
      'temperature_celsius -3.5',
      '# TYPE build info',
      'build_info{version="1"} 1',
      '# TYPE mode stateset',
      'mode{mode="on"} 1',
      'other NaN',
    );
    expect(outcome).toEqual({
      breach: undefined,
      samples: [
        {
          name: 'requests_total',
          family: 'requests',
          type: 'counter',
          labels: [['code', '200']],
          value: 5,
        },
        { name: 'temperature_celsius', family: 'temperature_celsius', type: 'gauge', value: -3.5 },
        {
          name: 'build_info',
          family: 'build',
          type: 'info',
          labels: [['version', '1']],
          value: 1,
        },
        { name: 'mode', family: 'mode', type: 'stateset', labels: [['mode', 'on']], value: 1 },
        { name: 'other', family: 'other', type: 'unknown', value: Number.NaN },
      ].map((sample) => ({ labels: [], timestamp: undefined, ...sample })),
    });
  });

  it('may have quoted names', () => {
    const samples = samplesOf(
      '# TYPE "http.requests" counter',
      '{"http.requests_total","status.code"="200"} 5 # {"trace.id"="1"} 1',
      '{"größe",a="b"} 1',
    );
    expect(samples).toEqual([
      ['http.requests_total status.code=200', 5, undefined, undefined],
      ['größe a=b', 1, undefined, undefined],
    ]);
  });

  it('has timestamps in seconds, and many points of a series', () => {
    const samples = samplesOf(
      '# TYPE cpu gauge',
      'cpu{task="a"} 1 1700000000',
      'cpu{task="a"} 2 1700000010.25',
      'cpu{task="a"} 3 1.70000002e9',
      'cpu{task="b"} 4 -1.5',
    );
    expect(samples).toEqual([
      ['cpu task=a', 1, 1_700_000_000_000, undefined],
      ['cpu task=a', 2, 1_700_000_010_250, undefined],
      ['cpu task=a', 3, 1_700_000_020_000, undefined],
      ['cpu task=b', 4, -1_500, undefined],
    ]);
  });

  it.each(['1520879607.789', '1520430000.123', '0.001', '1700000000.999'])(
    'has the nearest millisecond of %s s',
    (seconds) => {
      expect(samplesOf(`a 1 ${seconds}`)).toEqual([
        ['a', 1, Number(seconds.replace(/\.(?=\d{3})/, '')), undefined],
      ]);
    },
  );

  it('says with _created when the samples of the same point began to count', () => {
    const samples = samplesOf(
      '# TYPE requests counter',
      'requests_total{a="1"} 1',
      'requests_created{a="1"} 1520430000.123',
      'requests_created{a="2"} 2',
      'requests_total{a="2"} 2',
      'requests_total{a="3"} 3',
      '# TYPE size histogram',
      'size_bucket{le="1.0"} 0',
      'size_bucket{le="+Inf"} 2',
      'size_count 2',
      'size_sum 4',
      'size_created 3',
      '# TYPE time summary',
      'time{quantile="0.5"} 1',
      'time_created 4',
      'time_count 1',
      'time_sum 1',
    );
    expect(samples).toEqual([
      ['requests_total a=1', 1, undefined, 1_520_430_000_123],
      ['requests_total a=2', 2, undefined, 2_000],
      ['requests_total a=3', 3, undefined, undefined],
      ['size_bucket le=1.0', 0, undefined, 3_000],
      ['size_bucket le=+Inf', 2, undefined, 3_000],
      ['size_count', 2, undefined, 3_000],
      ['size_sum', 4, undefined, 3_000],
      ['time quantile=0.5', 1, undefined, 4_000],
      ['time_count', 1, undefined, 4_000],
      ['time_sum', 1, undefined, 4_000],
    ]);
  });

  it('says so for each point of a series on its own', () => {
    const samples = samplesOf(
      '# TYPE requests counter',
      'requests_total 7 100',
      'requests_created 50 100',
      'requests_total 1 160',
      'requests_created 150 160',
      'requests_total 2 220',
    );
    expect(samples).toEqual([
      ['requests_total', 7, 100_000, 50_000],
      ['requests_total', 1, 160_000, 150_000],
      ['requests_total', 2, 220_000, undefined],
    ]);
  });

  it.each<[where: string, lines: string[], starts: (number | undefined)[]]>([
    ['after them', ['a_total{b="c"} 7 100', 'a_created{b="c"} 50'], [50_000]],
    ['before them', ['a_created{b="c"} 50', 'a_total{b="c"} 7 100'], [50_000]],
    [
      'after several points',
      ['a_total{b="c"} 7 100', 'a_total{b="c"} 8 160', 'a_created{b="c"} 50'],
      [50_000, 50_000],
    ],
    [
      'of another metric',
      ['a_total{b="c"} 7 100', 'a_total{b="d"} 8 100', 'a_created{b="d"} 50'],
      [undefined, 50_000],
    ],
  ])('says so without a time of its own beside samples with one: %s', (_, lines, starts) => {
    const memory = openMetricsMemory();
    const body = Buffer.from(`# TYPE a counter\n${lines.join('\n')}\n# EOF\n`);
    for (let scrape = 0; scrape < 2; scrape++) {
      const { samples, breach } = decodeOpenMetrics(body, memory);
      expect(samples.map(({ start }) => start)).toEqual(starts);
      expect(breach).toBeDefined();
    }
  });

  it('has a sample of the name _created where that is a family of its own', () => {
    expect(samplesOf('# TYPE disk_created gauge', 'disk_created 5')).toEqual([
      ['disk_created', 5, undefined, undefined],
    ]);
  });

  it('has exemplars, which are no samples', () => {
    const samples = samplesOf(
      '# TYPE requests counter',
      'requests_total 1 # {trace_id="a # b",span="}"} 0.5 1700000000.5',
      'requests_total{a="b"} 1 1700000001 # {} 1',
    );
    expect(samples).toEqual([
      ['requests_total', 1, undefined, undefined],
      ['requests_total a=b', 1, 1_700_000_001_000, undefined],
    ]);
  });

  it('gives its exemplars to their samples, those that are not too long', () => {
    const text = [
      '# TYPE requests counter',
      'requests_total 1 # {trace_id="a # b",span="}"} 0.5 1700000000.5',
      'requests_total{a="b"} 1 1700000001 # {} 1',
      `requests_total{a="c"} 1 # {trace_id="${'x'.repeat(200)}"} 1`,
      'requests_total{a="d"} 1',
      '# EOF\n',
    ].join('\n');
    const memory = openMetricsMemory();
    for (let scrape = 0; scrape < 2; scrape++) {
      const body = Buffer.from(text);
      const { samples, breach } = decodeOpenMetrics(body, memory, { exemplars: true });
      expect(samples.map(({ exemplar }) => exemplar)).toEqual([
        {
          labels: labelsOf({ trace_id: 'a # b', span: '}' }),
          value: 0.5,
          timestamp: 1_700_000_000_500,
        },
        { labels: labelsOf(), value: 1, timestamp: undefined },
        undefined,
        undefined,
      ]);
      expect(breach).toBe(
        'line 4: expected at most 128 characters in the labels of an exemplar, got 208',
      );
      // Those without one have the shape that they have on other pages.
      expect(Object.keys(samples[3]!)).toEqual(['series', 'value', 'timestamp', 'start']);
    }
  });

  it('says of its families what HELP and UNIT do, also where the lines are known', () => {
    const text = [
      '# TYPE a_seconds counter',
      '# HELP a_seconds How \\"long\\",\\nin \\\\.',
      '# UNIT a_seconds seconds',
      'a_seconds_total 1',
      '# HELP b ',
      'b 1',
      '# EOF\n',
    ].join('\n');
    const memory = openMetricsMemory();
    for (let scrape = 0; scrape < 2; scrape++) {
      expect(decodeOpenMetrics(Buffer.from(text), memory, { texts: true }).texts).toEqual([
        { family: 'a_seconds', help: 'How "long",\nin \\.' },
        { family: 'a_seconds', unit: 'seconds' },
        { family: 'b', help: '' },
      ]);
    }
  });

  it('leaves out what is not asked for, and says all else, in whatever order it is asked', () => {
    const page = [
      '# TYPE a_seconds gauge',
      '# HELP a_seconds A.',
      '# UNIT a_seconds seconds',
      `a_seconds 1 # {trace_id="${'x'.repeat(100)}"} 1`,
      '# HELP a_seconds Again.',
      '# EOF\n',
    ].join('\n');
    const memory = openMetricsMemory();
    for (const asked of [undefined, true, true, false, false, true]) {
      const extras = { texts: asked, exemplars: asked };
      const { samples, texts, breach } = decodeOpenMetrics(Buffer.from(page), memory, extras);
      expect(texts.map(({ help, unit }) => help ?? unit)).toEqual(
        asked ? ['A.', 'seconds', 'Again.'] : [],
      );
      expect(samples.map((sample) => 'exemplar' in sample)).toEqual([asked === true]);
      expect(breach).toBe('line 4: expected no exemplar at "a_seconds"');
    }
  });

  it('may follow one with other types in the same memory', () => {
    const memory = openMetricsMemory();
    const bodies = ['counter', 'gauge', 'unknown', 'counter'].map((type) =>
      Buffer.from(`# TYPE a ${type}\na 1\na_total 1\na_created 1\n# EOF\n`),
    );
    for (const body of bodies) {
      expect(openMetricsOutcomeOf(body, memory)).toEqual(openMetricsOutcomeOf(body));
    }
  });
});

describe('What is no OpenMetrics exposition', () => {
  it.each([
    [[' a 1'], 'line 1: expected a metric name, got " a 1"'],
    [[''], 'line 1: expected a sample or a comment, got an empty line'],
    [['a  1'], 'line 1: expected float as value, got nothing'],
    [['a 0x1'], 'line 1: expected float as value, got "0x1"'],
    [['a 1 '], 'line 1: expected seconds as timestamp, got nothing'],
    [['a 1\t'], 'line 1: expected the end of the line, got "\\t"'],
    [['a 1 NaN'], 'line 1: expected seconds as timestamp, got "NaN"'],
    [['a 1 1e306'], 'line 1: expected seconds as timestamp, got "1e306"'],
    [['a 1 2 3'], 'line 1: expected the end of the line, got " 3"'],
    [['a{b="c"}1'], 'line 1: expected a blank and a value, got "1"'],
    [['a{b="c" d="e"} 1'], 'line 1: expected "," or "}" after a label, got " d=\\"e\\"} 1"'],
    [['a{b="c', 'd"} 1'], 'line 1: expected a closing quote, got the end of the line after "c"'],
    [['a{ b="c"} 1'], 'line 1: expected a label name, got " b=\\"c\\"} 1"'],
    [['a 1 #'], 'line 1: expected a blank after the "#" of an exemplar, got the end of the line'],
    [['a 1 # x'], 'line 1: expected "{", got "x"'],
    [
      ['a 1 # {}'],
      'line 1: expected a blank after the labels of an exemplar, got the end of the line',
    ],
    [['a 1 # {"x"} 1'], 'line 1: expected labels only, got "x"'],
    [['a 1 # {} x'], 'line 1: expected float as value, got "x"'],
    [['a 1 # {} 1 x'], 'line 1: expected seconds as timestamp, got "x"'],
    [['a 1 # {} 1 1 '], 'line 1: expected the end of the line, got " "'],
    [
      ['# TYPE a untyped'],
      'line 1: expected a metric type (gauge, unknown, counter, summary, histogram, gaugehistogram, info, stateset), got "untyped"',
    ],
    [
      ['a 1', '# a comment'],
      'line 2: expected # HELP, # TYPE or # UNIT with a metric name and a text, or # EOF, got "# a comment"',
    ],
    [['# EOF'], 'line 2: expected nothing after # EOF, got "# EOF"'],
  ])('%j is refused: %s', (lines, message) => {
    expect(decode(...lines)).toBe(`DecodeError: ${message}`);
  });

  it('is refused at every length at which a valid one was cut off', () => {
    const text = '# TYPE a gauge\na{b="c"} 1.5 17\n# EOF';
    const memory = openMetricsMemory();
    for (let length = 0; length < text.length; length++) {
      const outcome = openMetricsOutcomeOf(Buffer.from(text.slice(0, length)), memory);
      expect(outcome).toMatch(/^DecodeError: line \d: /);
    }
    expect(openMetricsOutcomeOf(Buffer.from(text), memory)).toMatchObject({ breach: undefined });
  });
});

describe('What breaks a rule of OpenMetrics', () => {
  it('leaves a family its type where lines about it come apart', () => {
    const lines = [
      '# TYPE a counter',
      '# TYPE b gauge',
      'b 1',
      '# HELP a x',
      '# TYPE a gauge',
      'a_total 1',
    ];
    expect(decode(...lines)).toMatchObject({
      breach: 'line 4: expected all lines of metric family "a" together',
      samples: [{ type: 'gauge' }, { type: 'counter', family: 'a' }],
    });
  });

  it.each<[lines: string[], breach: string, samples: number]>([
    [
      ['# TYPE a gauge', 'a 1', '# TYPE a counter', 'a_total 2'],
      'line 3: expected the TYPE line of "a" before its samples',
      2,
    ],
    [
      ['# TYPE a gauge', 'a 1', 'b 1', '# TYPE a counter', 'a_total 2'],
      'line 4: expected all lines of metric family "a" together',
      3,
    ],
    [['a 1', 'b 1', 'a 2'], 'line 3: expected all lines of metric family "a" together', 3],
    [['# HELP a x', '# HELP a x'], 'line 2: second HELP line for metric family "a"', 0],
    [['# TYPE a gauge', '# TYPE a gauge'], 'line 2: second TYPE line for metric family "a"', 0],
    [['# UNIT a ', '# UNIT a '], 'line 2: second UNIT line for metric family "a"', 0],
    [['# UNIT a s'], 'line 1: expected a name that ends with the unit "s", got "a"', 0],
    [
      ['# UNIT a_s s', '# TYPE a_s info'],
      'line 2: expected no unit for metric family "a_s" of type info',
      0,
    ],
    [
      ['# TYPE a counter', '# TYPE a_total gauge', 'a_total 1'],
      'line 2: expected "a_total" in one metric family, got it in "a" and "a_total"',
      1,
    ],
    [
      ['# TYPE a counter', 'a 1'],
      'line 2: expected a suffix after "a", which is of type counter',
      1,
    ],
    [
      ['# TYPE a counter', 'a_total NaN'],
      'line 2: expected 0 or more as value of "a_total", got NaN',
      1,
    ],
    [
      ['# TYPE a counter', 'a_total 1', 'a_created NaN'],
      'line 3: expected seconds since the epoch as value of "a_created", got NaN',
      1,
    ],
    [
      ['# TYPE a counter', 'a_created 1'],
      'line 2: expected _created beside the samples of its metric',
      0,
    ],
    [['# TYPE a info', 'a_info 2'], 'line 2: expected 1 as value of "a_info", got 2', 1],
    [['# TYPE a stateset', 'a{a="x"} 2'], 'line 2: expected 0 or 1 as value of "a", got 2', 1],
    [['# TYPE a stateset', 'a{b="x"} 1'], 'line 2: expected a label "a" at "a"', 1],
    [['# TYPE a histogram', 'a_bucket 1'], 'line 2: expected a label "le" at "a_bucket"', 1],
    [
      ['# TYPE a histogram', 'a_bucket{le="inf"} 1'],
      'line 2: expected a number or +Inf as le, got "inf"',
      1,
    ],
    [
      ['# TYPE a histogram', 'a_bucket{le="+Inf"} 1.5'],
      'line 2: expected a whole number, 0 or more as value of "a_bucket", got 1.5',
      1,
    ],
    [
      ['# TYPE a summary', 'a{quantile="1.5"} 1'],
      'line 2: expected a quantile from 0 to 1, got "1.5"',
      1,
    ],
    [
      ['a{b="1"} 1', 'a{b="2"} 1', 'a{b="1"} 1'],
      'line 3: expected all points of a metric of "a" together',
      3,
    ],
    [
      ['a{b="1",c="2"} 1', 'a 1', 'a{c="2",b="1"} 1'],
      'line 3: expected all points of a metric of "a" together',
      3,
    ],
    [['a 1 1', 'a 1'], 'line 2: expected timestamps at all points of a metric of "a"', 2],
    [['a 1 2', 'a 1 1'], 'line 2: expected growing timestamps, got 1 after 2', 2],
    [
      ['# TYPE a histogram', 'a_bucket{le="2"} 0', 'a_bucket{le="1"} 0'],
      'line 2: expected buckets with growing le, got 1 after 2 of "a"',
      2,
    ],
    [
      ['# TYPE a histogram', 'a_bucket{le="1"} 2', 'a_bucket{le="+Inf"} 1'],
      'line 2: expected buckets that include the ones before, got 1 after 2 of "a"',
      2,
    ],
    [
      ['# TYPE a histogram', 'a_bucket{le="1"} 2'],
      'line 2: expected a last bucket of "a" with le="+Inf"',
      1,
    ],
    [
      ['# TYPE a histogram', 'a_bucket{le="+Inf"} 2', 'a_count 1', 'a_sum 1'],
      'line 2: expected the bucket of "a" with le="+Inf" to equal its count, got 2 and 1',
      3,
    ],
    [
      ['# TYPE a histogram', 'a_bucket{le="+Inf"} 2', 'a_count 2'],
      'line 2: expected count and sum of "a", or neither',
      2,
    ],
    [
      [
        '# TYPE a histogram',
        'a_bucket{le="-1"} 0',
        'a_bucket{le="+Inf"} 1',
        'a_sum 1',
        'a_count 1',
      ],
      'line 2: expected no sum of "a", which has negative buckets',
      4,
    ],
    [
      ['# TYPE a gaugehistogram', 'a_bucket{le="+Inf"} 1', 'a_gsum -1', 'a_gcount 1'],
      'line 2: expected a sum of "a" of 0 or more, got -1',
      3,
    ],
    [['a{b="c",} 1'], 'line 1: expected a label after the "," after "b"', 1],
    [['a_total 1 # {b="c",} 1'], 'line 1: expected a label after the "," after "b"', 1],
    [
      ['# TYPE a histogram', 'a_bucket{le="x"} 1'],
      'line 2: expected a number or +Inf as le, got "x"',
      1,
    ],
    [
      ['# TYPE a summary', 'a{quantile="max"} 1'],
      'line 2: expected a quantile from 0 to 1, got "max"',
      1,
    ],
    [['a 1 # {} 1'], 'line 1: expected no exemplar at "a"', 1],
    [
      ['# TYPE a counter', `a_total 1 # {a="${'😀'.repeat(128)}"} 1`],
      'line 2: expected at most 128 characters in the labels of an exemplar, got 129',
      1,
    ],
  ])('%j is told, and its samples taken: %s', (lines, breach, samples) => {
    expect(decode(...lines)).toMatchObject({ breach, samples: { length: samples } });
  });
});
