import { readingOf } from '../../model/waiting/file-work.ts';
import { reasonOf } from '../findings/reason.ts';
import type { AwsStores, Versioned } from './aws-stores.ts';
import { LOCATION, parseLocation } from './location.ts';
import { resolveReference } from './secret-reference.ts';

/** Milliseconds that a secret is good for: each look at one is a call that costs something, and few ever change. */
export const SECRET_GOOD_FOR_MS = 300_000;

/** Where the texts are kept, and the time. */
export interface TextKeepers {
  readonly stores: AwsStores;
  /** Rejects where the file cannot be read. */
  readFile(path: string): Promise<string>;
  /** Milliseconds since the epoch. */
  now(): number;
}

/** What has become of the texts that were read. */
export interface TextChanges {
  /** Whether any of them is another than the last time. */
  readonly changed: boolean;
  /** One for each that could not be read. */
  readonly errors: readonly string[];
}

/** One text: how it is read, and what it was. */
interface Watched {
  /** Undefined where it is still of this version. */
  readonly read: (
    known: string | undefined,
    signal?: AbortSignal,
  ) => Promise<Versioned | undefined>;
  readonly goodForMs: number;
  /** Undefined where it was asked for and could not be read. */
  last: Versioned | undefined;
  readAt: number;
}

/** Reads what a configuration is made of (documents in S3 and Systems Manager, files, secrets), and says when it changes. */
export class WatchedTexts {
  readonly #keepers: TextKeepers;
  /** By location, path or reference. */
  readonly #known = new Map<string, Watched>();

  constructor(keepers: TextKeepers) {
    this.#keepers = keepers;
  }

  /** The document at a location as it is now. Rejects where there is none, as do those below. */
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

  /** The secret or parameter that a reference stands for. */
  secret(reference: string, signal?: AbortSignal): Promise<string> {
    const { stores } = this.#keepers;
    const read: Watched['read'] = async (_, until) =>
      itself(await resolveReference(reference, stores, until));
    return this.#first(reference, read, SECRET_GOOD_FOR_MS, signal);
  }

  /** Looks at all texts that were read since the last `forget`, without reading again what has not changed. */
  async look(signal: AbortSignal): Promise<TextChanges> {
    const errors: string[] = [];
    let changed = false;
    const now = this.#keepers.now();
    const looking = Array.from(this.#known, async ([name, watched]) => {
      const before = watched.last?.version;
      // One that is yet to come says that the clock was set back since.
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

  /** Lets go of all texts: those that are still needed are the next to be read. */
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
    // A text of which nothing is known cannot be unchanged.
    if (read === undefined) throw new Error('no answer');
    watched.last = read;
    watched.readAt = this.#keepers.now();
    return read;
  }
}

/** A text that has no version but itself. */
function itself(text: string): Versioned {
  return { text, version: text };
}
