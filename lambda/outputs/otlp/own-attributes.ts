import type { Labels, Series } from '../../model/sample.ts';
import { ProtobufWriter } from '../wire/protobuf-writer.ts';
import { writeAttribute } from './attribute.ts';
import { partOf } from './part.ts';

/** Fields of the data points for their attributes. */
const ATTRIBUTES = 7;
const HISTOGRAM_ATTRIBUTES = 9;

/** The labels of a series as attributes of a data point. */
export interface OwnAttributes {
  readonly names: readonly string[];
  readonly encoded: Uint8Array;
}

const writer = new ProtobufWriter();

export function ownAttributesOf(series: Series): OwnAttributes {
  writer.truncate(0);
  const names = writeAttributes(writer, series, series.labels);
  return { names, encoded: writer.bytes().slice() };
}

/** Writes labels of a series into its data point, but for the one that tells the parts of the point apart. @returns their names */
export function writeAttributes(point: ProtobufWriter, series: Series, labels: Labels): string[] {
  const part = partOf(series);
  const field = part?.kind === 'histogram' ? HISTOGRAM_ATTRIBUTES : ATTRIBUTES;
  const names = Object.keys(labels).filter((name) => labels[name] && name !== part?.exclude);
  for (const name of names) writeAttribute(point, field, name, labels[name] ?? '');
  return names;
}
