/**
 * Snappy's block format, the other half, as plainly as the description has it:
 * https://github.com/google/snappy/blob/main/format_description.txt
 */
export function unsnappy(block: Uint8Array): Buffer {
  let at = 0;
  let expected = 0;
  for (let shift = 0; ; shift += 7) {
    const byte = block[at++]!;
    expected += (byte & 0x7f) * 2 ** shift;
    if (byte < 0x80) break;
  }
  const output = Buffer.alloc(expected);
  let length = 0;
  const littleEndian = (bytes: number): number => {
    let value = 0;
    for (let i = 0; i < bytes; i++) value += block[at++]! * 2 ** (8 * i);
    return value;
  };
  const copy = (offset: number, count: number): void => {
    if (offset === 0 || offset > length) throw new RangeError(`offset ${offset} at ${length}`);
    for (let i = 0; i < count; i++) output[length] = output[length++ - offset]!;
  };
  while (at < block.length) {
    const tag = block[at++]!;
    const upper = tag >>> 2;
    switch (tag & 3) {
      case 0: {
        const count = (upper < 60 ? upper : littleEndian(upper - 59)) + 1;
        if (at + count > block.length) throw new RangeError('a literal ends beyond the block');
        output.set(block.subarray(at, at + count), length);
        at += count;
        length += count;
        break;
      }
      case 1:
        copy(((tag >>> 5) << 8) | block[at++]!, ((tag >>> 2) & 7) + 4);
        break;
      case 2:
        copy(littleEndian(2), upper + 1);
        break;
      default:
        copy(littleEndian(4), upper + 1);
    }
  }
  if (length !== expected) throw new RangeError(`expected ${expected} bytes, got ${length}`);
  return output;
}
