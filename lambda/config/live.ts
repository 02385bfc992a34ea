import type { Config } from '../model/settings/config.ts';
import { ConfigError } from './findings/errors.ts';
import { reasonOf } from './findings/reason.ts';
import { loadConfig } from './load.ts';
import type { AwsStores } from './sources/aws-stores.ts';
import type { ConfigRequest } from './sources/request.ts';
import { WatchedTexts } from './sources/watched-texts.ts';

/** Milliseconds that looking at texts may take. */
const REFRESH_TIMEOUT_MS = 5_000;

/** Finds, reads and checks everything, until the signal is aborted. */
type Load = (signal?: AbortSignal) => Promise<Config>;

/** The configuration as it is now, and what is wrong with what lies where it comes from. */
export interface ConfigStatus {
  /** The last one that was right. */
  readonly config: Config;
  /** Whether it is another than the last time. */
  readonly changed: boolean;
  /** Documents, files and secrets that could not be looked at, each with the reason; what they said before counts. */
  readonly unread: readonly string[];
  /** Absent: what lies there is what counts. */
  readonly refused?: Refusal | undefined;
}

/** Why what lies there is no configuration. */
export interface Refusal {
  readonly problems: readonly string[];
  /** Whether it is another version, or wrong in another way, than the last time. */
  readonly isNew: boolean;
}

/** A configuration that follows what it is made of: documents in S3 or Systems Manager, files, secrets. */
export class LiveConfig {
  readonly #load: Load;
  readonly #texts: WatchedTexts;
  #config: Config;
  #refused: readonly string[] | undefined;

  private constructor(load: Load, texts: WatchedTexts, config: Config) {
    this.#load = load;
    this.#texts = texts;
    this.#config = config;
  }

  /**
   * @param now milliseconds since the epoch. @default the system's
   * @throws {ConfigError} with everything that is wrong: there is no earlier version to go on with
   */
  static async load(
    given: Omit<ConfigRequest, 'readRemote' | 'resolveSecret'>,
    stores: AwsStores,
    now: () => number = Date.now,
  ): Promise<LiveConfig> {
    const texts = new WatchedTexts({ stores, readFile: given.readFile, now });
    const load: Load = (signal) =>
      loadConfig({
        ...given,
        readFile: (path) => texts.file(path, signal),
        readRemote: (location) => texts.document(location, signal),
        resolveSecret: (reference) => texts.secret(reference, signal),
      });
    return new LiveConfig(load, texts, await load());
  }

  get config(): Config {
    return this.#config;
  }

  /**
   * Looks whether there is another version, and takes it if it is right. Never rejects.
   * @param remainingMs until the cycle must be over; a quarter of it may pass, and a few seconds at most
   */
  async refresh(remainingMs: number): Promise<ConfigStatus> {
    const timeoutMs = Math.min(Math.ceil(Math.max(remainingMs, 0) / 4), REFRESH_TIMEOUT_MS);
    const signal = AbortSignal.timeout(timeoutMs);
    const { changed, errors: unread } = await this.#texts.look(signal);
    // What was refused is tried again: a secret that could not be read then may be readable now.
    if (!changed && this.#refused === undefined) {
      return { config: this.#config, changed: false, unread };
    }
    const refusedBefore = this.#refused;
    this.#texts.forget();
    try {
      this.#config = await this.#load(signal);
      this.#refused = undefined;
      return { config: this.#config, changed: true, unread };
    } catch (error) {
      const problems =
        error instanceof ConfigError
          ? error.issues.map(({ message }) => message)
          : [reasonOf(error)];
      this.#refused = problems;
      const isNew = changed || problems.join('\n') !== refusedBefore?.join('\n');
      return { config: this.#config, changed: false, unread, refused: { problems, isNew } };
    }
  }
}
