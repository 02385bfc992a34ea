import type { LineKey } from './line-key.ts';
import { type KnownLine, LineTable } from './line-table.ts';
import { MemoryBudget } from './memory-budget.ts';

/**
 * Bytes that a line costs beside its key: its place in the table, its meaning, its series, the texts of its labels.
 * Measured on exporters' expositions with one to three labels.
 */
const LINE_OVERHEAD = 288;

/** The metric names that a format's expositions mention, and what they say about them. */
export interface NameMemory {
  /** Bytes that are held now, as far as they can be known. */
  readonly bytes: number;
  /** Begins an exposition. */
  begin(): void;
}

/**
 * Remembers what the lines of expositions mean, so that a target that sends nearly the same text each minute costs only
 * the comparison of its bytes and the reading of its values. One memory serves all targets of a job that answer in the
 * same format. Its size is bounded by its budget.
 */
export class SeriesMemory<Families extends NameMemory, Meaning> {
  /** The line before the first. */
  first: { follower: KnownLine<Meaning> | undefined } = { follower: undefined };
  families: Families;
  private table = new LineTable<Meaning>();
  private readonly newFamilies: () => Families;
  private readonly budget: MemoryBudget;
  /** What the budget knows of. */
  private accounted = 0;

  /** @param budget shared with other memories. @default one of its own */
  constructor(newFamilies: () => Families, budget: MemoryBudget = new MemoryBudget()) {
    this.newFamilies = newFamilies;
    this.families = newFamilies();
    this.budget = budget;
    budget.join(this);
  }

  /** Lines that are held now. */
  get lines(): number {
    return this.table.size;
  }

  /** Bytes that are held now, as far as they can be known. */
  get bytes(): number {
    return this.table.bytes + this.table.size * LINE_OVERHEAD + this.families.bytes;
  }

  /** Begins an exposition. */
  begin(): void {
    this.account();
    this.budget.review();
    this.families.begin();
  }

  /** Ends an exposition, whether it could be decoded or not. */
  end(): void {
    this.account();
  }

  recall(key: LineKey): KnownLine<Meaning> | undefined {
    return this.table.find(key);
  }

  /** @param key of a line that is not known yet */
  remember(key: LineKey, meaning: Meaning): KnownLine<Meaning> | undefined {
    this.account();
    if (this.budget.exhausted) {
      this.budget.miss(key.end - key.start + LINE_OVERHEAD);
      return undefined;
    }
    return this.table.add(key, meaning);
  }

  forget(): void {
    this.table = new LineTable();
    this.families = this.newFamilies();
    this.first = { follower: undefined };
    this.accounted = 0;
  }

  private account(): void {
    const { bytes } = this;
    this.budget.use(bytes - this.accounted);
    this.accounted = bytes;
  }
}
