import { METRIC_NAME } from '../../model/relabel.ts';
import type { Series } from '../../model/sample.ts';
import { bytesOf, type Piece, pieceOf } from '../wire/piece.ts';
import { ProtobufWriter } from '../wire/protobuf-writer.ts';
import { SeriesCache } from '../wire/series-cache.ts';
import { LABEL_NAME, LABEL_VALUE, LABELS } from './fields.ts';
import { compareNames } from './label-order.ts';

/** Labels that are remembered at most, about 10 MB with what their bytes take. With more, all is forgotten. */
export const MAX_LABELS = 50_000;
export const MAX_LABEL_BYTES = 4 * 1024 * 1024;
const MAX_SHAPES = 1_000;

/** Encoded labels share buffers of this size: one of its own for each would take more than the label. */
const CHUNK_BYTES = 16 * 1024;

/** The names of the labels of a series, its own name's among them: sorted. The same object for the same names, mostly. */
export type Shape = readonly string[];

/** The labels of a series itself, its name as `__name__` among them: encoded, in the order of their names. */
export interface OwnLabels {
  readonly shape: Shape;
  readonly labels: readonly Piece[];
  /** Bytes of all of them. */
  readonly size: number;
  /** Whether one has no value, so that joining is needed to know what it means. */
  readonly hasEmpty: boolean;
}

/** The labels of one name, by value. */
interface Values {
  readonly labels: Map<string, Piece>;
  /** The one that was made last. */
  last: Piece;
}

/**
 * Labels as they are sent, each encoded once: the same object for the same name and value, so that its repetition is known.
 * Outlives the cycles of its process.
 */
export class LabelTable {
  readonly #encoder = new ProtobufWriter();
  #own = this.#newCache();
  #names = new Map<string, Values>();
  #shapes = new Map<string, Shape>();
  #count = 0;
  #bytes = 0;
  #chunk = new Uint8Array(CHUNK_BYTES);
  #used = 0;
  /** Label names as a series had them last, and sorted: neighbours mostly have the same. */
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

  /** One label, encoded as a field of `TimeSeries`. */
  label(name: string, value: string): Piece {
    const known = this.#names.get(name)?.labels.get(value);
    if (known !== undefined) return known;
    if (this.#count >= MAX_LABELS || this.#bytes >= MAX_LABEL_BYTES) this.#forget();
    const values = this.#names.get(name);
    const label = this.#encode(name, value, values?.last);
    if (values === undefined) {
      this.#names.set(name, { labels: new Map([[value, label]]), last: label });
    } else {
      values.labels.set(value, label);
      values.last = label;
    }
    this.#count += 1;
    this.#bytes += label.to - label.from;
    return label;
  }

  #newCache(): SeriesCache<OwnLabels> {
    return new SeriesCache((series) => this.#make(series));
  }

  #make({ name: metric, labels: values }: Series): OwnLabels {
    const shape = this.#shapeOf(Object.keys(values));
    let hasEmpty = false;
    const labels = shape.map((name) => {
      const value = name === METRIC_NAME ? metric : (values[name] ?? '');
      hasEmpty ||= value === '';
      return this.label(name, value);
    });
    return { shape, labels, size: bytesOf(labels), hasEmpty };
  }

  #encode(name: string, value: string, model: Piece | undefined): Piece {
    const encoder = this.#encoder;
    encoder.truncate(0);
    const label = encoder.begin(LABELS);
    encoder.string(LABEL_NAME, name);
    encoder.string(LABEL_VALUE, value);
    encoder.end(label);
    const { length } = encoder;
    if (this.#used + length > this.#chunk.length) {
      this.#chunk = new Uint8Array(Math.max(length, CHUNK_BYTES));
      this.#used = 0;
    }
    const from = this.#used;
    this.#used += length;
    this.#chunk.set(encoder.bytes(), from);
    return pieceOf(this.#chunk, from, this.#used, model);
  }

  #shapeOf(names: readonly string[]): Shape {
    if (areSame(names, this.#lastNames)) return this.#lastShape;
    const sorted = [...names, METRIC_NAME].sort(compareNames);
    const key = sorted.join('\0');
    const known = this.#shapes.get(key);
    // A name may have a zero byte, too.
    const shape = known !== undefined && areSame(known, sorted) ? known : sorted;
    if (known === undefined) {
      if (this.#shapes.size >= MAX_SHAPES) this.#shapes.clear();
      this.#shapes.set(key, shape);
    }
    this.#lastNames = names;
    this.#lastShape = shape;
    return shape;
  }

  /** All of it at once, as labels hold on to those that they are like. */
  #forget(): void {
    this.#own = this.#newCache();
    this.#names = new Map();
    this.#count = 0;
    this.#bytes = 0;
  }
}

function areSame(one: readonly string[], other: readonly string[]): boolean {
  if (one.length !== other.length) return false;
  for (let i = 0; i < one.length; i++) if (one[i] !== other[i]) return false;
  return true;
}
