import type { AwsStores, Versioned } from './aws-stores.ts';
import { LOCATION, type Location, parseLocation } from './location.ts';
import { reasonOf } from './reason.ts';

/** What has become of the documents that were read. */
export interface RemoteChanges {
  /** Whether any of them is another than the last time. */
  readonly changed: boolean;
  /** One for each that could not be read. */
  readonly errors: readonly string[];
}

/** Reads documents from S3 and Systems Manager, and says when they change. */
export class RemoteDocuments {
  readonly #stores: AwsStores;
  /** By location; undefined where one was asked for and could not be read. */
  readonly #known = new Map<string, Versioned | undefined>();

  constructor(stores: AwsStores) {
    this.#stores = stores;
  }

  /** The text at a location as it is now. Rejects where there is none. */
  async read(text: string, signal?: AbortSignal): Promise<string> {
    const location = parseLocation(text);
    if (location === undefined) throw new Error(`expected ${LOCATION}`);
    const known = this.#known.get(text);
    this.#known.set(text, known);
    const read = (await this.#versionOf(location, known?.version, signal)) ?? known;
    // An object of which nothing is known cannot be unchanged.
    if (read === undefined) throw new Error('no answer');
    this.#known.set(text, read);
    return read.text;
  }

  /** Looks at all documents that were read since the last `forget`, without reading again what has not changed. */
  async look(signal: AbortSignal): Promise<RemoteChanges> {
    const errors: string[] = [];
    let changed = false;
    const looking = Array.from(this.#known, async ([location, known]) => {
      try {
        await this.read(location, signal);
        changed ||= this.#known.get(location)?.version !== known?.version;
      } catch (error) {
        errors.push(`${location}: ${reasonOf(error)}`);
      }
    });
    await Promise.all(looking);
    return { changed, errors };
  }

  /** Lets go of all documents: those that are still needed are the next to be read. */
  forget(): void {
    this.#known.clear();
  }

  async #versionOf(
    location: Location,
    known: string | undefined,
    signal: AbortSignal | undefined,
  ): Promise<Versioned | undefined> {
    return location.kind === 's3'
      ? this.#stores.object(location.bucket, location.key, known, signal)
      : this.#stores.parameter(location.name, signal);
  }
}
