/** One field of a message: a varint, eight bytes as a double, or bytes. */
export interface Field {
  readonly field: number;
  readonly value: bigint | number | Uint8Array | string;
}

/** The fields of a message, as plainly as the encoding can be read. Throws where the bytes are no message. */
export function readFields(bytes: Uint8Array): Field[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const fields: Field[] = [];
  let at = 0;
  const varint = (): bigint => {
    let value = 0n;
    for (let shift = 0n; ; shift += 7n) {
      const byte = view.getUint8(at++);
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
  };
  while (at < bytes.length) {
    const tag = Number(varint());
    const field = tag >>> 3;
    switch (tag & 7) {
      case 0:
        fields.push({ field, value: varint() });
        break;
      case 1:
        fields.push({ field, value: view.getFloat64(at, true) });
        at += 8;
        break;
      case 2: {
        const size = Number(varint());
        if (at + size > bytes.length)
          throw new RangeError(`field ${field} ends beyond its message`);
        fields.push({ field, value: bytes.subarray(at, at + size) });
        at += size;
        break;
      }
      default:
        throw new TypeError(`field ${field} has the wire type ${tag & 7}`);
    }
  }
  return fields;
}
