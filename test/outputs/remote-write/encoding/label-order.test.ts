import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { compareNames } from '../../../../lambda/outputs/remote-write/encoding/label-order.ts';

describe('compareNames', () => {
  it.each([
    ['a', 'b', -1],
    ['a', 'a', 0],
    ['ab', 'a', 1],
    ['Z', '__name__', -1],
    ['__name__', 'a', -1],
    // In UTF-16 the other way round.
    ['\uffff', '\u{10000}', -1],
  ])('compares %j with %j', (one, other, expected) => {
    expect(Math.sign(compareNames(one, other))).toBe(expected);
    expect(Math.sign(compareNames(other, one))).toBe(0 - expected);
  });

  it('orders as the bytes of UTF-8 do', () => {
    const name = fc.string({ unit: 'binary' });
    fc.assert(
      fc.property(name, name, (one, other) => {
        const expected = Buffer.compare(Buffer.from(one), Buffer.from(other));
        expect(Math.sign(compareNames(one, other))).toBe(expected);
      }),
    );
  });
});
