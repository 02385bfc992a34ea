import type { Labels, Point } from '../exposition/family.ts';
import { writeSeries } from '../exposition/series.ts';

/** Fifteen minutes of one sample a second, and a minute for those who are still reading what is about to leave. */
export const TRACK_ROWS = 960;

/**
 * Rows that a track has memory for before it has more: where a container comes with each sample, V8 would keep the memory of many long
 * tracks that are gone until it thinks of it, which is seldom.
 */
const FIRST_ROWS = 60;

/** Figures that one sample of the task or of a container holds. */
export interface SubjectSample {
  /** What the sample is of: stable and unique. */
  readonly subject: string;
  /** The labels of all its series. */
  readonly labels: Labels;
  /** Epoch seconds, by the source's clock. */
  readonly time: number;
  readonly values: readonly NamedValue[];
}

export interface NamedValue {
  readonly name: string;
  /** Those that this series has beside the subject's. */
  readonly labels: Labels;
  readonly value: number;
}

/** All values of one series in a track. */
export interface Column {
  readonly name: string;
  readonly labels: Labels;
  /** As `writeSeries` gives it. */
  readonly series: string;
  readonly values: Float64Array;
}

/** Rows of a track, counted from its first one: from `from` up to, not including, `to`. */
export interface Rows {
  readonly from: number;
  readonly to: number;
}

/** A column whose memory may be replaced by more. */
interface GrowingColumn extends Column {
  values: Float64Array<ArrayBuffer>;
}

/**
 * The samples of one subject: a ring of rows, in the order in which they were recorded, their times increasing too. The memory of
 * it is taken twice: for a minute, then for all of it.
 */
export class Track {
  #rows = FIRST_ROWS;
  #times = new Float64Array(FIRST_ROWS);
  #recordedAt = new Float64Array(FIRST_ROWS);
  #taken = new Uint8Array(FIRST_ROWS);
  readonly #columns = new Map<string, GrowingColumn>();
  /** Rows that there ever were. */
  #end = 0;

  get columns(): Iterable<Column> {
    return this.#columns.values();
  }

  /** Epoch seconds of the newest sample. */
  get newest(): number | undefined {
    return this.#end === 0 ? undefined : this.timeOf(this.#end - 1);
  }

  /** When the newest sample was recorded. */
  get newestRecordedAt(): number | undefined {
    return this.#end === 0 ? undefined : this.#recorded(this.#end - 1);
  }

  /** When the row that is overwritten next was recorded; `undefined` while there is room. */
  get leaving(): number | undefined {
    return this.#end < TRACK_ROWS ? undefined : this.#recordedAt[this.#end % TRACK_ROWS];
  }

  /** Appends a row. @returns the columns that have a value in it */
  append({ time, labels, values }: SubjectSample, recordedAt: number): Column[] {
    const slot = this.#end % TRACK_ROWS;
    if (slot >= this.#rows) this.#grow();
    this.#end += 1;
    this.#times[slot] = time;
    this.#recordedAt[slot] = recordedAt;
    this.#taken[slot] = 0;
    for (const { values: column } of this.#columns.values()) column[slot] = Number.NaN;
    const filled: Column[] = [];
    for (const each of values) {
      const column = this.#columnOf(each, labels);
      column.values[slot] = each.value;
      filled.push(column);
    }
    return filled;
  }

  /** The rows that were recorded after `since` and up to `until`. */
  rowsBetween(since: number, until: number): Rows {
    const to = this.#rowsUntil(this.#end, (row) => this.#recorded(row) <= until);
    return { from: this.#rowsUntil(to, (row) => this.#recorded(row) <= since), to };
  }

  /** The rows of the samples from `start` up to, not including, `end`, in epoch seconds. */
  rowsWithin(start: number, end: number): Rows {
    const to = this.#rowsUntil(this.#end, (row) => this.timeOf(row) < end);
    return { from: this.#rowsUntil(to, (row) => this.timeOf(row) < start), to };
  }

  /** The points of a column in these rows; what was overwritten meanwhile is left out. */
  *points({ values }: Column, { from, to }: Rows): Generator<Point> {
    for (let row = from; row < to; row += 1) {
      if (row < this.#end - TRACK_ROWS) continue;
      const value = values[row % TRACK_ROWS];
      if (value !== undefined && !Number.isNaN(value)) yield { value, time: this.timeOf(row) };
    }
  }

  /** Forgets all rows. */
  clear(): void {
    this.#end = 0;
  }

  timeOf(row: number): number {
    return this.#times[row % TRACK_ROWS] ?? Number.NaN;
  }

  isTaken(row: number): boolean {
    return this.#taken[row % TRACK_ROWS] === 1;
  }

  take({ from, to }: Rows): void {
    for (let row = Math.max(from, this.#end - TRACK_ROWS); row < to; row += 1) {
      this.#taken[row % TRACK_ROWS] = 1;
    }
  }

  /** From `end` back to the first row that belongs: what is asked for is most often new. */
  #rowsUntil(end: number, belongs: (row: number) => boolean): number {
    const oldest = Math.max(0, this.#end - TRACK_ROWS);
    let row = end;
    while (row > oldest && !belongs(row - 1)) row -= 1;
    return row;
  }

  #grow(): void {
    this.#rows = TRACK_ROWS;
    this.#times = longer(this.#times);
    this.#recordedAt = longer(this.#recordedAt);
    const taken = this.#taken;
    this.#taken = new Uint8Array(TRACK_ROWS);
    this.#taken.set(taken);
    for (const column of this.#columns.values()) column.values = longer(column.values);
  }

  #recorded(row: number): number {
    return this.#recordedAt[row % TRACK_ROWS] ?? Number.NaN;
  }

  #columnOf({ name, labels }: NamedValue, ofSubject: Labels): Column {
    let key = name;
    for (const label in labels) key += ` ${labels[label]}`;
    const known = this.#columns.get(key);
    if (known !== undefined) return known;
    const all = { ...ofSubject, ...labels };
    const series = writeSeries(name, all);
    const values = new Float64Array(this.#rows).fill(Number.NaN);
    const column = { name, labels: all, series, values };
    this.#columns.set(key, column);
    return column;
  }
}

function longer(values: Float64Array): Float64Array<ArrayBuffer> {
  const all = new Float64Array(TRACK_ROWS).fill(Number.NaN);
  all.set(values);
  return all;
}
