import { randomBytes } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { snappy } from '../../../lambda/outputs/wire/snappy.ts';
import { readSnappy } from '../../../lambda/outputs/wire/snappy-reader.ts';
import { unsnappy } from './unsnappy.ts';

describe('readSnappy', () => {
  it.each<[string, string, string]>([
    ['nothing', '00', ''],
    ['a literal', '03 08 616263', 'abc'],
    ['a literal with a byte of length', '01 f000 61', 'a'],
    ['a literal with four bytes of length', '01 fc00000000 61', 'a'],
    ['a short copy', '08 0c 61626364 01 04', 'abcdabcd'],
    ['a copy with two bytes of offset', '06 08 616263 0a 0300', 'abcabc'],
    ['a copy with four bytes of offset', '06 08 616263 0b 03000000', 'abcabc'],
    ['a copy of what it writes itself', '07 00 61 16 0100', 'aaaaaaa'],
  ])('reads %s', (_, hex, expected) => {
    const block = bytesOf(hex);
    expect(Buffer.from(readSnappy(block)).toString()).toBe(expected);
    expect(unsnappy(block).toString()).toBe(expected);
  });

  it.each<[string, string, string]>([
    ['no byte at all', '', 'a Snappy block ends early'],
    [
      'a length that does not end',
      '8080808080',
      'a Snappy block has a length of more than 32 bits',
    ],
    ['less than its length', '04 08 616263', 'a Snappy block ends early'],
    ['more than its length', '02 08 616263', 'a Snappy block is too long'],
    ['half a literal', '03 08 6162', 'a Snappy block ends early'],
    ['half a copy', '06 08 616263 0a 03', 'a Snappy block ends early'],
    ['a copy from before its start', '06 08 616263 0a 0400', 'a Snappy block copies from nowhere'],
    ['a copy of itself', '06 08 616263 0a 0000', 'a Snappy block copies from nowhere'],
  ])('refuses %s', (_, hex, message) => {
    expect(() => readSnappy(bytesOf(hex))).toThrow(new RangeError(message));
  });

  it('reads what the compressor writes', () => {
    const piece = fc.uint8Array({ minLength: 1, maxLength: 90 });
    const input = fc
      .tuple(
        fc.array(piece, { minLength: 1, maxLength: 6 }),
        fc.array(fc.nat(5), { maxLength: 2_000 }),
      )
      .map(([pieces, order]) =>
        Buffer.concat(order.map((index) => pieces[index % pieces.length]!)),
      );
    fc.assert(fc.property(input, (bytes) => bytes.equals(readSnappy(snappy(bytes)))));
  });

  it('reads or refuses whatever there is', () => {
    const block = snappy(
      Buffer.from('some text and some more text and some other text'.repeat(20)),
    );
    for (let run = 0; run < 5_000; run++) {
      const broken = Buffer.from(block);
      const [place = 0, value = 0] = randomBytes(2);
      // Not the length, as it may be far too great to try.
      broken[2 + (place % (block.length - 2))] = value;
      expectReadOrRefused(broken);
    }
  });
});

function expectReadOrRefused(block: Buffer): void {
  let read: Uint8Array;
  try {
    read = readSnappy(block);
  } catch (error) {
    expect(error).toBeInstanceOf(RangeError);
    return;
  }
  expect(unsnappy(block).equals(read)).toBe(true);
}

function bytesOf(hex: string): Buffer {
  return Buffer.from(hex.replaceAll(' ', ''), 'hex');
}
