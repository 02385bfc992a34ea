import { describe, expect, it } from '@jest/globals';
import { PRICES } from '../../price/list.ts';
import { withPrices } from '../../price/overrides.ts';
import { dollarsOf } from '../../price/price.ts';

describe('a file of prices', () => {
  it('replaces some, and leaves the others', () => {
    const prices = withPrices(
      { otlpGb: 0.5, logGb: { dollars: 0.57, source: 'our contract', date: '2026-11' } },
      'p.yaml',
    );
    expect(prices.otlpGb).toMatchObject({
      dollars: 0.5,
      source: 'p.yaml',
      unit: PRICES.otlpGb.unit,
    });
    expect(prices.logGb).toMatchObject({ dollars: 0.57, source: 'our contract', date: '2026-11' });
    expect(prices.metric).toBe(PRICES.metric);
  });

  it('can make a price unknown', () => {
    const { ampSample } = withPrices({ ampSample: 'unknown' }, 'p.yaml');
    expect(ampSample).toMatchObject({ confidence: 'unknown' });
    expect(dollarsOf(ampSample, 1)).toBeUndefined();
  });

  it('can have tiers', () => {
    const { metric } = withPrices(
      {
        metric: {
          tiers: [
            [10, 2],
            [null, 1],
          ],
        },
      },
      'p.yaml',
    );
    expect(dollarsOf(metric, 12)).toBe(22);
  });

  it('with one price for all has no tiers left', () => {
    expect(dollarsOf(withPrices({ metric: 0.2 }, 'p.yaml').metric, 20_000)).toBe(4_000);
  });
});

describe('a wrong file of prices', () => {
  it.each([
    [[1], 'p.yaml: expected prices by their names, given [1]'],
    [{ metrics: 1 }, /^p\.yaml: expected the name of a price \(metric, .*\), given metrics$/],
    [{ metric: -1 }, /^p\.yaml: metric: expected a number of dollars .*, given -1$/],
    [{ metric: '0.3' }, /^p\.yaml: metric: expected a number of dollars .*, given "0.3"$/],
    [{ metric: {} }, 'p.yaml: metric: expected either dollars or tiers, given "neither"'],
    [
      { metric: { dollars: 1, tiers: [[null, 1]] } },
      'p.yaml: metric: expected either dollars or tiers, given "both"',
    ],
    [
      { metric: { dollars: 1, price: 1 } },
      'p.yaml: metric: expected the keys dollars, tiers, source, date, given "price"',
    ],
    [
      { metric: { dollars: '1' } },
      'p.yaml: metric.dollars: expected a number of at least 0, given "1"',
    ],
    [{ metric: { dollars: 1, source: 2 } }, 'p.yaml: metric.source: expected a text, given 2'],
    [
      { metric: { tiers: [[10, 1]] } },
      /^p\.yaml: metric\.tiers: expected pairs .*, given \[\[10,1\]\]$/,
    ],
    [
      {
        metric: {
          tiers: [
            [null, 1],
            [2, 1],
          ],
        },
      },
      /^p\.yaml: metric\.tiers: expected pairs/,
    ],
  ])('%j is refused with its place', (given, message) => {
    expect(() => withPrices(given, 'p.yaml')).toThrow(message);
  });
});
