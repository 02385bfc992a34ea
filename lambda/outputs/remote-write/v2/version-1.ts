import { readFields, readVarints } from '../../wire/protobuf-reader.ts';
import { ProtobufWriter } from '../../wire/protobuf-writer.ts';
import * as v1 from '../encoding/v1-fields.ts';
import { EXEMPLARS, LABELS_REFS, SYMBOLS, TIMESERIES } from '../encoding/v2-fields.ts';

/** Bytes of a sample before its time: a tag and the value, and the tag of the time. */
const TIME_AT = 1 + 8 + 1;

/**
 * Converts a request of version 2 to version 1, which has neither the metadata nor the starts of series.
 *
 * @param request the request before compression
 */
export function toVersion1(request: Uint8Array): Uint8Array {
  const fields = readFields(request);
  const symbols = fields.filter(({ field }) => field === SYMBOLS).map(bytesOf);
  const writer = new ProtobufWriter(request.length);
  for (const series of fields.filter(({ field }) => field === TIMESERIES)) {
    const start = writer.begin(v1.TIMESERIES);
    for (const part of readFields(bytesOf(series))) {
      if (part.field === LABELS_REFS) writeLabels(writer, v1.LABELS, bytesOf(part), symbols);
      else if (part.field === v1.SAMPLES) writeSample(writer, bytesOf(part));
      else if (part.field === EXEMPLARS) writeExemplar(writer, bytesOf(part), symbols);
    }
    writer.end(start);
  }
  return writer.bytes();
}

function writeLabels(
  writer: ProtobufWriter,
  field: number,
  refs: Uint8Array,
  symbols: readonly Uint8Array[],
): void {
  const numbers = readVarints(refs);
  for (let i = 0; i < numbers.length; i += 2) {
    const label = writer.begin(field);
    writeText(writer, v1.LABEL_NAME, symbols[numbers[i] as number]);
    writeText(writer, v1.LABEL_VALUE, symbols[numbers[i + 1] as number]);
    writer.end(label);
  }
}

function writeText(writer: ProtobufWriter, field: number, text: Uint8Array | undefined): void {
  if (text === undefined)
    throw new RangeError('a request refers to a symbol that it does not have');
  writer.message(field, text.length);
  writer.raw(text);
}

function writeSample(writer: ProtobufWriter, sample: Uint8Array): void {
  let end = TIME_AT;
  while ((sample[end] as number) > 0x7f) end++;
  writer.message(v1.SAMPLES, end + 1);
  writer.raw(sample, 0, end + 1);
}

/** The two versions differ only in the labels, which come first. */
function writeExemplar(
  writer: ProtobufWriter,
  exemplar: Uint8Array,
  symbols: readonly Uint8Array[],
): void {
  const [labels] = readFields(exemplar);
  const start = writer.begin(v1.EXEMPLARS);
  const refs = labels?.field === v1.EXEMPLAR_LABELS ? bytesOf(labels) : undefined;
  if (refs !== undefined) writeLabels(writer, v1.EXEMPLAR_LABELS, refs, symbols);
  writer.raw(
    exemplar,
    refs === undefined ? 0 : refs.byteOffset + refs.length - exemplar.byteOffset,
  );
  writer.end(start);
}

/** A message or a text is always bytes. */
function bytesOf({ value }: { readonly value: number | Uint8Array }): Uint8Array {
  return value as Uint8Array;
}
