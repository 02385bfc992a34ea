import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { ProtobufWriter, varintBytes } from '../../../lambda/outputs/wire/protobuf-writer.ts';
import { type Field, readFields } from './protobuf-reader.ts';

function written(write: (writer: ProtobufWriter) => void): string {
  // So small that the buffer has to grow at once.
  const writer = new ProtobufWriter(1);
  write(writer);
  return Buffer.from(writer.bytes()).toString('hex');
}

describe('ProtobufWriter', () => {
  // The first three are the examples of https://protobuf.dev/programming-guides/encoding/
  it.each<[string, (writer: ProtobufWriter) => void, string]>([
    ['a varint', (w) => w.unsigned(1, 150), '089601'],
    ['a text', (w) => w.string(2, 'testing'), '120774657374696e67'],
    ['a field number of two bytes', (w) => w.unsigned(16, 1), '800101'],
    ['zero', (w) => w.unsigned(1, 0), '0800'],
    [
      'the largest safe integer',
      (w) => w.unsigned(1, Number.MAX_SAFE_INTEGER),
      '08ffffffffffffff0f',
    ],
    ['2^31', (w) => w.unsigned(1, 2 ** 31), '088080808008'],
    ['2^35', (w) => w.unsigned(1, 2 ** 35), '08808080808001'],
    ['a negative integer', (w) => w.int64(1, -2), '08feffffffffffffffff01'],
    ['a double', (w) => w.double(1, 1.5), '09000000000000f83f'],
    ['minus zero', (w) => w.double(1, -0), '090000000000000080'],
    ['eight bytes', (w) => w.fixed64(1, 0x7ff0_0000_0000_0002n), '09020000000000f07f'],
    ['an empty text', (w) => w.string(1, ''), '0a00'],
    ['a text of two bytes a character', (w) => w.string(1, 'é'), '0a02c3a9'],
    ['a character beyond the first plane', (w) => w.string(1, '𝄞'), '0a04f09d849e'],
    ['half a character', (w) => w.string(1, '\ud834'), '0a03efbfbd'],
    ['packed doubles', (w) => w.packedDoubles(7, [1, 0.5]), '3a10000000000000f03f000000000000e03f'],
    ['packed integers', (w) => w.packedFixed64(6, [2 ** 32 + 3]), '32080300000001000000'],
    ['no packed values', (w) => w.packedFixed64(6, []), '3200'],
  ])('writes %s', (_, write, expected) => {
    expect(written(write)).toBe(expected);
  });

  it.each([0, 1, 127, 128, 129, 16_383, 16_384, 100_000])(
    'writes a message of %d bytes in a message',
    (size) => {
      const content = Buffer.alloc(size, 'x').toString();
      const hex = written((writer) => {
        const outer = writer.begin(1);
        const inner = writer.begin(2);
        writer.raw(Buffer.from(content));
        writer.end(inner);
        writer.unsigned(3, 7);
        writer.end(outer);
      });

      const [outer] = readFields(Buffer.from(hex, 'hex'));
      const [inner, after] = readFields(outer?.value as Uint8Array);
      expect(Buffer.from(inner?.value as Uint8Array).toString()).toBe(content);
      expect(after).toEqual({ field: 3, value: 7n });
    },
  );

  it('takes back what was written last', () => {
    const hex = written((writer) => {
      writer.unsigned(1, 1);
      const { length } = writer;
      writer.string(2, 'not wanted');
      writer.truncate(length);
      writer.unsigned(3, 1);
    });
    expect(hex).toBe('08011801');
  });

  it('writes whatever a reader reads back', () => {
    const number = fc.integer({ min: 1, max: 1000 });
    const field: fc.Arbitrary<Field | Nested> = fc.letrec<{ field: Field | Nested }>((tie) => ({
      field: fc.oneof(
        { depthSize: 'small', withCrossShrink: true },
        fc.record({ field: number, value: fc.maxSafeNat().map(BigInt) }),
        fc.record({ field: number, value: fc.double() }),
        fc.record({ field: number, value: fc.string({ unit: 'grapheme', maxLength: 300 }) }),
        fc.record({ field: number, nested: fc.array(tie('field'), { maxLength: 8 }) }),
      ),
    })).field;

    fc.assert(
      fc.property(fc.array(field, { maxLength: 8 }), (fields) => {
        const writer = new ProtobufWriter(1);
        for (const one of fields) writeField(writer, one);
        expect(readLike(writer.bytes(), fields)).toEqual(fields);
      }),
      { numRuns: 500 },
    );
  });
});

describe('varintBytes', () => {
  it.each([0, 127, 128, 16_383, 16_384, 2 ** 32, Number.MAX_SAFE_INTEGER])(
    'tells how many bytes %d takes',
    (value) => {
      const writer = new ProtobufWriter();
      writer.unsigned(1, value);
      expect(varintBytes(value)).toBe(writer.length - 1);
    },
  );
});

interface Nested {
  readonly field: number;
  readonly nested: readonly (Field | Nested)[];
}

function writeField(writer: ProtobufWriter, one: Field | Nested): void {
  if ('nested' in one) {
    const start = writer.begin(one.field);
    for (const inner of one.nested) writeField(writer, inner);
    writer.end(start);
  } else if (typeof one.value === 'bigint') writer.unsigned(one.field, Number(one.value));
  else if (typeof one.value === 'number') writer.double(one.field, one.value);
  else if (typeof one.value === 'string') writer.string(one.field, one.value);
}

/** Bytes do not tell what they mean: they are read as what was written there. */
function readLike(bytes: Uint8Array, written: readonly (Field | Nested)[]): (Field | Nested)[] {
  return readFields(bytes).map(({ field, value }, index) => {
    const model = written[index]!;
    if ('nested' in model) return { field, nested: readLike(value as Uint8Array, model.nested) };
    if (typeof model.value === 'string')
      return { field, value: Buffer.from(value as Uint8Array).toString() };
    return { field, value };
  });
}
