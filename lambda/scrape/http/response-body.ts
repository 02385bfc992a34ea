import { bodyTooLarge, type ScrapeError } from '../scrape-error.ts';
import type { ByteAccount } from './byte-budget.ts';
import { ByteCollector } from './byte-collector.ts';

/** The bytes of a body as they come, below a limit, and within what all bodies may take. */
export class ResponseBody {
  readonly #collector = new ByteCollector();
  readonly #limit: number;
  readonly #account: ByteAccount;
  readonly #before: number;

  /**
   * @param limit bytes that the body must stay below
   * @param before bytes that the account has taken for something else. @default 0
   */
  constructor(limit: number, account: ByteAccount, before = 0) {
    this.#limit = limit;
    this.#account = account;
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
    if (this.#collector.length + end - start >= this.#limit) throw this.#tooLarge();
    this.#collector.append(bytes, start, end);
  }

  /** Accounts for what has come. @returns resolves when more may come; undefined where it may at once */
  settle(): Promise<void> | undefined {
    return this.#account.grow(this.#before + this.#collector.capacity);
  }

  #tooLarge(): ScrapeError {
    return bodyTooLarge(this.#limit);
  }
}
