import { randomBytes } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { type Piece, pieceOf, runOf } from '../../../lambda/outputs/wire/piece.ts';
import { SnappyWriter } from '../../../lambda/outputs/wire/snappy-writer.ts';
import { unsnappy } from './unsnappy.ts';

describe('SnappyWriter', () => {
  it.each<[string, (writer: SnappyWriter) => void, string]>([
    ['nothing', () => {}, ''],
    ['a varint', (w) => w.varint(300), 'ac02'],
    ['the greatest varint', (w) => w.varint(2 ** 31 - 1), 'ffffffff07'],
    ['four bytes', (w) => w.fixed32(0x7ff0_0002), '0200f07f'],
    ['four bytes with the sign', (w) => w.fixed32(-2), 'feffffff'],
    ['a part of some bytes', (w) => w.bytes(Buffer.from('0123'), 1, 3), '3132'],
  ])('writes %s', (_, write, expected) => {
    expect(written(write).toString('hex')).toBe(expected);
  });

  it.each([1, 59, 60, 61, 255, 256, 257, 65_535, 65_536, 65_537, 16_777_216, 16_777_217])(
    'writes a literal of %d bytes',
    (size) => {
      const bytes = Buffer.alloc(size, 'literal');
      expect(written((writer) => writer.bytes(bytes)).equals(bytes)).toBe(true);
    },
  );

  it.each([1, 3, 4, 5, 11, 12, 60, 63, 64, 65, 66, 67, 68, 69, 124, 127, 128, 129, 132, 1_000])(
    'repeats %d bytes, near and far',
    (size) => {
      const bytes = randomBytes(size);
      const offsets = [2_047, 2_048, 2_049, 65_535, 65_536, 65_537, 200_000];
      for (const between of [0, 1, ...offsets.map((offset) => offset - size)]) {
        const other = randomBytes(between);
        const all = written((writer) => {
          writer.bytes(bytes);
          writer.bytes(other);
          writer.repeat(0, size);
          writer.bytes(other, 0, Math.min(between, 100));
        });
        expect(all.equals(Buffer.concat([bytes, other, bytes, other.subarray(0, 100)]))).toBe(true);
      }
    },
  );

  it('repeats bytes that it is just writing', () => {
    const all = written((writer) => {
      writer.bytes(Buffer.from('ab'));
      writer.repeat(0, 7);
    });
    expect(all.toString()).toBe('ababababa');
  });

  it('writes repetitions that follow each other as one', () => {
    const writer = new SnappyWriter();
    const pieces = Array.from({ length: 8 }, () => piece(randomBytes(8)));
    for (const one of [...pieces, ...pieces]) writer.piece(one);
    // The length; a literal of 64 bytes; a copy of 64.
    expect(writer.take()).toHaveLength(2 + (2 + 64) + 3);
  });

  it('takes from the model of a new piece what is the same', () => {
    const text = 'TaskArn=arn:aws:ecs:eu-central-1:123456789012:task/main/';
    const one = piece(Buffer.from(`${text}1`));
    const other = piece(Buffer.from(`${text}2`), one);
    const writer = new SnappyWriter();
    writer.piece(one);
    writer.piece(other);
    const block = writer.take();
    expect(unsnappy(block).toString()).toBe(`${text}1${text}2`);
    // The length; a literal of 57 bytes; a copy of 56; a literal of one.
    expect(block).toHaveLength(1 + (1 + 57) + 3 + (1 + 1));
  });

  it('repeats nothing of another block, or of another writer', () => {
    const one = piece(Buffer.from('something'));
    const run = runOf([one, piece(Buffer.from(' or other'))]);
    const [first, second] = [new SnappyWriter(), new SnappyWriter()];
    for (const writer of [first, second, first]) {
      writer.run(run);
      writer.piece(one);
      expect(unsnappy(writer.take()).toString()).toBe('something or othersomething');
    }
  });

  it('writes whatever pieces there are, in whatever order', () => {
    // Few different bytes, so that pieces are alike in many ways.
    const content = fc.uint8Array({ max: 2, maxLength: 40 });
    const long = fc.constantFrom(100, 5_000, 70_000).map((size) => Buffer.alloc(size, 'long'));
    const step = fc.oneof(
      { weight: 8, arbitrary: fc.record({ kind: fc.constant('piece' as const), of: fc.nat(20) }) },
      { weight: 4, arbitrary: fc.record({ kind: fc.constant('run' as const), of: fc.nat(20) }) },
      { weight: 4, arbitrary: fc.record({ kind: fc.constant('repeat' as const), of: fc.nat() }) },
      { weight: 2, arbitrary: fc.record({ kind: fc.constant('varint' as const), of: fc.nat() }) },
      { weight: 1, arbitrary: fc.record({ kind: fc.constant('take' as const) }) },
    );
    const contents = fc.array(fc.oneof({ weight: 9, arbitrary: content }, long), {
      minLength: 1,
      maxLength: 12,
    });
    fc.assert(
      fc.property(contents, fc.array(step, { maxLength: 200 }), (all, steps) => {
        const pieces: Piece[] = [];
        for (const bytes of all) pieces.push(piece(bytes, pieces.at(-1)));
        const runs = pieces.map((_, from) => runOf(pieces.slice(from, from + 3)));
        const writer = new SnappyWriter();
        let plain = Buffer.alloc(0);
        const add = (...more: Uint8Array[]) => {
          plain = Buffer.concat([plain, ...more]);
        };
        for (const one of [...steps, { kind: 'take' as const }]) {
          if (one.kind === 'piece') {
            const chosen = pieces[one.of % pieces.length]!;
            writer.piece(chosen);
            add(bytesIn(chosen));
          } else if (one.kind === 'run') {
            const chosen = runs[one.of % runs.length]!;
            writer.run(chosen);
            add(...chosen.pieces.map(bytesIn));
          } else if (one.kind === 'repeat' && plain.length > 0) {
            const at = one.of % plain.length;
            const size = Math.min(plain.length - at, 300);
            writer.repeat(at, size);
            add(plain.subarray(at, at + size));
          } else if (one.kind === 'varint') {
            writer.varint(one.of);
            add(varint(one.of));
          } else if (one.kind === 'take') {
            expect(writer.length).toBe(plain.length);
            expect(unsnappy(writer.take()).equals(plain)).toBe(true);
            plain = Buffer.alloc(0);
          }
        }
      }),
      { numRuns: 300 },
    );
  });
});

function written(write: (writer: SnappyWriter) => void): Buffer {
  const writer = new SnappyWriter();
  write(writer);
  return unsnappy(writer.take());
}

/** Not at the beginning of its buffer. */
function piece(bytes: Uint8Array, model?: Piece): Piece {
  const source = Buffer.concat([Buffer.from('before'), bytes, Buffer.from('after')]);
  return pieceOf(source, 6, 6 + bytes.length, model);
}

function bytesIn({ source, from, to }: Piece): Uint8Array {
  return source.subarray(from, to);
}

function varint(value: number): Buffer {
  const bytes: number[] = [];
  let rest = BigInt(value);
  for (; rest > 0x7fn; rest >>= 7n) bytes.push(Number(rest & 0x7fn) | 0x80);
  return Buffer.from([...bytes, Number(rest)]);
}
