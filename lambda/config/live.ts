import type { Config } from '../model/settings/config.ts';
import { ConfigError } from './findings/errors.ts';
import { reasonOf } from './findings/reason.ts';
import { loadConfig } from './load.ts';
import type { AwsStores } from './sources/aws-stores.ts';
import type { ConfigRequest } from './sources/request.ts';
import { WatchedTexts } from './sources/watched-texts.ts';

/** Most milliseconds for a look at the texts. */
const REFRESH_TIMEOUT_MS = 5_000;

/** The sources of the configuration, which can be read until the signal is aborted. */
type RequestUntil = (signal?: AbortSignal) => ConfigRequest;

/** The current configuration, and the errors of a newer version that cannot be used. */
export interface ConfigStatus {
  /** The last valid configuration. */
  readonly config: Config;
  /** Whether it differs from that of the last call. */
  readonly changed: boolean;
  /** Documents, files and secrets that could not be read, each with the reason. Their last content stays in use. */
  readonly unread: readonly string[];
  /** Absent if the newest version is in use. */
  readonly refused?: Refusal | undefined;
}

/** The errors of a version that cannot be used. */
export interface Refusal {
  readonly problems: readonly string[];
  /** Whether this version, or its errors, differ from those of the last call. */
  readonly isNew: boolean;
}

/** A configuration that follows its sources: documents in S3 or Systems Manager, files, secrets. */
export class LiveConfig {
  readonly #request: RequestUntil;
  readonly #texts: WatchedTexts;
  #config: Config;
  #refused: readonly string[] | undefined;

  private constructor(request: RequestUntil, texts: WatchedTexts, config: Config) {
    this.#request = request;
    this.#texts = texts;
    this.#config = config;
  }

  /**
   * @param now milliseconds since the epoch. @default the system's
   * @throws {ConfigError} with all errors: there is no earlier version to use
   */
  static async load(
    given: Omit<ConfigRequest, 'readRemote' | 'resolveSecret'>,
    stores: AwsStores,
    now: () => number = Date.now,
  ): Promise<LiveConfig> {
    const texts = new WatchedTexts({ stores, readFile: given.readFile, now });
    const request: RequestUntil = (signal) => ({
      ...given,
      readFile: (path) => texts.file(path, signal),
      readRemote: (location) => texts.document(location, signal),
      resolveSecret: (reference) => texts.secret(reference, signal),
    });
    return new LiveConfig(request, texts, await loadConfig(request()));
  }

  /** The sources of the configuration in use, whose texts are known. */
  get request(): ConfigRequest {
    return this.#request();
  }

  get config(): Config {
    return this.#config;
  }

  /**
   * Looks for a newer version, and takes it if it is valid. Never rejects.
   * @param remainingMs milliseconds until the cycle must end; the look takes at most a quarter of them, and a few
   *   seconds at most
   */
  async refresh(remainingMs: number): Promise<ConfigStatus> {
    const timeoutMs = Math.min(Math.ceil(Math.max(remainingMs, 0) / 4), REFRESH_TIMEOUT_MS);
    const signal = AbortSignal.timeout(timeoutMs);
    const { changed, errors: unread } = await this.#texts.look(signal);
    // A refused version is tried again, because a secret may be readable by now.
    if (!changed && this.#refused === undefined) {
      return { config: this.#config, changed: false, unread };
    }
    const refusedBefore = this.#refused;
    this.#texts.forget();
    try {
      this.#config = await loadConfig(this.#request(signal));
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
