import { type Field, readFields } from '../wire/protobuf-reader.ts';
import { unsnappy } from '../wire/unsnappy.ts';

export interface WrittenSeries {
  /** In the order in which they were sent. */
  readonly labels: readonly (readonly [name: string, value: string])[];
  readonly samples: readonly WrittenSample[];
  /** Absent: the series has none. */
  readonly exemplars?: readonly WrittenExemplar[];
}

export interface WrittenExemplar {
  readonly labels: readonly (readonly [name: string, value: string])[];
  readonly value: number;
  readonly timestamp: number;
}

export interface WrittenSample {
  readonly value: number;
  /** The 64 bits of the value, in hexadecimal. */
  readonly bits: string;
  readonly timestamp: number;
}

/** The series of a remote-write request, from its compressed body: none where it has metadata. */
export function readWriteRequest(body: Uint8Array): WrittenSeries[] {
  const all = readFields(unsnappy(body)).filter(({ field }) => field === 1);
  return all.map((series) => {
    const fields = readFields(bytesOf(series));
    const exemplars = fields.filter(({ field }) => field === 3).map(exemplarOf);
    return {
      labels: fields.filter(({ field }) => field === 1).map(labelOf),
      samples: fields.filter(({ field }) => field === 2).map(sampleOf),
      ...(exemplars.length > 0 && { exemplars }),
    };
  });
}

/** `name{label="value"}` of the series, for a table of what was sent. */
export function nameOf({ labels }: WrittenSeries): string {
  const name = labels.find(([label]) => label === '__name__')?.[1] ?? '';
  const others = labels.filter(([label]) => label !== '__name__');
  return `${name}{${others.map(([label, value]) => `${label}="${value}"`).join()}}`;
}

function labelOf(label: Field): [string, string] {
  const [name, value] = readFields(bytesOf(label));
  return [textOf(name), textOf(value)];
}

function sampleOf(sample: Field): WrittenSample {
  const fields = readFields(bytesOf(sample));
  const value = fields.find(({ field }) => field === 1)?.value ?? 0;
  const time = fields.find(({ field }) => field === 2)?.value ?? 0n;
  const view = new DataView(bytesOf(sample).buffer, bytesOf(sample).byteOffset);
  // Tag, then eight bytes.
  const bits = view.getBigUint64(1, true).toString(16).padStart(16, '0');
  return { value: value as number, bits, timestamp: Number(BigInt.asIntN(64, time as bigint)) };
}

function exemplarOf(exemplar: Field): WrittenExemplar {
  const fields = readFields(bytesOf(exemplar));
  const time = fields.find(({ field }) => field === 3)?.value ?? 0n;
  return {
    labels: fields.filter(({ field }) => field === 1).map(labelOf),
    value: fields.find(({ field }) => field === 2)?.value as number,
    timestamp: Number(BigInt.asIntN(64, time as bigint)),
  };
}

function bytesOf({ value }: Field): Uint8Array {
  return value as Uint8Array;
}

function textOf(field: Field | undefined): string {
  return Buffer.from(field?.value as Uint8Array).toString();
}
