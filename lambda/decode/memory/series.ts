import type { Wanted } from '../../model/samples/sample.ts';
import { MemoryBudget } from './budget.ts';
import type { LineKey } from './line-key.ts';
import { type KnownLine, LineTable } from './line-table.ts';

/** The metric names of a format's expositions, and the facts about them. */
export interface NameMemory {
  /** Bytes, as an estimate. */
  readonly bytes: number;
  /** Begins an exposition. */
  begin(): void;
}

/** The format of a memory. */
export interface MemoryFormat<Families, Meaning> {
  readonly newFamilies: () => Families;
  /** Bytes of a line with this meaning beside its key. */
  readonly overheadOf: (meaning: Meaning) => number;
}

/**
 * Remembers the meaning of lines, so that a target that sends nearly the same text each minute costs only the
 * comparison of its bytes and the reading of its values. One memory serves all targets of a job with the same format.
 * Its budget bounds its size.
 */
export class SeriesMemory<Families extends NameMemory, Meaning> {
  /** Stands before the first line. */
  first: { follower: KnownLine<Meaning> | undefined } = { follower: undefined };
  families: Families;
  private table = new LineTable<Meaning>();
  private readonly format: MemoryFormat<Families, Meaning>;
  private readonly budget: MemoryBudget;
  /** The bytes that the budget counts. */
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

  /** Bytes, as an estimate. */
  get bytes(): number {
    return this.table.bytes + this.overhead + this.families.bytes;
  }

  /**
   * Begins an exposition.
   *
   * The memory starts anew if the arguments differ from the last time.
   *
   * @param wanted selects the series
   * @param hasTexts whether meanings contain the texts of their lines
   * @param bytes of the exposition
   */
  begin(wanted: Wanted | undefined, hasTexts: boolean, bytes: number): void {
    if (wanted !== this.wanted || hasTexts !== this.hasTexts) {
      this.budget.use(-this.accounted);
      this.forget();
      this.wanted = wanted;
      this.hasTexts = hasTexts;
    }
    this.account();
    this.budget.review();
    if (!this.budget.exhausted) this.table.expect(bytes);
    this.families.begin();
  }

  /** Ends an exposition, decoded or not. */
  end(): void {
    this.account();
  }

  recall(key: LineKey): KnownLine<Meaning> | undefined {
    return this.table.find(key);
  }

  /** @param key key of a new line */
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

  /** Changes the meaning of a line. */
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
