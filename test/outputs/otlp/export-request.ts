import { gunzipSync } from 'node:zlib';
import { type Field, readFields } from '../wire/protobuf-reader.ts';

/** What a test wants to know of a data point. */
export interface SentPoint {
  readonly resource: Readonly<Record<string, string>>;
  readonly metric: string;
  readonly kind: 'gauge' | 'sum' | 'histogram' | 'summary';
  /** 2 is cumulative. */
  readonly temporality?: number;
  readonly monotonic?: boolean;
  readonly attributes: Readonly<Record<string, string>>;
  /** Nanoseconds since the epoch. */
  readonly start?: bigint;
  readonly time: bigint;
  readonly value?: number;
  readonly count?: bigint;
  readonly sum?: number;
  readonly bounds?: readonly number[];
  readonly counts?: readonly bigint[];
  readonly quantiles?: Readonly<Record<string, number>>;
}

const KINDS: Readonly<Record<number, SentPoint['kind']>> = {
  5: 'gauge',
  7: 'sum',
  9: 'histogram',
  11: 'summary',
};

/** The data points of an OTLP request, from its compressed body. */
export function readExportRequest(body: Uint8Array): SentPoint[] {
  return messages(gunzipSync(body), 1).flatMap((ofResource) => {
    const [resource = new Uint8Array()] = messages(ofResource, 1);
    const attributes = attributesIn(resource, 1);
    return messages(ofResource, 2)
      .flatMap((ofScope) => messages(ofScope, 2))
      .flatMap((metric) => pointsOf(metric).map((point) => ({ resource: attributes, ...point })));
  });
}

function pointsOf(metric: Uint8Array): Omit<SentPoint, 'resource'>[] {
  const fields = readFields(metric);
  const name = textOf(fields.find(({ field }) => field === 1));
  const data = fields.find(({ field }) => field in KINDS);
  if (data === undefined) throw new Error(`the metric ${name} has no data`);
  const kind = KINDS[data.field]!;
  const temporality = varintIn(data.value as Uint8Array, 2);
  const monotonic = varintIn(data.value as Uint8Array, 3);
  return messages(data.value as Uint8Array, 1).map((point) => ({
    metric: name,
    kind,
    ...(temporality !== undefined && { temporality }),
    ...(monotonic !== undefined && { monotonic: monotonic === 1 }),
    attributes: attributesIn(point, kind === 'histogram' ? 9 : 7),
    ...timesOf(point),
    ...valuesOf(point, kind),
  }));
}

function timesOf(point: Uint8Array): Pick<SentPoint, 'start' | 'time'> {
  const start = bitsIn(point, 2);
  return { time: bitsIn(point, 3) ?? 0n, ...(start !== undefined && { start }) };
}

function valuesOf(point: Uint8Array, kind: SentPoint['kind']): Partial<SentPoint> {
  if (kind === 'gauge' || kind === 'sum') return { value: doubleIn(point, 4)! };
  const sum = doubleIn(point, 5);
  const common = { count: bitsIn(point, 4) ?? 0n, ...(sum !== undefined && { sum }) };
  if (kind === 'histogram') {
    const counts = eights(point, 6, (view, at) => view.getBigUint64(at, true));
    return { ...common, counts, bounds: eights(point, 7, (view, at) => view.getFloat64(at, true)) };
  }
  const quantiles = messages(point, 6).map((one) => [doubleIn(one, 1), doubleIn(one, 2)]);
  return { ...common, quantiles: Object.fromEntries(quantiles) };
}

function attributesIn(message: Uint8Array, field: number): Record<string, string> {
  const pairs = messages(message, field).map((pair) => {
    const [key, any] = readFields(pair);
    return [textOf(key), textOf(readFields(any?.value as Uint8Array)[0])];
  });
  return Object.fromEntries(pairs);
}

function messages(message: Uint8Array, number: number): Uint8Array[] {
  return readFields(message)
    .filter(({ field }) => field === number)
    .map(({ value }) => value as Uint8Array);
}

function varintIn(message: Uint8Array, number: number): number | undefined {
  const value = readFields(message).find(({ field }) => field === number)?.value;
  return typeof value === 'bigint' ? Number(value) : undefined;
}

function doubleIn(message: Uint8Array, number: number): number | undefined {
  return readFields(message).find(({ field }) => field === number)?.value as number | undefined;
}

/** The reader takes all eight bytes for a double. */
function bitsIn(message: Uint8Array, number: number): bigint | undefined {
  const value = doubleIn(message, number);
  if (value === undefined) return undefined;
  return new BigUint64Array(new Float64Array([value]).buffer)[0];
}

function eights<T>(
  message: Uint8Array,
  number: number,
  read: (view: DataView, at: number) => T,
): T[] {
  const [bytes] = messages(message, number);
  if (bytes === undefined) return [];
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Array.from({ length: bytes.length / 8 }, (_, index) => read(view, 8 * index));
}

function textOf(field: Field | undefined): string {
  return Buffer.from(field?.value as Uint8Array).toString();
}
