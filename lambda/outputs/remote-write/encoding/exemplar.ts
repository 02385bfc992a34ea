import type { Exemplar, Labels } from '../../../model/samples/sample.ts';
import type { ProtobufWriter } from '../../wire/protobuf-writer.ts';
import { compareNames } from './label-order.ts';
import { isTime } from './sample-writer.ts';
import type { TimedExemplar } from './series-writer.ts';
import {
  EXEMPLAR_LABELS,
  EXEMPLAR_TIMESTAMP,
  EXEMPLAR_VALUE,
  EXEMPLARS,
  LABEL_NAME,
  LABEL_VALUE,
} from './v1-fields.ts';

/** An exemplar; it gets the time of its sample if its own is missing or cannot be sent. */
export function timed({ labels, value, timestamp }: Exemplar, sampleTime: number): TimedExemplar {
  const own = timestamp !== undefined && isTime(timestamp) ? timestamp : sampleTime;
  return { labels, value, time: Math.trunc(own) };
}

/** Names and values of labels, sorted, without empty ones. */
export function sortedLabels(labels: Labels): [name: string, value: string][] {
  const entries = Object.entries(labels).filter(([, value]) => value !== '');
  return entries.sort(([one], [other]) => compareNames(one, other));
}

/** Writes an exemplar as a field of a `TimeSeries` of version 1. */
export function writeExemplar(
  writer: ProtobufWriter,
  { labels, value, time }: TimedExemplar,
): void {
  const exemplar = writer.begin(EXEMPLARS);
  for (const [name, text] of sortedLabels(labels)) {
    const label = writer.begin(EXEMPLAR_LABELS);
    writer.string(LABEL_NAME, name);
    writer.string(LABEL_VALUE, text);
    writer.end(label);
  }
  writer.double(EXEMPLAR_VALUE, value);
  writer.int64(EXEMPLAR_TIMESTAMP, time);
  writer.end(exemplar);
}
