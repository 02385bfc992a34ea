import { promisify } from 'node:util';
import { constants, zstdCompress, zstdDecompress } from 'node:zlib';
import { ByteReader, ByteWriter } from './bytes.ts';
import type { Snapshot } from './memory.ts';
import { SeriesKeys } from './series-keys.ts';
import { TargetMemory, type TargetTimes } from './target-memory.ts';

/**
 * The stored object: `MAGIC`, a byte with the version, and a Zstandard frame with a checksum. The frame holds the time
 * of the last complete cycle, the known metrics, the keys of all series, the lists of keys by their numbers, the targets
 * with the number of their list, all values, all timestamps, all starts, and the times of the last sight. Columns and
 * shared lists compress to 5 to 33 bytes a series; Zstandard needs a tenth of gzip's time.
 *
 * Version 1 has the keys in the lists themselves. It is still read.
 */
const MAGIC = Buffer.from('FGST');
export const FORMAT_VERSION = 2;
const HEADER_BYTES = MAGIC.length + 1;

/** Limit of the decompressed state, for more than ten million series: a broken object must not take all memory. */
const MAX_BYTES = 1024 * 1024 * 1024;

const compress = promisify(zstdCompress);
const decompress = promisify(zstdDecompress);

/** An object that is not a state of this version. */
export class StateFormatError extends Error {
  override readonly name = 'StateFormatError';
  readonly kind: 'corrupt' | 'newer';

  constructor(kind: StateFormatError['kind'], message: string, options?: ErrorOptions) {
    super(message, options);
    this.kind = kind;
  }
}

export async function encodeState({
  completedAt,
  knownMetrics,
  targets,
}: Snapshot): Promise<Buffer> {
  const writer = new ByteWriter();
  writer.time(completedAt);
  writer.time(knownMetrics?.asOf);
  writer.block(knownMetrics?.combinations ?? new Uint8Array());
  const lists = new Map<SeriesKeys, number>();
  for (const { keys } of targets.values()) if (!lists.has(keys)) lists.set(keys, lists.size);
  writeLists(writer, [...lists.keys()]);
  writer.count(targets.size);
  for (const [id, { keys, times }] of targets) {
    writer.text(id);
    writer.count(lists.get(keys) ?? 0);
    writer.time(times.sightedAfter);
    writer.time(times.startedAt);
    writer.time(times.committedAt);
    writer.text(times.cursor ?? '');
    writer.time(times.seenAt);
  }
  for (const { values } of targets.values()) writer.numbers(values);
  for (const { timestamps } of targets.values()) writer.numbers(timestamps);
  for (const { starts } of targets.values()) writer.numbers(starts);
  for (const { seen } of targets.values()) writer.numbers(seen);
  const frame = await compress(writer.take(), { params: { [constants.ZSTD_c_checksumFlag]: 1 } });
  return Buffer.concat([MAGIC, Buffer.of(FORMAT_VERSION), frame]);
}

/** @throws StateFormatError */
export async function decodeState(bytes: Uint8Array): Promise<Snapshot> {
  const given = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (!given.subarray(0, MAGIC.length).equals(MAGIC) || given.length < HEADER_BYTES) {
    throw new StateFormatError(
      'corrupt',
      `expected a state of Fargauge, got ${beginningOf(given)}`,
    );
  }
  const version = given[MAGIC.length] ?? 0;
  if (version > FORMAT_VERSION) {
    const message = `expected a state of version ${FORMAT_VERSION}, got version ${version}`;
    throw new StateFormatError('newer', message);
  }
  try {
    const frame = given.subarray(HEADER_BYTES);
    const content = await decompress(frame, { maxOutputLength: MAX_BYTES });
    return read(new ByteReader(content), version === 1 ? readOldLists : readLists);
  } catch (error) {
    const message = `expected a whole state, got ${given.length} bytes that are not one: ${(error as Error).message}`;
    throw new StateFormatError('corrupt', message, { cause: error });
  }
}

/** Targets that differ in one label have lists of their own, but most keys in common. */
function writeLists(writer: ByteWriter, lists: readonly SeriesKeys[]): void {
  const numbers = new Map<string, number>();
  for (const { list } of lists) {
    for (const key of list) if (!numbers.has(key)) numbers.set(key, numbers.size);
  }
  writer.count(numbers.size);
  for (const key of numbers.keys()) writer.text(key);
  writer.count(lists.length);
  for (const { list } of lists) {
    writer.count(list.length);
    for (const key of list) writer.count(numbers.get(key) ?? 0);
  }
}

function readLists(reader: ByteReader): SeriesKeys[] {
  const keys = times(reader.count(), () => reader.text());
  const keyOf = (number: number): string => {
    const key = keys[number];
    if (key === undefined) {
      throw new RangeError(`expected one of ${keys.length} keys, got ${number}`);
    }
    return key;
  };
  return times(reader.count(), () => {
    return new SeriesKeys(times(reader.count(), () => keyOf(reader.count())));
  });
}

/** Of version 1. */
function readOldLists(reader: ByteReader): SeriesKeys[] {
  return times(reader.count(), () => {
    return new SeriesKeys(times(reader.count(), () => reader.text()));
  });
}

function read(reader: ByteReader, listsOf: (reader: ByteReader) => SeriesKeys[]): Snapshot {
  const completedAt = reader.time();
  const asOf = reader.time();
  const combinations = reader.block();
  const lists = listsOf(reader);
  const heads = times(reader.count(), () => headOf(reader, lists));
  const values = heads.map(({ keys }) => reader.numbers(keys.size));
  const timestamps = heads.map(({ keys }) => reader.numbers(keys.size));
  const starts = heads.map(({ keys }) => reader.numbers(keys.size));
  const targets = new Map<string, TargetMemory>();
  for (const [i, { id, keys, times }] of heads.entries()) {
    const seen = reader.numbers(keys.size);
    const memory = new TargetMemory(times, keys, values[i], timestamps[i], starts[i], seen);
    targets.set(id, memory);
  }
  if (!reader.isAtEnd) throw new RangeError('expected the end after the last column');
  const knownMetrics = asOf === undefined ? undefined : { asOf, combinations };
  return { completedAt, knownMetrics, targets };
}

function headOf(reader: ByteReader, lists: readonly SeriesKeys[]) {
  const id = reader.text();
  const number = reader.count();
  const keys = lists[number];
  if (keys === undefined)
    throw new RangeError(`expected one of ${lists.length} lists, got ${number}`);
  const times: TargetTimes = {
    sightedAfter: reader.time(),
    startedAt: reader.time(),
    committedAt: reader.time(),
    cursor: reader.text() || undefined,
    seenAt: reader.time() ?? 0,
  };
  return { id, keys, times };
}

function times<T>(count: number, make: () => T): T[] {
  const all: T[] = [];
  for (let i = 0; i < count; i++) all.push(make());
  return all;
}

function beginningOf(bytes: Buffer): string {
  if (bytes.length === 0) return 'nothing';
  return `${bytes.length} bytes that begin with ${bytes.subarray(0, 16).toString('hex')}`;
}
