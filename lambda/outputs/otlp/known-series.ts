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
  /** Mostly the same object for the same names. */
  readonly names: readonly string[];
  readonly encoded: readonly Piece[];
  /** Bytes of all of them. */
  readonly size: number;
  /** The same for the same attributes, in whatever order. */
  readonly hash: number;
}

/** What can be said of a series alone, whatever its target: most of it is found out where it is asked for first. */
export class KnownSeries {
  readonly series: Series;
  /** Name and kind of the metric that it belongs to. */
  readonly metric: string;
  readonly kind: Kind;
  /** Present where it is one of several series that make up a data point. */
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

  /** Its own labels, but for the one that tells the parts of a data point apart. */
  get attributes(): Attributes {
    this.#attributes ??= this.attributesFor(this.series.labels);
    return this.#attributes;
  }

  /** The same of what became of its labels where its target has some of the same name. */
  attributesFor(labels: Labels): Attributes {
    return this.#table.attributesOf(this, labels);
  }

  /** One text for all the parts of a data point: their labels, but for the one that tells them apart. */
  get point(): string {
    this.#point ??= this.#table.pointOf(this);
    return this.#point;
  }
}

/** All that is known of series. Outlives the cycles of its process. */
export class SeriesTable {
  readonly #series = new SeriesCache((series) => new KnownSeries(series, this));
  readonly #attributes = this.#attributesAs(ATTRIBUTES);
  readonly #ofHistograms = this.#attributesAs(HISTOGRAM_ATTRIBUTES);
  /** What was made last, as neighbours mostly have it in common and it is kept once. */
  #lastNames: readonly string[] = [];
  #lastPoint = '';

  /** Begins a cycle. */
  renew(): void {
    this.#series.renew();
  }

  of(series: Series): KnownSeries {
    return this.#series.of(series);
  }

  /** Labels without a value are none. */
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
