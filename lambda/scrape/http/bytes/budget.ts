/** The bytes of one body, from the first one until the body is released. */
export interface ByteAccount {
  /**
   * Sets the current number of bytes of the body.
   *
   * @returns resolves when there is room for them; undefined if there is room at once
   */
  grow(bytes: number): Promise<void> | undefined;
  /** Frees all of them. */
  close(): void;
}

/** Called when a body must give way, with the message for its scrape. Its account is closed then. */
export type Refuse = (message: string) => void;

interface Account {
  bytes: number;
  readonly refuse: Refuse;
}

interface Waiter {
  readonly account: Account;
  readonly bytes: number;
  readonly go: () => void;
}

/** The part that one body at a time may use, so that one always makes progress. */
const RESERVE_SHARE = 0.25;

/** Milliseconds for which the body in the reserve may stand still while others wait. */
const PATIENCE_MS = 1_000;

/**
 * One limit of bytes for all bodies together. A body without room waits, in the order of its request, for the reserve,
 * which one body has at a time. If there is still no room, the largest body gives way, so a few large bodies cost the
 * small ones only time.
 */
export class ByteBudget {
  readonly capacity: number;
  readonly #reserve: number;
  readonly #patienceMs: number;
  #used = 0;
  readonly #accounts = new Set<Account>();
  readonly #waiting: Waiter[] = [];
  #inReserve: Account | undefined;
  #timer: NodeJS.Timeout | undefined;

  /** @param capacity bytes */
  constructor(capacity: number, patienceMs: number = PATIENCE_MS) {
    this.capacity = capacity;
    this.#reserve = Math.floor(capacity * RESERVE_SHARE);
    this.#patienceMs = patienceMs;
  }

  /** Bytes in use. */
  get used(): number {
    return this.#used;
  }

  open(refuse: Refuse): ByteAccount {
    const account: Account = { bytes: 0, refuse };
    this.#accounts.add(account);
    return {
      grow: (bytes) => this.#grow(account, bytes),
      close: () => this.#close(account),
    };
  }

  #grow(account: Account, bytes: number): Promise<void> | undefined {
    if (!this.#accounts.has(account)) return undefined;
    if (bytes > this.capacity) {
      this.#refuse(account, 'more than that alone');
      return undefined;
    }
    const mayTake = this.#waiting.length === 0 || account === this.#inReserve;
    if (bytes <= account.bytes || (mayTake && this.#take(account, bytes))) return undefined;
    return new Promise((resolve) => {
      const waiter = { account, bytes, go: resolve };
      // The body in the reserve goes before all that wait for the reserve.
      if (account === this.#inReserve) this.#waiting.unshift(waiter);
      else this.#waiting.push(waiter);
      this.#serve();
    });
  }

  /** Takes the bytes if there is room. */
  #take(account: Account, bytes: number): boolean {
    const isInReserve = account === this.#inReserve;
    const used = this.#used - account.bytes + bytes;
    if (used > this.capacity - (isInReserve ? 0 : this.#reserve)) return false;
    this.#used = used;
    account.bytes = bytes;
    if (isInReserve) this.#watch();
    return true;
  }

  #serve(): void {
    for (let first = this.#waiting[0]; first !== undefined; first = this.#waiting[0]) {
      const { account, bytes, go } = first;
      if (!this.#take(account, bytes)) {
        if (this.#inReserve === undefined) {
          this.#inReserve = account;
          continue;
        }
        if (this.#inReserve !== account) break;
        const largest = this.#largest();
        if (largest === undefined) return;
        // Frees its bytes, and calls this function again.
        this.#refuse(largest, 'the largest of them');
        continue;
      }
      if (this.#waiting[0] === first) this.#waiting.shift();
      go();
    }
    this.#watch();
  }

  /** Restarts the watch on the progress of the body in the reserve, if others wait for it. */
  #watch(): void {
    clearTimeout(this.#timer);
    const account = this.#inReserve;
    if (account === undefined || this.#waiting.length === 0) return;
    this.#timer = setTimeout(() => {
      this.#refuse(account, `one that stood still for ${this.#patienceMs} ms while others waited`);
    }, this.#patienceMs);
  }

  #refuse(account: Account, got: string): void {
    const mebibytes = (this.capacity / 2 ** 20).toFixed(1);
    this.#close(account);
    account.refuse(
      `expected the bodies that are read at a time to fit into ${mebibytes} MiB, got ${got}`,
    );
  }

  #close(account: Account): void {
    if (!this.#accounts.delete(account)) return;
    this.#used -= account.bytes;
    account.bytes = 0;
    if (this.#inReserve === account) this.#inReserve = undefined;
    const index = this.#waiting.findIndex((waiter) => waiter.account === account);
    if (index >= 0) this.#waiting.splice(index, 1);
    this.#serve();
  }

  #largest(): Account | undefined {
    let largest: Account | undefined;
    for (const account of this.#accounts) {
      if (account.bytes > (largest?.bytes ?? 0)) largest = account;
    }
    return largest;
  }
}
