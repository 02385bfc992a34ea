/** Default bytes of all memories of a process together. */
const DEFAULT_CAPACITY = 64 * 1024 * 1024;

/** Memories start anew when together they have missed this many times their capacity. */
const MISSES_OF_FUTILE_MEMORIES = 16;

/** They also start anew when names, which decoding always needs, have made them this many times as large as allowed. */
const EXCESS_OF_NAMES = 1.25;

/** The part of a memory that its budget calls. */
export interface BudgetMember {
  /** Forgets everything, so that it takes no bytes any more. */
  forget(): void;
}

/**
 * Bounds the memories of all jobs of a process together.
 *
 * A full memory learns no more. When the memories have missed far more than the budget has room for, all start anew: so
 * they also serve jobs that are a few times larger than the budget, and old lines disappear. Forgetting the oldest
 * lines would not do, because each line would be forgotten just before its next use.
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

  /** Bytes of its members, as an estimate. */
  get bytes(): number {
    return this.used;
  }

  get exhausted(): boolean {
    return this.used >= this.capacity;
  }

  join(member: BudgetMember): void {
    this.members.push(member);
  }

  /** Adds bytes in use. */
  use(bytes: number): void {
    this.used += bytes;
  }

  /** Adds bytes that found no room. */
  miss(bytes: number): void {
    this.missed += bytes;
  }

  /** Starts anew if that is due. Call it while no member is in use. */
  review(): void {
    const futile = this.missed > this.capacity * MISSES_OF_FUTILE_MEMORIES;
    if (!futile && this.used <= this.capacity * EXCESS_OF_NAMES) return;
    for (const member of this.members) member.forget();
    this.used = 0;
    this.missed = 0;
  }
}
