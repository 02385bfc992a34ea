import { FirstOfEach } from '../wire/first-of-each.ts';
import { areSamePieces } from '../wire/piece.ts';
import type { Attributes } from './known-series.ts';

/** The identity of a data point within a resource. */
interface Identity {
  /** Name of the metric. */
  readonly name: string;
  readonly attributes: Attributes;
  /** Milliseconds since the epoch. */
  readonly time: number;
}

/** Numbers the data points of one resource by their identity. */
export class DistinctPoints {
  readonly #all = new FirstOfEach<Identity>(areSame);

  /** Number of points. */
  get size(): number {
    return this.#all.size;
  }

  /** @returns the number of the first equal point, counted from 0: the former size for a new point */
  add(name: string, attributes: Attributes, time: number): number {
    // Most points of a metric differ by their attributes; points without attributes differ by their names.
    const hash = (attributes.hash ^ hashOf(name)) + time;
    return this.#all.add(hash | 0, { name, attributes, time });
  }
}

function areSame(one: Identity, other: Identity): boolean {
  return (
    one.time === other.time &&
    one.name === other.name &&
    one.attributes.encoded.length === other.attributes.encoded.length &&
    one.attributes.encoded.every((piece) =>
      other.attributes.encoded.some((another) => areSamePieces(piece, another)),
    )
  );
}

function hashOf(text: string): number {
  let hash = 0;
  for (let i = 0; i < text.length; i++) hash = (Math.imul(hash, 31) + text.charCodeAt(i)) | 0;
  return Math.imul(hash ^ (hash >>> 15), 0x85eb_ca6b);
}
