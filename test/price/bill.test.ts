import { describe, expect, it } from '@jest/globals';
import { billOf, type Usage } from '../../price/bill.ts';
import { withPrices } from '../../price/overrides.ts';

const USAGE: Usage = {
  cycles: 43_800,
  sentBytes: 100_000,
  function: { seconds: 2, gb: 0.5 },
  own: { metrics: 10, logBytes: 3_000 },
  alarms: { ofCollector: 14, ofTasks: 60 },
};

function linesOf(usage: Partial<Usage>) {
  const { lines } = billOf({ ...USAGE, ...usage });
  return Object.fromEntries(
    lines.map(({ what, formula, dollars }) => [what, `${formula} = ${dollars}`]),
  );
}

describe('the bill of a month', () => {
  it('has the collector, its metrics, its log and the alarms', () => {
    expect(linesOf({ state: { puts: 2, gets: 1 } })).toEqual({
      function: '43,800 × 2 s × 0.5 GB × $0.0000133334 + 43,800 × $0.0000002 = 0.59',
      'state in S3': '43,800 × 2 PUT × $0.000005 + 43,800 × 1 GET × $0.0000004 = 0.46',
      'the collector’s metrics about itself': '10, $0.30 each of the first 10,000 = 3',
      'the collector’s own log': '43,800 × 3,000 bytes = 0.13 GB × $0.50 = 0.07',
      'alarms on the collector': '14 × $0.10 = 1.4',
      'alarms on tasks': '60 × $0.10 = 6',
    });
  });

  it.each<[string, Partial<Usage>, object]>([
    [
      'log events, with their storage',
      { metrics: 60, events: { count: 300, bytes: 156_000 } },
      {
        'metrics of CloudWatch': '60, $0.30 each of the first 10,000 = 18',
        'log events that carry them': '43,800 × 300 × 520 bytes = 6.83 GB × $0.50 = 3.42',
        'those events, kept': '6.83 GB × 14 / 30 days × $0.03 = 0.1',
      },
    ],
    [
      'requests of PutMetricData',
      { requests: { count: 2, data: 1_200 } },
      { 'requests of PutMetricData': '43,800 × 2 with 1,200 data in all × $0.00001 = 0.88' },
    ],
    [
      'samples of a workspace',
      { samples: 3_050 },
      { 'samples in a workspace': '43,800 × 3,050 samples × $0.00000009 = 12.02' },
    ],
  ])('has %s', (_, usage, lines) => {
    expect(linesOf(usage)).toMatchObject(lines);
  });

  it('keeps the network and the dashboard apart', () => {
    const { apart, dollars } = billOf(USAGE);
    expect(apart.map(({ dollars }) => dollars)).toEqual([0.2, 0.04, 3]);
    expect(dollars).toBeCloseTo(11.06);
  });
});

describe('a line with an unknown price', () => {
  const usage = { ...USAGE, otlp: { points: 1_000, bytes: 300_000 } };

  it('is named, and not in the sum', () => {
    const bill = billOf(usage);
    expect(bill.unknown).toEqual(['points by OTLP']);
    expect(bill.dollars).toBeCloseTo(11.06);
    expect(bill.lines[0]).toMatchObject({
      formula: '43,800 × 1,000 × 300 bytes = 13.14 GB × unknown',
      dollars: undefined,
    });
  });

  it('is billed by a price of the user', () => {
    const { lines, unknown } = billOf(usage, withPrices({ otlpGb: 1 }, 'mine'));
    expect(unknown).toEqual([]);
    expect(lines[0]?.dollars).toBe(13.14);
  });
});
