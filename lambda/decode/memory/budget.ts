/** Bytes that the memories of a process may take together unless their user says otherwise. */
const DEFAULT_CAPACITY = 64 * 1024 * 1024;

/** Memories start anew when together they have missed this many times what they can hold. */
const MISSES_OF_FUTILE_MEMORIES = 16;

/** They do so too when names, without which nothing can be decoded, have made them this many times as large as allowed. */
const EXCESS_OF_NAMES = 1.25;

/** What a budget asks of a memory that it is for. */
export interface BudgetMember {
  /** Forgets everything, so that it takes no bytes any more. */
  forget(): void;
}

/**
 * How much memories may hold together: one budget for all jobs of a process.
 *
 * Once it is used up they learn no more, and when they have missed far more for that reason than the budget has room for,
 * all start anew: so they serve jobs that are a few times larger than the budget, too, and what no target sends any more
 * goes. Forgetting what was not used lately would not: there, each line's turn comes just after it was forgotten.
 */
export class MemoryBudget {
  private readonly capacity: number;
  private readonly members: BudgetMember[] = [];
  private used = 0;
  private missed = 0;

  /** @param capacity bytes, at least 1. @default 64 MiB */
  constructor(capacity: number = DEFAULT_CAPACITY) {
    if (!(Number.isSafeInteger(capacity) && capacity >= 1)) {
      throw new RangeError(`expected a capacity of 1 or more bytes, got ${capacity}`);
    }
    this.capacity = capacity;
  }

  /** Bytes that its members hold now, as far as they can be known. */
  get bytes(): number {
    return this.used;
  }

  get exhausted(): boolean {
    return this.used >= this.capacity;
  }

  join(member: BudgetMember): void {
    this.members.push(member);
  }

  /** Takes note of so many bytes more. */
  use(bytes: number): void {
    this.used += bytes;
  }

  /** Takes note of so many bytes for which there was no room. */
  miss(bytes: number): void {
    this.missed += bytes;
  }

  /** To be called where no member is in use: starts anew if that is due. */
  review(): void {
    const futile = this.missed > this.capacity * MISSES_OF_FUTILE_MEMORIES;
    if (!futile && this.used <= this.capacity * EXCESS_OF_NAMES) return;
    for (const member of this.members) member.forget();
    this.used = 0;
    this.missed = 0;
  }
}
