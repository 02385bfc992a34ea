/** A field: a number for a varint, bytes for text and messages. Fields of other types are skipped. */
export interface ReadField {
  readonly field: number;
  readonly value: number | Uint8Array;
}

/**
 * The fields of a short message, such as an answer: https://protobuf.dev/programming-guides/encoding/
 *
 * @throws RangeError if the bytes are not a message
 */
export function readFields(bytes: Uint8Array): ReadField[] {
  const fields: ReadField[] = [];
  let at = 0;
  const varint = (): number => {
    let value = 0;
    for (let factor = 1; ; factor *= 0x80) {
      const byte = bytes[at++];
      if (byte === undefined) throw new RangeError('a protobuf message ends within a number');
      value += (byte & 0x7f) * factor;
      if (byte < 0x80) return value;
    }
  };
  const skip = (size: number): number => {
    if (at + size > bytes.length) throw new RangeError('a protobuf message ends within a field');
    at += size;
    return at - size;
  };
  while (at < bytes.length) {
    const tag = varint();
    const field = Math.floor(tag / 8);
    switch (tag % 8) {
      case 0:
        fields.push({ field, value: varint() });
        break;
      case 1:
        skip(8);
        break;
      case 2: {
        const start = skip(varint());
        fields.push({ field, value: bytes.subarray(start, at) });
        break;
      }
      case 5:
        skip(4);
        break;
      default:
        throw new RangeError(`a protobuf message has the wire type ${tag % 8}`);
    }
  }
  return fields;
}

/** The numbers of a packed field. @throws RangeError if the bytes end within a number */
export function readVarints(bytes: Uint8Array): number[] {
  const numbers: number[] = [];
  let value = 0;
  let factor = 1;
  for (const byte of bytes) {
    value += (byte & 0x7f) * factor;
    factor *= 0x80;
    if (byte >= 0x80) continue;
    numbers.push(value);
    value = 0;
    factor = 1;
  }
  if (factor > 1) throw new RangeError('a packed field of protobuf ends within a number');
  return numbers;
}

/** The last field of a number as a text; undefined without one. */
export function textIn(fields: readonly ReadField[], number: number): string | undefined {
  const value = fields.findLast(({ field }) => field === number)?.value;
  return value instanceof Uint8Array ? Buffer.from(value).toString() : undefined;
}
