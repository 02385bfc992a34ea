import { describe, expect, it } from '@jest/globals';
import { decodeText, textMemory } from '../../../lambda/decode/text/decoder.ts';
import { outcomeOf } from './outcome.ts';

/** Name with labels and start of each sample, cold and warm. */
function startsOf(...lines: string[]) {
  const body = Buffer.from(lines.map((line) => `${line}\n`).join(''));
  const memory = textMemory();
  const cold = outcomeOf(body, memory);
  if (typeof cold === 'string') throw new Error(cold);
  expect(outcomeOf(body, memory)).toEqual(cold);
  return cold.map(({ name, labels, start }) => [
    [name, ...labels.map(([key, text]) => `${key}=${text}`)].join(' '),
    start,
  ]);
}

describe('Gauges that are called _created', () => {
  it('say so where they are not wanted themselves', () => {
    const body = Buffer.from(
      '# TYPE a_total counter\na_total 5\n# TYPE a_created gauge\na_created 1.7e+09\n',
    );
    const memory = textMemory();
    const wanted = ({ name }: { name: string }) => name === 'a_total';
    for (let scrape = 0; scrape < 2; scrape++) {
      const { samples, unwanted } = decodeText(body, memory, { wanted });
      expect(samples).toMatchObject([{ series: { name: 'a_total' }, start: 1.7e12 }]);
      expect(unwanted).toBe(1);
    }
  });

  it('say when the samples with their labels began to count', () => {
    const starts = startsOf(
      '# TYPE requests_total counter',
      'requests_total{code="200",path="/"} 5',
      'requests_total{code="500",path="/"} 1',
      'requests_total{code="404",path="/"} 1',
      '# TYPE requests_created gauge',
      'requests_created{path="/",code="200"} 1.7e+09',
      'requests_created{code="500",path="/"} 1.700000000123e+09',
      '# TYPE size_created gauge',
      'size_created 1.8e+09',
      '# TYPE size histogram',
      'size_bucket{le="1.0"} 0',
      'size_bucket{le="+Inf"} 2',
      'size_count 2',
      '# TYPE time summary',
      'time{quantile="0.5"} 1',
      'time_sum 1',
      '# TYPE time_created gauge',
      'time_created 1.9e+09',
    );
    expect(starts).toEqual([
      ['requests_total code=200 path=/', 1_700_000_000_000],
      ['requests_total code=500 path=/', 1_700_000_000_123],
      ['requests_total code=404 path=/', undefined],
      ['requests_created path=/ code=200', undefined],
      ['requests_created code=500 path=/', undefined],
      ['size_created', undefined],
      ['size_bucket le=1.0', 1_800_000_000_000],
      ['size_bucket le=+Inf', 1_800_000_000_000],
      ['size_count', 1_800_000_000_000],
      ['time quantile=0.5', 1_900_000_000_000],
      ['time_sum', 1_900_000_000_000],
      ['time_created', undefined],
    ]);
  });

  it.each([
    ['a gauge', ['# TYPE a gauge', 'a 1', '# TYPE a_created gauge', 'a_created 1.7e9']],
    ['something of unknown type', ['a_total 1', '# TYPE a_created gauge', 'a_created 1.7e9']],
    ['another counter', ['# TYPE b counter', 'b 1', '# TYPE a_created gauge', 'a_created 1.7e9']],
    [
      'a counter, where their type is unknown',
      ['# TYPE a_total counter', 'a_total 1', 'a_created 1.7e9'],
    ],
    [
      'a counter, where they are no times',
      ['# TYPE a_total counter', 'a_total 1', '# TYPE a_created gauge', 'a_created 12345'],
    ],
    [
      'a counter, where they are no numbers',
      ['# TYPE a_total counter', 'a_total 1', '# TYPE a_created gauge', 'a_created NaN'],
    ],
  ])('say nothing about %s', (_, lines) => {
    expect(startsOf(...lines).map(([, start]) => start)).toEqual([undefined, undefined]);
  });

  it('say what they say now, whatever they said in the scrape before', () => {
    const memory = textMemory();
    for (const seconds of [1_700_000_000, 1_700_000_060]) {
      const body = Buffer.from(
        `# TYPE a_total counter\na_total 1\n# TYPE a_created gauge\na_created ${seconds}\n`,
      );
      expect(outcomeOf(body, memory)).toMatchObject([
        { start: seconds * 1000 },
        { value: seconds },
      ]);
    }
    const [sample] = outcomeOf(Buffer.from('# TYPE a_total counter\na_total 1\n'), memory);
    expect(sample).not.toHaveProperty('start');
  });
});
