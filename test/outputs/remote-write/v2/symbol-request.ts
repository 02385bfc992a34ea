import { type Field, readFields } from '../../wire/protobuf-reader.ts';
import { unsnappy } from '../../wire/unsnappy.ts';
import type { WrittenSeries } from '../write-request.ts';

/** A series of an `io.prometheus.write.v2.Request`. */
export interface SymbolSeries extends WrittenSeries {
  /** In milliseconds, one for each sample. */
  readonly starts: readonly (number | undefined)[];
  readonly exemplars: readonly {
    readonly labels: readonly (readonly [name: string, value: string])[];
    readonly value: number;
    readonly timestamp: number;
  }[];
  readonly metadata: { readonly type: number; readonly help: string; readonly unit: string };
}

export interface SymbolRequest {
  readonly symbols: readonly string[];
  readonly series: readonly SymbolSeries[];
}

/** Reads a request, from its compressed body. Fails where it refers to a symbol that it does not have, or has a field that it should not. */
export function readSymbolRequest(body: Uint8Array): SymbolRequest {
  const fields = readFields(unsnappy(body));
  const symbols = fields.filter(({ field }) => field === 4).map(textOf);
  const symbol = (ref: number): string => {
    const found = symbols[ref];
    if (found === undefined) throw new Error(`no symbol ${ref} of ${symbols.length}`);
    return found;
  };
  const labelsOf = (field: Field | undefined): [string, string][] => {
    const refs = field === undefined ? [] : numbersIn(bytesOf(field));
    if (refs.length % 2 > 0) throw new Error(`${refs.length} references to labels`);
    return refs.flatMap((ref, at) =>
      at % 2 > 0 ? [] : [[symbol(ref), symbol(refs[at + 1] as number)] as [string, string]],
    );
  };
  const series = fields
    .filter(({ field }) => field !== 4)
    .map((field): SymbolSeries => {
      if (field.field !== 5) throw new Error(`a request with the field ${field.field}`);
      const parts = readFields(bytesOf(field));
      const samples = parts.filter(({ field: number }) => number === 2);
      const metadata = parts.filter(({ field: number }) => number === 5);
      const [own] = metadata.map((one) => readFields(bytesOf(one)));
      return {
        labels: labelsOf(parts.find(({ field: number }) => number === 1)),
        samples: samples.map(sampleOf),
        starts: samples.map((one) => numberIn(readFields(bytesOf(one)), 3)),
        exemplars: parts
          .filter(({ field: number }) => number === 4)
          .map((one) => {
            const all = readFields(bytesOf(one));
            return {
              labels: labelsOf(all.find(({ field: number }) => number === 1)),
              value: all.find(({ field: number }) => number === 2)?.value as number,
              timestamp: numberIn(all, 3) ?? 0,
            };
          }),
        metadata: {
          type: numberIn(own ?? [], 1) ?? 0,
          help: symbol(numberIn(own ?? [], 3) ?? 0),
          unit: symbol(numberIn(own ?? [], 4) ?? 0),
        },
      };
    });
  return { symbols, series };
}

function sampleOf(sample: Field): WrittenSeries['samples'][number] {
  const bytes = bytesOf(sample);
  const fields = readFields(bytes);
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  return {
    value: fields.find(({ field }) => field === 1)?.value as number,
    // Tag, then eight bytes.
    bits: view.getBigUint64(1, true).toString(16).padStart(16, '0'),
    timestamp: numberIn(fields, 2) ?? 0,
  };
}

function numberIn(fields: readonly Field[], number: number): number | undefined {
  const value = fields.find(({ field }) => field === number)?.value;
  return value === undefined ? undefined : Number(BigInt.asIntN(64, value as bigint));
}

function numbersIn(bytes: Uint8Array): number[] {
  const numbers: number[] = [];
  let number = 0;
  let shift = 0;
  for (const byte of bytes) {
    number |= (byte & 0x7f) << shift;
    shift += 7;
    if (byte > 0x7f) continue;
    numbers.push(number);
    number = 0;
    shift = 0;
  }
  return numbers;
}

function bytesOf({ value }: Field): Uint8Array {
  return value as Uint8Array;
}

function textOf(field: Field): string {
  return Buffer.from(bytesOf(field)).toString();
}
