import type { Labels } from '../exposition/family.ts';

/** A series of many tracks, less the labels of their identities. */
export interface Column {
  readonly name: string;
  readonly labels: Labels;
}

/** Each column once, for all tracks that have it. */
export class Columns {
  readonly #known = new Map<string, Column>();

  of({ name, labels }: Column): Column {
    let key = name;
    for (const label in labels) key += ` ${labels[label]}`;
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    const column = { name, labels };
    this.#known.set(key, column);
    return column;
  }
}
