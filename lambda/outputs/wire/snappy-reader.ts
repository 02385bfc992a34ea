/**
 * Decompresses a block of Snappy; `snappy.ts` has the grammar.
 *
 * @throws RangeError if the bytes are not such a block
 */
export function readSnappy(block: Uint8Array): Uint8Array {
  let at = 0;
  const byte = (): number => {
    if (at >= block.length) throw new RangeError('a Snappy block ends early');
    return block[at++] as number;
  };
  const number = (bytes: number): number => {
    let value = 0;
    for (let i = 0; i < bytes; i++) value += byte() * 2 ** (8 * i);
    return value;
  };
  const original = new Uint8Array(readLength(byte));
  let length = 0;
  const room = (size: number): void => {
    if (length + size > original.length) throw new RangeError('a Snappy block is too long');
  };
  while (at < block.length) {
    const tag = byte();
    const upper = tag >>> 2;
    if ((tag & 3) === 0) {
      const size = (upper < 60 ? upper : number(upper - 59)) + 1;
      room(size);
      if (at + size > block.length) throw new RangeError('a Snappy block ends early');
      original.set(block.subarray(at, at + size), length);
      at += size;
      length += size;
      continue;
    }
    const isShort = (tag & 3) === 1;
    const size = isShort ? (upper & 7) + 4 : upper + 1;
    const offset = isShort ? ((tag >>> 5) << 8) | byte() : number((tag & 3) === 2 ? 2 : 4);
    room(size);
    if (offset === 0 || offset > length) throw new RangeError('a Snappy block copies from nowhere');
    // Byte by byte, because a copy may repeat bytes that it has just written.
    for (let i = 0; i < size; i++) original[length] = original[length++ - offset] as number;
  }
  if (length < original.length) throw new RangeError('a Snappy block ends early');
  return original;
}

function readLength(byte: () => number): number {
  let length = 0;
  for (let scale = 1; scale <= 2 ** 28; scale *= 0x80) {
    const next = byte();
    length += (next & 0x7f) * scale;
    if (next < 0x80) return length;
  }
  throw new RangeError('a Snappy block has a length of more than 32 bits');
}
