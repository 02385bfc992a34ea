import type { Publication } from '../model/samples/publication.ts';

/** Texts whose pieces are remembered, before that memory is emptied. */
const REMEMBERED_TEXTS = 8_192;

/** Characters of the longest text whose piece is remembered. */
const MAX_REMEMBERED_LENGTH = 256;

/** Parts of JSON texts that events share, each written once. */
export class Pieces {
  readonly #units: ReadonlyMap<string, string>;
  readonly #keys = new Remembered((name) => `,${JSON.stringify(name)}:`);
  readonly #texts = new Remembered((text) => JSON.stringify(text));
  readonly #standard = new Remembered((name) => this.#define(name));
  readonly #high = new Remembered((name) => this.#define(name, 1));
  readonly #directives = new WeakMap<Publication, string>();

  /** @param units CloudWatch unit by name of the metric */
  constructor(units: ReadonlyMap<string, string>) {
    this.#units = units;
  }

  /** A comma, and the name of a member with its colon. */
  key(name: string): string {
    return this.#keys.of(name);
  }

  text(text: string): string {
    return this.#texts.of(text);
  }

  /** The definition of a metric. */
  definition(name: string, isHighResolution: boolean): string {
    return (isHighResolution ? this.#high : this.#standard).of(name);
  }

  /** A directive up to its first definition. */
  directive(publication: Publication): string {
    let directive = this.#directives.get(publication);
    if (directive === undefined) {
      const { namespace: Namespace, dimensions: Dimensions } = publication;
      // Without the ends of the list and of the object.
      directive = JSON.stringify({ Namespace, Dimensions, Metrics: [] }).slice(0, -2);
      this.#directives.set(publication, directive);
    }
    return directive;
  }

  #define(Name: string, StorageResolution?: 1): string {
    // JSON drops undefined members.
    return JSON.stringify({ Name, Unit: this.#units.get(Name), StorageResolution });
  }
}

/** A function of short texts, with its last results. */
class Remembered {
  readonly #make: (text: string) => string;
  readonly #made = new Map<string, string>();

  constructor(make: (text: string) => string) {
    this.#make = make;
  }

  of(text: string): string {
    let made = this.#made.get(text);
    if (made === undefined) {
      made = this.#make(text);
      if (text.length > MAX_REMEMBERED_LENGTH) return made;
      if (this.#made.size >= REMEMBERED_TEXTS) this.#made.clear();
      this.#made.set(text, made);
    }
    return made;
  }
}
