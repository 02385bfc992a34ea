import { METRIC_NAME } from '../../../model/samples/relabel.ts';
import type { Series } from '../../../model/samples/sample.ts';
import { bytesOf, type Piece, sumOfHashes } from '../../wire/piece.ts';
import { PieceTable } from '../../wire/piece-table.ts';
import type { ProtobufWriter } from '../../wire/protobuf-writer.ts';
import { haveSameNames } from '../../wire/same-names.ts';
import { SeriesCache } from '../../wire/series-cache.ts';
import { compareNames } from './label-order.ts';
import { LABEL_NAME, LABEL_VALUE, LABELS } from './v1-fields.ts';

/** Most shapes in memory. */
const MAX_SHAPES = 1_000;

/** The sorted names of a series' labels, including `__name__`. Usually the same object for the same names. */
export type Shape = readonly string[];

/** The encoded labels of a series itself, including `__name__`, in the order of their names. */
export interface OwnLabels {
  readonly shape: Shape;
  readonly labels: readonly Piece[];
  /** Bytes of all labels. */
  readonly size: number;
  /** The sum of their hashes. */
  readonly hash: number;
  /** Whether a label is empty, so that only joining shows its meaning. */
  readonly hasEmpty: boolean;
}

/** Encoded labels. Outlives the cycles of its process. */
export class LabelTable {
  readonly #labels = new PieceTable(writeLabel, () => this.#own.forget());
  readonly #own = new SeriesCache((series) => this.#make(series));
  readonly #shapes = new Map<string, Shape>();
  /** The last names as a series had them, and sorted: neighbors usually have the same. */
  #lastNames: readonly string[] = [];
  #lastShape: Shape = [METRIC_NAME];

  /** Begins a cycle. */
  renew(): void {
    this.#own.renew();
  }

  /** The labels of a series itself. */
  ownLabelsOf(series: Series): OwnLabels {
    return this.#own.of(series);
  }

  /** One label, as a field of `TimeSeries`. */
  label(name: string, value: string): Piece {
    return this.#labels.of(name, value);
  }

  #make({ name: metric, labels: values }: Series): OwnLabels {
    const shape = this.#shapeOf(Object.keys(values));
    let hasEmpty = false;
    const labels = shape.map((name) => {
      const value = name === METRIC_NAME ? metric : (values[name] ?? '');
      hasEmpty ||= value === '';
      return this.label(name, value);
    });
    return { shape, labels, size: bytesOf(labels), hash: sumOfHashes(labels), hasEmpty };
  }

  #shapeOf(names: readonly string[]): Shape {
    if (haveSameNames(names, this.#lastNames)) return this.#lastShape;
    const sorted = [...names, METRIC_NAME].sort(compareNames);
    const key = sorted.join('\0');
    const known = this.#shapes.get(key);
    // A name may also contain a zero byte.
    const shape = known !== undefined && haveSameNames(known, sorted) ? known : sorted;
    if (known === undefined) {
      if (this.#shapes.size >= MAX_SHAPES) this.#shapes.clear();
      this.#shapes.set(key, shape);
    }
    this.#lastNames = names;
    this.#lastShape = shape;
    return shape;
  }
}

function writeLabel(writer: ProtobufWriter, name: string, value: string): void {
  const label = writer.begin(LABELS);
  writer.string(LABEL_NAME, name);
  writer.string(LABEL_VALUE, value);
  writer.end(label);
}
