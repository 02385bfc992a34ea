import { METRIC_NAME } from '../../model/relabel.ts';
import type { Series } from '../../model/sample.ts';
import { ProtobufWriter } from '../wire/protobuf-writer.ts';
import { compareNames } from './label-order.ts';

/** Fields of `TimeSeries` and `Label`. */
const LABELS = 1;
const NAME = 1;
const VALUE = 2;

/** The labels of a series itself, its name as `__name__` among them: sorted and encoded. */
export interface OwnLabels {
  readonly names: readonly string[];
  readonly encoded: Uint8Array;
  /** Where each of them begins, and at last where all end. */
  readonly offsets: readonly number[];
  /** Whether one has no value, so that joining is needed to know what it means. */
  readonly hasEmpty: boolean;
}

const writer = new ProtobufWriter();

export function ownLabelsOf({ name: metric, labels }: Series): OwnLabels {
  writer.truncate(0);
  const names = [...Object.keys(labels), METRIC_NAME].sort(compareNames);
  const offsets = [0];
  let hasEmpty = false;
  for (const name of names) {
    const value = name === METRIC_NAME ? metric : (labels[name] ?? '');
    hasEmpty ||= value === '';
    writeLabel(writer, name, value);
    offsets.push(writer.length);
  }
  return { names, encoded: writer.bytes().slice(), offsets, hasEmpty };
}

/** Writes a label into a `TimeSeries`. */
export function writeLabel(target: ProtobufWriter, name: string, value: string): void {
  const label = target.begin(LABELS);
  target.string(NAME, name);
  target.string(VALUE, value);
  target.end(label);
}
