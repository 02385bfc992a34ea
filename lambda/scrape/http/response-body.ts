import { ScrapeError } from '../../model/targets/scrape-error.ts';
import type { ByteAccount } from './bytes/budget.ts';
import { ByteCollector } from './bytes/collector.ts';
import { freeBytes } from './bytes/free.ts';
import { bodyTooLarge } from './failure.ts';

/** When a body is left for later. */
export interface Postponement {
  /** Bytes of a body that nobody else waits for. */
  readonly bytes: number;
  /** Whether anybody else waits. */
  readonly isDue: () => boolean;
}

/** The bytes of a body as they come, below a limit, and within what all bodies may take. */
export class ResponseBody {
  readonly #collector = new ByteCollector();
  readonly #limit: number;
  readonly #account: ByteAccount;
  readonly #postponement: Postponement | undefined;
  readonly #before: number;

  /**
   * @param limit bytes that the body must stay below
   * @param postponement @default the body is read now
   * @param before bytes that the account has taken for something else. @default 0
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
   * @throws ScrapeError where they are too many
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

  /** Gives the memory back, where nobody wants the bytes. */
  free(): void {
    freeBytes(this.#collector.bytes);
    this.#collector.clear();
  }

  /** Accounts for what has come. @returns resolves when more may come; undefined where it may at once */
  settle(): Promise<void> | undefined {
    return this.#account.grow(this.#before + this.#collector.capacity);
  }
}
