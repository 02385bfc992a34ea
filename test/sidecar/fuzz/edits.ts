import fc from 'fast-check';

/** A change to bytes: where, counted from their beginning and round again, how many go, and what comes. */
export interface Edit {
  readonly at: number;
  readonly removed: number;
  readonly inserted: Buffer;
}

/** Changes that put pieces of these into bytes, or bytes that are nothing. */
export function editsOf(pieces: readonly Buffer[], most: number): fc.Arbitrary<Edit[]> {
  const edit = fc.record({
    at: fc.nat(),
    removed: fc.oneof(
      { weight: 6, arbitrary: fc.nat(3) },
      { weight: 1, arbitrary: fc.nat(500) },
      { weight: 1, arbitrary: fc.constant(2 ** 31) },
    ),
    inserted: fc.oneof(
      { weight: 4, arbitrary: fc.constantFrom(...pieces) },
      {
        weight: 1,
        arbitrary: fc.uint8Array({ maxLength: 12 }).map((bytes) => Buffer.from(bytes)),
      },
    ),
  });
  // Of what is seldom left alone little would get past the first check.
  return fc.oneof(fc.constant<Edit[]>([]), fc.array(edit, { maxLength: most }));
}

/** The bytes after the changes, one after the other. */
export function editBytes(bytes: Buffer, edits: readonly Edit[]): Buffer {
  let edited = bytes;
  for (const { at, removed, inserted } of edits) {
    const place = at % (edited.length + 1);
    edited = Buffer.concat([edited.subarray(0, place), inserted, edited.subarray(place + removed)]);
  }
  return edited;
}
