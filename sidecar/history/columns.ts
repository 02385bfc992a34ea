import type { Labels } from '../exposition/family.ts';

/** A series of many tracks, less the labels of their identities. */
export interface Column {
  readonly name: string;
  readonly labels: Labels;
}

/** The share in a whole that a value has: units of the value, and how many of them the whole is. */
export interface Percentage {
  readonly unit: number;
  readonly whole: number;
}

/** Where a column's value is in a row: it is that of the place, or that in percent. */
export interface Placed {
  readonly place: number;
  readonly percentage?: Percentage | undefined;
}

/**
 * Where the values of a track's columns are in its rows. Columns share a place while their values are the same, as those of
 * two kinds of memory often are, or while one is the other in percent of the same whole.
 */
export interface Layout {
  readonly columns: readonly Column[];
  /** Of each column. */
  readonly places: readonly Placed[];
  /** Places in a row. */
  readonly width: number;
}

/** Layouts that are known beside those that tracks have: each limit of a container makes one. */
const MAX_LAYOUTS = 100;

/** Each column and each layout once, for all tracks that have it. */
export class Columns {
  readonly #known = new Map<string, Column>();
  readonly #numbers = new Map<Column, number>();
  readonly #layouts = new Map<string, Layout>();

  of({ name, labels }: Column): Column {
    let key = name;
    for (const label in labels) key += ` ${labels[label]}`;
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    const column = { name, labels };
    this.#known.set(key, column);
    this.#numbers.set(column, this.#numbers.size);
    return column;
  }

  /** The equal one that is known, of columns that `of` gave. */
  layout(layout: Layout): Layout {
    const { columns, places, width } = layout;
    const key = `${width} ${columns.map((each) => this.#numbers.get(each))} ${places
      .map(({ place, percentage: { unit, whole } = {} }) => [place, unit, whole])
      .join(' ')}`;
    const known = this.#layouts.get(key);
    if (known !== undefined) return known;
    if (this.#layouts.size === MAX_LAYOUTS) this.#layouts.clear();
    this.#layouts.set(key, layout);
    return layout;
  }
}
