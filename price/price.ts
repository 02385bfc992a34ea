/** How sure a price is: documented by AWS, of third parties, general knowledge without a source, or not known at all. */
export type Confidence = 'documented' | 'third party' | 'unconfirmed' | 'unknown';

/** The marks of docs/cost.md. */
export const MARKS: Readonly<Record<Confidence, string>> = {
  documented: '[D]',
  'third party': '[3P]',
  unconfirmed: '[U]',
  unknown: '[unknown]',
};

/** A number of units, and the price of each. */
export type Tier = readonly [units: number, dollars: number];

/** The price of one unit. */
export interface Price {
  /** US dollars; of the first tier, if there are several. Absent: unknown. */
  readonly dollars?: number | undefined;
  /** By amount within a month, the last without an end. Absent: each unit has the same price. */
  readonly tiers?: readonly Tier[] | undefined;
  readonly unit: string;
  readonly source: string;
  /** Month in which the source was read: `2026-09`. */
  readonly date: string;
  readonly confidence: Confidence;
}

/** @returns dollars of an amount; undefined if the price is unknown */
export function dollarsOf({ dollars, tiers }: Price, amount: number): number | undefined {
  if (tiers === undefined) return dollars === undefined ? undefined : amount * dollars;
  let left = amount;
  let sum = 0;
  for (const [units, each] of tiers) {
    const here = Math.min(left, units);
    sum += here * each;
    left -= here;
  }
  return sum;
}

/** Such as `$0.000005`, or `unknown`. */
export function shownPrice({ dollars }: Price): string {
  if (dollars === undefined) return 'unknown';
  // Without an exponent, and with two digits at least.
  const text = dollars.toFixed(12).replace(/0+$/, '');
  return `$${text.replace(/\.(\d?)$/, (_, digit) => `.${digit}${'0'.repeat(2 - digit.length)}`)}`;
}
