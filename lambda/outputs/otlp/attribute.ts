import type { ProtobufWriter } from '../wire/protobuf-writer.ts';

/** Fields of `KeyValue` and `AnyValue`. */
const KEY = 1;
const VALUE = 2;
const STRING_VALUE = 1;

/** Writes a `KeyValue` with a text. */
export function writeAttribute(
  writer: ProtobufWriter,
  field: number,
  name: string,
  value: string,
): void {
  const attribute = writer.begin(field);
  writer.string(KEY, name);
  const any = writer.begin(VALUE);
  writer.string(STRING_VALUE, value);
  writer.end(any);
  writer.end(attribute);
}
