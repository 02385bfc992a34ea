/** Bytes of one body, from its first to when nothing needs it any more. */
export interface ByteAccount {
  /**
   * Says how many bytes the body takes by now.
   *
   * @returns resolves when there is room for them; undefined where there is at once
   */
  grow(bytes: number): Promise<void> | undefined;
  /** Gives all of them back. */
  close(): void;
}

/** Told that a body has to go, with what is to be said of it. After that its account is closed. */
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

/** The part that is for one body at a time, so that one always gets on. */
const RESERVE_SHARE = 0.25;

/** Milliseconds for which the body in the reserve may stand still while others wait. */
const PATIENCE_MS = 1_000;

/**
 * One number of bytes for all bodies together. A body that finds no room waits, in the order of asking, until it gets the
 * reserve, which one body has at a time. Where there is no room even so, the largest body of all gives way: a few large ones
 * cost the small ones nothing but time.
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

  /** Bytes that are taken now. */
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
      // The one in the reserve is before all that wait for it.
      if (account === this.#inReserve) this.#waiting.unshift(waiter);
      else this.#waiting.push(waiter);
      this.#serve();
    });
  }

  /** Takes bytes where there is room for them. */
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
        // Gives its bytes back, and comes here again.
        this.#refuse(largest, 'the largest of them');
        continue;
      }
      if (this.#waiting[0] === first) this.#waiting.shift();
      go();
    }
    this.#watch();
  }

  /** Begins to watch anew whether the body in the reserve gets on, if others wait for it. */
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
