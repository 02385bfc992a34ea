import type { Wanted } from '../../model/samples/sample.ts';
import { MemoryBudget } from './budget.ts';
import type { LineKey } from './line-key.ts';
import { type KnownLine, LineTable } from './line-table.ts';

/** The metric names that a format's expositions mention, and what they say about them. */
export interface NameMemory {
  /** Bytes that are held now, as far as they can be known. */
  readonly bytes: number;
  /** Begins an exposition. */
  begin(): void;
}

/** What a memory must know of its format. */
export interface MemoryFormat<Families, Meaning> {
  readonly newFamilies: () => Families;
  /** Bytes that a line with this meaning costs beside its key. */
  readonly overheadOf: (meaning: Meaning) => number;
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
  private readonly format: MemoryFormat<Families, Meaning>;
  private readonly budget: MemoryBudget;
  /** What the budget knows of. */
  private accounted = 0;
  private overhead = 0;
  private wanted: Wanted | undefined;
  private hasTexts = false;

  /** @param budget shared with other memories. @default one of its own */
  constructor(format: MemoryFormat<Families, Meaning>, budget: MemoryBudget = new MemoryBudget()) {
    this.format = format;
    this.families = format.newFamilies();
    this.budget = budget;
    budget.join(this);
  }

  /** Lines that are held now. */
  get lines(): number {
    return this.table.size;
  }

  /** Bytes that are held now, as far as they can be known. */
  get bytes(): number {
    return this.table.bytes + this.overhead + this.families.bytes;
  }

  /**
   * Begins an exposition.
   *
   * Where something else is asked of it than the last time, the memory starts anew.
   *
   * @param wanted which series are
   * @param hasTexts whether meanings have the texts of their lines
   */
  begin(wanted: Wanted | undefined, hasTexts: boolean): void {
    if (wanted !== this.wanted || hasTexts !== this.hasTexts) {
      this.budget.use(-this.accounted);
      this.forget();
      this.wanted = wanted;
      this.hasTexts = hasTexts;
    }
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
      this.budget.miss(key.end - key.start + this.format.overheadOf(meaning));
      return undefined;
    }
    const line = this.table.add(key, meaning);
    if (line !== undefined) this.overhead += this.format.overheadOf(meaning);
    return line;
  }

  /** Remembers that a line means something else now. */
  change(line: KnownLine<Meaning>, meaning: Meaning): void {
    const { overheadOf } = this.format;
    this.overhead += overheadOf(meaning) - overheadOf(line.meaning);
    line.meaning = meaning;
  }

  forget(): void {
    this.table = new LineTable();
    this.families = this.format.newFamilies();
    this.overhead = 0;
    this.first = { follower: undefined };
    this.accounted = 0;
  }

  private account(): void {
    const { bytes } = this;
    this.budget.use(bytes - this.accounted);
    this.accounted = bytes;
  }
}
