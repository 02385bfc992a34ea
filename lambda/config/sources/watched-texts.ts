import { readingOf } from '../../model/waiting/file-work.ts';
import { reasonOf } from '../findings/reason.ts';
import type { AwsStores, Versioned } from './aws-stores.ts';
import { LOCATION, parseLocation } from './location.ts';
import { resolveReference } from './secret-reference.ts';

/** Milliseconds for which a secret is reused: each read is a call that costs money, and few secrets ever change. */
export const SECRET_GOOD_FOR_MS = 300_000;

/** Readers of the texts, and the clock. */
export interface TextKeepers {
  readonly stores: AwsStores;
  /** Rejects if the file cannot be read. */
  readFile(path: string): Promise<string>;
  /** Milliseconds since the epoch. */
  now(): number;
}

/** Changes of the texts since the last look. */
export interface TextChanges {
  /** Whether any text differs from that of the last look. */
  readonly changed: boolean;
  /** One error for each text that could not be read. */
  readonly errors: readonly string[];
}

/** One text: its reader, and its last content. */
interface Watched {
  /** Undefined if the text still has this version. */
  readonly read: (
    known: string | undefined,
    signal?: AbortSignal,
  ) => Promise<Versioned | undefined>;
  readonly goodForMs: number;
  /** Undefined if the last read failed. */
  last: Versioned | undefined;
  readAt: number;
}

/** Reads the texts of a configuration (documents in S3 and Systems Manager, files, secrets), and detects their changes. */
export class WatchedTexts {
  readonly #keepers: TextKeepers;
  /** By location, path or reference. */
  readonly #known = new Map<string, Watched>();

  constructor(keepers: TextKeepers) {
    this.#keepers = keepers;
  }

  /** The current document at a location. Rejects without one, as do the methods below. */
  document(text: string, signal?: AbortSignal): Promise<string> {
    const location = parseLocation(text);
    if (location === undefined) return Promise.reject(new Error(`expected ${LOCATION}`));
    const { stores } = this.#keepers;
    const read: Watched['read'] =
      location.kind === 's3'
        ? (known, until) => stores.object(location.bucket, location.key, known, until)
        : (_, until) => stores.parameter(location.name, until);
    return this.#first(text, read, 0, signal);
  }

  file(path: string, signal?: AbortSignal): Promise<string> {
    const read: Watched['read'] = async (_, until) =>
      itself(await readingOf(path, () => this.#keepers.readFile(path), until));
    return this.#first(path, read, 0, signal);
  }

  /** The secret or parameter of a reference. */
  secret(reference: string, signal?: AbortSignal): Promise<string> {
    const { stores } = this.#keepers;
    const read: Watched['read'] = async (_, until) =>
      itself(await resolveReference(reference, stores, until));
    return this.#first(reference, read, SECRET_GOOD_FOR_MS, signal);
  }

  /** Looks at all texts that were read since the last `forget`, without reading unchanged ones again. */
  async look(signal: AbortSignal): Promise<TextChanges> {
    const errors: string[] = [];
    let changed = false;
    const now = this.#keepers.now();
    const looking = Array.from(this.#known, async ([name, watched]) => {
      const before = watched.last?.version;
      // A time in the future means that the clock was set back.
      const age = now - watched.readAt;
      if (before !== undefined && age >= 0 && age < watched.goodForMs) return;
      try {
        changed = (await this.#read(watched, signal)).version !== before || changed;
      } catch (error) {
        errors.push(`${name}: ${reasonOf(error)}`);
      }
    });
    await Promise.all(looking);
    return { changed, errors };
  }

  /** Forgets all texts; the next load reads those that it still needs. */
  forget(): void {
    this.#known.clear();
  }

  async #first(
    name: string,
    read: Watched['read'],
    goodForMs: number,
    signal?: AbortSignal,
  ): Promise<string> {
    const watched = this.#known.get(name) ?? { read, goodForMs, last: undefined, readAt: 0 };
    this.#known.set(name, watched);
    return (await this.#read(watched, signal)).text;
  }

  async #read(watched: Watched, signal?: AbortSignal): Promise<Versioned> {
    const read = (await watched.read(watched.last?.version, signal)) ?? watched.last;
    // A text without an earlier version cannot be unchanged.
    if (read === undefined) throw new Error('no answer');
    watched.last = read;
    watched.readAt = this.#keepers.now();
    return read;
  }
}

/** A text without a version, which is its own version. */
function itself(text: string): Versioned {
  return { text, version: text };
}
