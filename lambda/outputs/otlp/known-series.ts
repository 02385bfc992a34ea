import type { Labels, Series } from '../../model/samples/sample.ts';
import { bytesOf, type Piece, sumOfHashes } from '../wire/piece.ts';
import { PieceTable } from '../wire/piece-table.ts';
import { haveSameNames } from '../wire/same-names.ts';
import { SeriesCache } from '../wire/series-cache.ts';
import { writeAttribute } from './attribute.ts';
import { type Kind, kindOf } from './kind.ts';
import { type Part, partOf } from './part.ts';

/** Fields of the data points for their attributes. */
const ATTRIBUTES = 7;
const HISTOGRAM_ATTRIBUTES = 9;

/** Labels of a series as attributes of its data point. */
export interface Attributes {
  /** Usually the same object for the same names. */
  readonly names: readonly string[];
  readonly encoded: readonly Piece[];
  /** Bytes of all of them. */
  readonly size: number;
  /** Equal for the same attributes, in any order. */
  readonly hash: number;
}

/** The facts about a series that hold for any target, each computed at its first use. */
export class KnownSeries {
  readonly series: Series;
  /** Name and kind of its metric. */
  readonly metric: string;
  readonly kind: Kind;
  /** Present if it is one of several series that make up a data point. */
  readonly part: Part | undefined;
  readonly #table: SeriesTable;
  #attributes: Attributes | undefined;
  #point: string | undefined;

  constructor(series: Series, table: SeriesTable) {
    this.series = series;
    this.part = partOf(series);
    this.metric = this.part?.name ?? series.name;
    this.kind = this.part?.kind ?? kindOf(series);
    this.#table = table;
  }

  /** Its own labels, without the one that distinguishes the parts of a data point. */
  get attributes(): Attributes {
    this.#attributes ??= this.attributesFor(this.series.labels);
    return this.#attributes;
  }

  /** The same, after a conflict of its labels with those of its target. */
  attributesFor(labels: Labels): Attributes {
    return this.#table.attributesOf(this, labels);
  }

  /** Equal for all parts of a data point: their labels, without the one that distinguishes them. */
  get point(): string {
    this.#point ??= this.#table.pointOf(this);
    return this.#point;
  }
}

/** The known series. Outlives the cycles of its process. */
export class SeriesTable {
  readonly #series = new SeriesCache((series) => new KnownSeries(series, this));
  readonly #attributes = this.#attributesAs(ATTRIBUTES);
  readonly #ofHistograms = this.#attributesAs(HISTOGRAM_ATTRIBUTES);
  /** The last names, which neighbors usually share, so that they are kept once. */
  #lastNames: readonly string[] = [];
  #lastPoint = '';

  /** Begins a cycle. */
  renew(): void {
    this.#series.renew();
  }

  of(series: Series): KnownSeries {
    return this.#series.of(series);
  }

  /** A label without a value does not exist. */
  attributesOf({ part, kind }: KnownSeries, labels: Labels): Attributes {
    const names: string[] = [];
    const encoded: Piece[] = [];
    const table = kind === 'histogram' ? this.#ofHistograms : this.#attributes;
    for (const name of Object.keys(labels)) {
      const value = labels[name];
      if (!value || name === part?.exclude) continue;
      names.push(name);
      encoded.push(table.of(name, value));
    }
    if (!haveSameNames(names, this.#lastNames)) this.#lastNames = names;
    const hash = sumOfHashes(encoded);
    return { names: this.#lastNames, encoded, size: bytesOf(encoded), hash };
  }

  pointOf({ series: { labels }, part }: KnownSeries): string {
    const names = Object.keys(labels);
    if (names.length > 1) names.sort();
    let point = '';
    for (const name of names) {
      const value = labels[name];
      if (value && name !== part?.exclude) point += `\0${name}\0${value.length}\0${value}`;
    }
    if (point !== this.#lastPoint) this.#lastPoint = point;
    return this.#lastPoint;
  }

  #attributesAs(field: number): PieceTable {
    return new PieceTable(
      (writer, name, value) => writeAttribute(writer, field, name, value),
      () => this.#series.forget(),
    );
  }
}
