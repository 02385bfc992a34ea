import type { KnownMetrics } from '../../model/delivery/state.ts';

/** The object: `MAGIC`, a byte with the version, the time as a big-endian double, and the combinations of the budget. */
const MAGIC = Buffer.from('FGKM');
const VERSION = 1;
const TIME_AT = MAGIC.length + 1;
const HEADER_BYTES = TIME_AT + 8;

/** Bytes of each combination. */
const ENTRY_BYTES = 8;

/** An object that this version cannot read. */
export class KnownMetricsError extends Error {
  override readonly name = 'KnownMetricsError';
}

export function encodeKnownMetrics({ asOf, combinations }: KnownMetrics): Uint8Array {
  const header = Buffer.alloc(HEADER_BYTES);
  MAGIC.copy(header);
  header.writeUInt8(VERSION, MAGIC.length);
  header.writeDoubleBE(asOf, TIME_AT);
  return Buffer.concat([header, combinations]);
}

/** @throws KnownMetricsError */
export function decodeKnownMetrics(bytes: Uint8Array): KnownMetrics {
  const given = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const isWhole = given.length >= HEADER_BYTES && (given.length - HEADER_BYTES) % ENTRY_BYTES === 0;
  if (!isWhole || !given.subarray(0, MAGIC.length).equals(MAGIC)) {
    throw new KnownMetricsError(
      `expected known metrics, got ${given.length} bytes that are not a list of them`,
    );
  }
  const version = given.readUInt8(MAGIC.length);
  const asOf = given.readDoubleBE(TIME_AT);
  if (version !== VERSION || !Number.isFinite(asOf)) {
    throw new KnownMetricsError(
      `expected known metrics of version ${VERSION} with a time, got version ${version}, ${asOf}`,
    );
  }
  return { asOf, combinations: given.subarray(HEADER_BYTES) };
}
