import { describe, expect, it } from '@jest/globals';
import {
  epochSeconds,
  instantOf,
  latest,
  secondsBetween,
  wholeSeconds,
} from '../../../sidecar/documents/instant.ts';

describe('A time of the endpoint', () => {
  it.each([
    ['2025-02-27T05:22:49.186680233Z', 1_740_633_769_186_680_233n],
    ['2025-02-27T05:22:49Z', 1_740_633_769_000_000_000n],
    ['2025-02-27T05:22:49.5Z', 1_740_633_769_500_000_000n],
    ['2025-02-27T07:22:49.5+02:00', 1_740_633_769_500_000_000n],
    ['2025-02-27T05:22:49.1866802331234Z', 1_740_633_769_186_680_233n],
    ['1970-01-01T00:00:00Z', 0n],
  ])('is read to the nanosecond: %s', (text, nanoseconds) => {
    expect(instantOf(text)).toBe(nanoseconds);
  });

  it.each([
    ['0001-01-01T00:00:00Z'],
    ['1969-12-31T23:59:59.999999999Z'],
    ['2025-13-27T05:22:49Z'],
    ['2025-02-27T05:22:49'],
    ['2025-02-27 05:22:49Z'],
    ['yesterday'],
    [''],
    [null],
    [undefined],
    [1_740_633_769],
    [{}],
  ])('is unknown where it says never or nothing: %p', (value) => {
    expect(instantOf(value)).toBeUndefined();
  });

  it('keeps its fraction in seconds, or loses it on request', () => {
    expect(epochSeconds(1_740_633_769_500_000_000n)).toBe(1_740_633_769.5);
    expect(epochSeconds(1_777_615_152_750_000_000n)).toBe(1_777_615_152.75);
    expect(wholeSeconds(1_740_633_769_999_999_999n)).toBe(1_740_633_769);
    expect(epochSeconds(undefined)).toBeUndefined();
    expect(wholeSeconds(undefined)).toBeUndefined();
  });

  it('is exact in differences, which a Date would cut to milliseconds', () => {
    const from = instantOf('2025-02-27T05:22:39.185738849Z')!;
    const to = instantOf('2025-02-27T05:22:49.186680233Z')!;

    expect(secondsBetween(from, to)).toBe(10.000941384);
    expect(secondsBetween(to, from)).toBe(-10.000941384);
  });

  it('is the latest of those that are known', () => {
    expect(latest([3n, undefined, 5n, 4n])).toBe(5n);
    expect(latest([undefined])).toBeUndefined();
  });
});
