import { ScrapeError } from '../../model/targets/scrape-error.ts';
import type { ByteAccount } from './bytes/budget.ts';
import { ByteCollector } from './bytes/collector.ts';
import { freeBytes } from './bytes/free.ts';
import { bodyTooLarge } from './failure.ts';

/** The condition for postponing a body. */
export interface Postponement {
  /** Bytes up to which a body is always read. */
  readonly bytes: number;
  /** Whether other targets wait. */
  readonly isDue: () => boolean;
}

/** The bytes of a body as they arrive, within its own limit and that of all bodies. */
export class ResponseBody {
  readonly #collector = new ByteCollector();
  readonly #limit: number;
  readonly #account: ByteAccount;
  readonly #postponement: Postponement | undefined;
  readonly #before: number;

  /**
   * @param limit bytes that the body must stay below
   * @param postponement @default the body is read now
   * @param before bytes that the account already counts for other data. @default 0
   */
  constructor(limit: number, account: ByteAccount, postponement?: Postponement, before = 0) {
    this.#limit = limit;
    this.#account = account;
    this.#postponement = postponement;
    this.#before = before;
  }

  get bytes(): Buffer {
    return this.#collector.bytes;
  }

  /**
   * Copies `bytes[start, end)`.
   *
   * @throws ScrapeError if the body is too large
   */
  append(bytes: Uint8Array, start: number, end: number): void {
    const length = this.#collector.length + end - start;
    if (length >= this.#limit) throw bodyTooLarge(this.#limit);
    const { bytes: most = length, isDue } = this.#postponement ?? {};
    if (length > most && isDue?.()) {
      throw new ScrapeError('postponed', `expected at most ${most} bytes while others wait`);
    }
    this.#collector.append(bytes, start, end);
  }

  /** Frees the memory if nobody wants the bytes. */
  free(): void {
    freeBytes(this.#collector.bytes);
    this.#collector.clear();
  }

  /** Counts the received bytes. @returns resolves when more may arrive; undefined if they may at once */
  settle(): Promise<void> | undefined {
    return this.#account.grow(this.#before + this.#collector.capacity);
  }
}
