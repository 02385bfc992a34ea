import { PRICES, type PriceList, type PriceName } from './list.ts';
import type { Price, Tier } from './price.ts';

const KEYS = ['dollars', 'tiers', 'source', 'date'];
const EXPECTED =
  'a number of dollars for one unit, "unknown", or dollars or tiers with source and date';

/**
 * The prices with some of them replaced, such as by those of another Region or of a contract.
 *
 * @param given by name: dollars for one unit, `"unknown"`, or `{ dollars | tiers: [[units, dollars], …], source, date }`
 * @throws Error that names the place, what was expected and what was given
 */
export function withPrices(given: unknown, source: string): PriceList {
  if (!isObject(given)) {
    throw new Error(`${source}: expected prices by their names, given ${shown(given)}`);
  }
  const replaced = Object.entries(given).map(([name, value]) => {
    if (!Object.hasOwn(PRICES, name)) {
      const names = Object.keys(PRICES).join(', ');
      throw new Error(`${source}: expected the name of a price (${names}), given ${name}`);
    }
    return [name, priceOf(PRICES[name as PriceName], value, source, `${source}: ${name}`)];
  });
  return { ...PRICES, ...Object.fromEntries(replaced) };
}

function priceOf(listed: Price, given: unknown, source: string, place: string): Price {
  const unit = listed.unit;
  const known = { unit, source, date: 'as given', confidence: 'unconfirmed' } as const;
  if (given === 'unknown') return { ...known, confidence: 'unknown' };
  if (isDollars(given)) return { ...known, dollars: given };
  if (!isObject(given)) throw wrong(place, EXPECTED, given);
  const unknown = Object.keys(given).find((key) => !KEYS.includes(key));
  if (unknown !== undefined) throw wrong(place, `the keys ${KEYS.join(', ')}`, unknown);
  const { dollars, tiers, source: from = source, date = known.date } = given;
  if (typeof from !== 'string') throw wrong(`${place}.source`, 'a text', from);
  if (typeof date !== 'string') throw wrong(`${place}.date`, 'a text such as "2026-09"', date);
  const own = { ...known, source: from, date };
  if ((dollars === undefined) === (tiers === undefined)) {
    throw wrong(place, 'either dollars or tiers', dollars === undefined ? 'neither' : 'both');
  }
  if (tiers !== undefined) {
    const read = tiersOf(tiers, `${place}.tiers`);
    return { ...own, dollars: read[0]?.[1], tiers: read };
  }
  if (!isDollars(dollars)) throw wrong(`${place}.dollars`, 'a number of at least 0', dollars);
  return { ...own, dollars };
}

function tiersOf(given: unknown, place: string): readonly Tier[] {
  const isTier = (tier: unknown) =>
    Array.isArray(tier) &&
    tier.length === 2 &&
    (tier[0] === null || (typeof tier[0] === 'number' && tier[0] > 0)) &&
    isDollars(tier[1]);
  const isList = Array.isArray(given) && given.length > 0 && given.every(isTier);
  const endless = isList ? given.findIndex(([units]) => units === null) : -1;
  if (!isList || endless !== given.length - 1) {
    throw wrong(place, 'pairs [units, dollars], the last one with null for the units', given);
  }
  return given.map(([units, dollars]) => [units ?? Number.POSITIVE_INFINITY, dollars]);
}

function isDollars(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value) && value >= 0;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function wrong(place: string, expected: string, given: unknown): Error {
  return new Error(`${place}: expected ${expected}, given ${shown(given)}`);
}

function shown(value: unknown): string {
  return JSON.stringify(value) ?? 'nothing';
}
