import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { readFloat } from '../../../lambda/decode/tokens/float.ts';

function read(literal: string): number | undefined {
  // Digits around it must not be read.
  const bytes = Buffer.from(`7${literal}7`);
  return readFloat(bytes, 1, bytes.length - 1);
}

describe('Reading a float', () => {
  it('gives the double that was written, bit by bit, in every notation that keeps it', () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (value) =>
        [
          Object.is(value, -0) ? '-0' : String(value),
          value.toExponential(),
          value.toPrecision(17),
          value.toPrecision(21).replace('e', 'E'),
        ].every((literal) => Object.is(read(literal), Number(literal))),
      ),
      { numRuns: 20_000 },
    );
  });

  it('gives what Number gives for any decimal literal, but nothing where it is too large', () => {
    const anyDigits = fc.stringMatching(/^[0-9]{1,24}$/);
    const anyLiteral = fc
      .tuple(
        fc.constantFrom('', '-', '+'),
        fc.oneof(
          anyDigits,
          fc.tuple(anyDigits, anyDigits).map((parts) => parts.join('.')),
          anyDigits.map((digits) => `.${digits}`),
          anyDigits.map((digits) => `${digits}.`),
        ),
        fc.constantFrom('', '', 'e', 'E', 'e+', 'e-', 'E-'),
        fc.integer({ min: 0, max: 340 }),
      )
      .map(([sign, digits, e, exponent]) => sign + digits + (e && e + exponent));
    fc.assert(
      fc.property(anyLiteral, (literal) => {
        const value = Number(literal);
        const finite = Number.isFinite(value);
        return Object.is(read(literal), finite ? value : undefined);
      }),
      { numRuns: 20_000 },
    );
  });

  it('gives what Number gives where the digits are near the last exact integer', () => {
    fc.assert(
      fc.property(
        fc.bigInt({ min: 2n ** 53n - 20n, max: 2n ** 53n + 20n }),
        fc.nat(17),
        fc.integer({ min: -25, max: 25 }),
        (mantissa, point, exponent) => {
          const digits = String(mantissa);
          const literal = `${digits.slice(0, point)}.${digits.slice(point)}e${exponent}`;
          return Object.is(read(literal), Number(literal));
        },
      ),
      { numRuns: 10_000 },
    );
  });

  it('takes no text that is no literal', () => {
    const anyText = fc.string({
      unit: fc.constantFrom('0', '1', '.', 'e', 'E', '+', '-', ' ', '_', 'x', 'n', 'i', 'f', 'a'),
      maxLength: 6,
    });
    const literal = /^(?:[+-]?(?:(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?|inf(?:inity)?)|nan)$/i;
    fc.assert(
      fc.property(anyText, (text) => {
        return (read(text) !== undefined) === literal.test(text);
      }),
      { numRuns: 20_000 },
    );
  });

  it.each([
    ['0', 0],
    ['-0', -0],
    ['-0.0e5', -0],
    ['007', 7],
    ['1.', 1],
    ['.5', 0.5],
    ['+3', 3],
    ['1e3', 1000],
    ['1E+03', 1000],
    ['7.6238e-05', 7.6238e-5],
    ['9007199254740992', 2 ** 53],
    ['9007199254740993', 2 ** 53],
    ['0.000000000000000000001', 1e-21],
    ['1.7976931348623157e308', Number.MAX_VALUE],
    ['5e-324', Number.MIN_VALUE],
    ['1e-400', 0],
    ['0e999999999', 0],
    ['0.1e-99999999999999999999', 0],
    ['9007199254740993e-5', 9007199254740993e-5],
    ['NaN', Number.NaN],
    ['nan', Number.NaN],
    ['+Inf', Number.POSITIVE_INFINITY],
    ['-inf', Number.NEGATIVE_INFINITY],
    ['INFINITY', Number.POSITIVE_INFINITY],
    ['-Infinity', Number.NEGATIVE_INFINITY],
    ['+infinity', Number.POSITIVE_INFINITY],
  ])('reads %s', (literal, value) => {
    expect(read(literal)).toBe(value);
  });

  it('takes any number of digits, and any exponent that makes up for them', () => {
    const zeros = '0'.repeat(100_000);
    expect(read(`${zeros}1`)).toBe(1);
    expect(read(`0.${zeros}1e100001`)).toBe(1);
    expect(read(`0.${zeros}1e999999`)).toBeUndefined();
    expect(read(`1${zeros}e-100000`)).toBe(1);
  });

  it.each([
    '',
    '+',
    '.',
    '-.',
    'e5',
    '1e',
    '1e+',
    '1.2.3',
    '1_000',
    '0x1p-2',
    '1,5',
    ' 1',
    '1 ',
    '--1',
    '+NaN',
    '-nan',
    'infinit',
    'infinity!',
    '١',
    '1e309',
    '-1e309',
  ])('refuses %j', (text) => {
    expect(read(text)).toBeUndefined();
  });
});
