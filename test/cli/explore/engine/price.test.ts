import { describe, expect, it } from '@jest/globals';
import { Exploration } from '../../../../cli/explore/engine/exploration.ts';
import type { RecordedTarget } from '../../../../cli/recording/format.ts';
import { PAGE, RECORDED_AT, RULES, recordingOf, target } from '../recording.ts';

async function pricesOf(rules: readonly string[], recorded: RecordedTarget, interval?: number) {
  const exploration = new Exploration(recordingOf([recorded], { interval }));
  const prices = [];
  for (const text of rules) {
    const { results } = await exploration.evaluate(text);
    prices.push({ ...results?.price, before: results?.priceBefore });
  }
  return prices;
}

const amount = (price: { lines?: readonly { what: string; formula: string }[] }, what: string) =>
  price.lines?.find((line) => line.what === what)?.formula;

describe('the price of the rules', () => {
  it('is that of metrics and of the events that carry them, with its formulas', async () => {
    const [price] = await pricesOf([RULES], target(PAGE));
    expect(price?.lines).toEqual([
      {
        what: 'metrics of CloudWatch',
        formula: expect.stringMatching(/^1, \$0\.30/),
        dollars: 0.3,
      },
      {
        what: 'log events that carry them',
        formula: expect.stringMatching(/^43,800 × \d+ bytes = /),
        dollars: expect.any(Number),
      },
      { what: 'those events, kept', formula: expect.any(String), dollars: expect.any(Number) },
    ]);
  });

  it('moves with an edit, and is compared with that of the recording', async () => {
    const more = RULES.replace('dimensions: [[job]]', 'dimensions: [[job], [instance], []]');
    const [first, second] = await pricesOf([RULES, more], target(PAGE));
    expect(amount(second ?? {}, 'metrics of CloudWatch')).toMatch(/^3, /);
    expect(second?.before).toBe(first?.dollars);
    expect(second?.dollars).toBeGreaterThan(first?.dollars ?? Number.NaN);
  });

  it('counts the difference of a counter, which a first cycle does not have', async () => {
    const counters = RULES.replace('^queue_length$', '^orders_total$').replace(
      '[[job]]',
      '[[status]]',
    );
    const [price] = await pricesOf([counters], target(PAGE));
    expect(amount(price ?? {}, 'log events that carry them')).toMatch(/^43,800 × 2 × /);
  });

  it('counts of a history what one cycle delivers', async () => {
    const point = (minute: number) =>
      `queue_length 5 ${RECORDED_AT / 1_000 - 60 * (10 - minute)}\n`;
    const lines = Array.from({ length: 10 }, (_, minute) => point(minute)).join('');
    const page = `# TYPE queue_length gauge\n${lines}# EOF\n`;
    const contentType = 'application/openmetrics-text; version=1.0.0';
    const [price] = await pricesOf([RULES], target(page, { contentType }));
    expect(amount(price ?? {}, 'log events that carry them')).toMatch(/^43,800 × \d+ bytes/);
  });

  it('has the cycles of the interval of the recording', async () => {
    const [price] = await pricesOf([RULES], target(PAGE), 30);
    expect(amount(price ?? {}, 'log events that carry them')).toMatch(/^87,600 × /);
  });
});
