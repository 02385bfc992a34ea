import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { REPOSITORY } from '../../infra/build/paths.ts';
import { PRICES } from '../../price/list.ts';
import { dollarsOf, type Price, shownPrice } from '../../price/price.ts';

const PRICE_LIST: readonly [string, Price][] = Object.entries(PRICES);

describe('each price', () => {
  it.each(PRICE_LIST)('%s has a unit, a source, and the month in which it was read', (_, price) => {
    expect(price.unit).toMatch(/\w{2}/);
    expect(price.source).toMatch(/\w{2}/);
    expect(price.date).toMatch(/^202\d-(0[1-9]|1[0-2])$/);
  });

  it('is in dollars, or says that it is unknown', () => {
    for (const [, { dollars, confidence }] of PRICE_LIST) {
      expect(dollars === undefined).toBe(confidence === 'unknown');
    }
    expect(PRICES.otlpGb.confidence).toBe('unknown');
  });
});

it('metrics past 10,000 cost less', () => {
  expect(dollarsOf(PRICES.metric, 130_000)).toBeCloseTo(3_000 + 12_000);
});

it.each([
  [PRICES.s3Put, '$0.000005'],
  [PRICES.ampSample, '$0.00000009'],
  [PRICES.metric, '$0.30'],
  [PRICES.dashboard, '$3.00'],
  [PRICES.otlpGb, 'unknown'],
])('a price is shown with all of its digits: %j', (price, text) => {
  expect(shownPrice(price)).toBe(text);
});

describe('the folder of prices', () => {
  const sources = globSync('price/*.ts', { cwd: REPOSITORY }).map((path) => ({
    path,
    text: readFileSync(join(REPOSITORY, path), 'utf8'),
  }));

  it('imports nothing of outside, so that a browser has it too', () => {
    for (const { text } of sources) {
      for (const [, from] of text.matchAll(/from '([^']+)'/g))
        expect(from).toMatch(/^\.\/[a-z-]+\.ts$/);
    }
    expect(sources.length).toBeGreaterThan(4);
  });
});

it('no other module has a price of AWS', () => {
  // As formulas and messages have it, or so small that nothing else is.
  const PRICE = /\$\d+\.\d{2}\b|\b0\.0000\d/;
  const priced = globSync('{cli,infra,lambda}/**/*.ts', { cwd: REPOSITORY }).filter((path) => {
    const text = readFileSync(join(REPOSITORY, path), 'utf8');
    return PRICE.test(text.replaceAll(/\/\*[\s\S]*?\*\/|\/\/.*/g, ''));
  });
  expect(priced).toEqual([]);
});
