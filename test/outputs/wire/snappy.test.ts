import { randomBytes } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { maxSnappyBytes, snappy } from '../../../lambda/outputs/wire/snappy.ts';
import { unsnappy } from './unsnappy.ts';

const SIZES = [
  0, 1, 4, 14, 15, 16, 17, 59, 60, 61, 64, 68, 256, 257, 65_535, 65_536, 65_537, 200_000,
];

describe('snappy', () => {
  it.each(SIZES)('keeps %d bytes that repeat nothing', (size) => {
    expectKept(randomBytes(size));
  });

  it.each(SIZES)('keeps %d equal bytes', (size) => {
    expectKept(Buffer.alloc(size, 'a'));
  });

  it.each([4, 5, 11, 12, 63, 64, 65, 66, 67, 68, 69, 127, 128, 129, 132, 1000])(
    'keeps a repetition of %d bytes, near and far',
    (length) => {
      const run = randomBytes(length);
      for (const between of [0, 1, 2_000, 2_047, 2_048, 3_000, 60_000]) {
        expectKept(Buffer.concat([run, randomBytes(between), run, randomBytes(20)]));
      }
    },
  );

  it('has equal bytes take next to nothing', () => {
    expect(snappy(Buffer.alloc(65_536, 'a')).length).toBeLessThan(3_200);
  });

  it('has bytes without repetition take no more than it says', () => {
    const input = randomBytes(1_000_000);
    expect(snappy(input).length).toBeLessThanOrEqual(maxSnappyBytes(input.length));
  });

  it('makes texts that are alike several times smaller', () => {
    const lines = Array.from(
      { length: 2_000 },
      (_, i) => `http_requests_total{method="GET",route="/api/v${i % 7}/items/${i}"} ${i * 31}\n`,
    );
    const text = Buffer.from(lines.join(''));
    expectKept(text);
    expect(text.length / snappy(text).length).toBeGreaterThan(3);
  });

  it('works on a part of a larger buffer', () => {
    const whole = Buffer.from('0123456789'.repeat(50));
    const part = whole.subarray(7, 400);
    expect(unsnappy(snappy(part))).toEqual(part);
  });

  it('keeps whatever there is', () => {
    // Few different pieces, so that matches of all lengths and distances come up.
    const piece = fc.uint8Array({ minLength: 1, maxLength: 90 });
    const input = fc
      .tuple(
        fc.array(piece, { minLength: 1, maxLength: 6 }),
        fc.array(fc.nat(5), { maxLength: 3_000 }),
      )
      .map(([pieces, order]) =>
        Buffer.concat(order.map((index) => pieces[index % pieces.length]!)),
      );
    fc.assert(
      fc.property(input, (bytes) => unsnappy(snappy(bytes)).equals(bytes)),
      { numRuns: 300 },
    );
  });
});

function expectKept(input: Buffer): void {
  expect(unsnappy(snappy(input)).equals(input)).toBe(true);
}
