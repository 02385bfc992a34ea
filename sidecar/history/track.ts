import type { Identity, Labels, Point, Points } from '../exposition/family.ts';
import { identityOf } from '../exposition/series.ts';
import { type Column, Columns, type Layout, type Placed } from './columns.ts';
import { fits, type Row, rearranged, valueIn } from './layout.ts';
import type { Position } from './position.ts';

/** Fifteen minutes of one sample a second, and a minute for those who are still reading what is about to leave. */
export const TRACK_ROWS = 960;

/**
 * Rows that a track has memory for before it has more: where a container comes with each sample, V8 would keep the memory of many long
 * tracks that are gone until it thinks of it, which is seldom.
 */
export const FIRST_ROWS = 60;

/** Places in a row; its time is the first. */
const RECORDED_AT = 1;
const VALUES_AT = 2;

/** Where each place before the values has its own from: from itself. */
const HEAD: readonly Placed[] = [{ place: 0 }, { place: RECORDED_AT }];

const EMPTY: Layout = { columns: [], places: [], width: VALUES_AT };

/** Figures that one sample of the task or of a container holds. */
export interface SubjectSample {
  /** Of many, the one that it belongs to. @default there is one */
  readonly task?: string | undefined;
  /** What the sample is of: stable and unique. */
  readonly subject: string;
  /** The labels of all its series. */
  readonly labels: Labels;
  /** More of them, which events do without: they have the task's labels under other names. */
  readonly taskLabels?: Labels | undefined;
  /** Epoch seconds, by the source's clock. */
  readonly time: number;
  readonly values: readonly NamedValue[];
}

export interface NamedValue extends Column {
  readonly value: number;
}

/** Rows of a track, counted from its first one: from `from` up to, not including, `to`. */
export interface Rows {
  readonly from: number;
  readonly to: number;
}

export interface TrackOptions {
  /** How many rows there are room for. @default TRACK_ROWS */
  readonly rows?: number;
  /** How many at first. @default FIRST_ROWS */
  readonly firstRows?: number;
  /** The columns of all tracks. */
  readonly columns?: Columns;
  readonly identity?: Identity;
  /** The labels of the identity that events have. */
  readonly labels?: Labels;
}

/**
 * The samples of one subject: a ring of rows, in the order in which they were recorded, their times increasing too. The memory of
 * it is taken twice: for the first ones, then for all of it.
 */
export class Track {
  readonly identity: Identity;
  readonly labels: Labels;
  readonly #capacity: number;
  readonly #shared: Columns;
  #rows: number;
  #layout: Layout;
  /** Row after row: its time, when it was recorded (less than 0 once it is taken), its values. One array, since each takes memory beside its values. */
  #cells: Float64Array;
  /** Rows that there ever were. */
  #end = 0;

  constructor({
    rows = TRACK_ROWS,
    firstRows = FIRST_ROWS,
    columns = new Columns(),
    identity = identityOf({}),
    labels = identity.labels,
  }: TrackOptions = {}) {
    this.identity = identity;
    this.labels = labels;
    this.#capacity = rows;
    this.#shared = columns;
    this.#layout = columns.layout(EMPTY);
    this.#rows = firstRows;
    this.#cells = new Float64Array(firstRows * VALUES_AT);
  }

  get columns(): readonly Column[] {
    return this.#layout.columns;
  }

  /** The first row that is still there. */
  get oldest(): number {
    return Math.max(0, this.#end - this.#capacity);
  }

  /** Epoch seconds of the newest sample. */
  get newest(): number | undefined {
    return this.#end === 0 ? undefined : this.timeOf(this.#end - 1);
  }

  /** When the newest sample was recorded. */
  get newestRecordedAt(): number | undefined {
    return this.#end === 0 ? undefined : this.recordedAt(this.#end - 1);
  }

  /** When the row that is overwritten next was recorded; `undefined` while there is room. */
  get leaving(): number | undefined {
    return this.#end < this.#capacity ? undefined : this.recordedAt(this.#end);
  }

  append({ time, values }: SubjectSample, recordedAt: number): void {
    const slot = this.#end % this.#capacity;
    const sample: Row = new Map(values.map((each) => [this.#shared.of(each), each.value]));
    this.#arrange(sample, slot < this.#rows ? this.#rows : this.#capacity);
    const begin = this.#begin(this.#end);
    this.#end += 1;
    const { columns, places, width } = this.#layout;
    this.#cells.fill(Number.NaN, begin, begin + width);
    this.#cells[begin] = time;
    this.#cells[begin + RECORDED_AT] = recordedAt;
    for (const [index, column] of columns.entries()) {
      const { place = 0, percentage } = places[index] ?? {};
      if (percentage === undefined) this.#cells[begin + place] = sample.get(column) ?? Number.NaN;
    }
  }

  /** The rows that were recorded after `since` and up to `until`. */
  rowsBetween(since: number, until: number): Rows {
    const to = this.#rowsUntil(this.#end, (row) => this.recordedAt(row) <= until);
    return { from: this.#rowsUntil(to, (row) => this.recordedAt(row) <= since), to };
  }

  /**
   * The end of the rows that a client at this position has.
   *
   * @param finalUntil the rows that were recorded up to this time are the last ones of their subject: who was told of its end has them
   */
  endAt({ recorded, before }: Position, finalUntil: number): number {
    const isTold = finalUntil <= recorded;
    return this.#rowsUntil(this.#end, (row) => {
      const at = this.recordedAt(row);
      return at <= recorded && (this.timeOf(row) < before || (isTold && at <= finalUntil));
    });
  }

  /** The rows of the samples from `start` up to, not including, `end`, in epoch seconds. */
  rowsWithin(start: number, end: number): Rows {
    const to = this.#rowsUntil(this.#end, (row) => this.timeOf(row) < end);
    return { from: this.#rowsUntil(to, (row) => this.timeOf(row) < start), to };
  }

  /** The points of a column in these rows; what was overwritten meanwhile is left out. */
  *points(column: Column, { from, to }: Rows): Generator<Point> {
    for (let row = from; row < to; row += 1) {
      if (row < this.#end - this.#capacity) continue;
      // With a row that is new, the column may have another place.
      const { place, percentage } = this.#placeOf(column);
      const value = valueIn(this.#cells[this.#begin(row) + place] ?? Number.NaN, percentage);
      if (!Number.isNaN(value)) yield { value, time: this.timeOf(row) };
    }
  }

  /** As `points`, in memory of their own: a page is written from them in a third of the time. */
  copy(column: Column, { from, to }: Rows): Points {
    const first = Math.max(from, this.#end - this.#capacity);
    const values = new Float64Array(Math.max(0, to - first));
    const times = new Float64Array(values.length);
    const [cells, width, capacity] = [this.#cells, this.#layout.width, this.#capacity];
    const { place, percentage } = this.#placeOf(column);
    for (let at = 0; at < values.length; at += 1) {
      const begin = ((first + at) % capacity) * width;
      values[at] = valueIn(cells[begin + place] ?? Number.NaN, percentage);
      times[at] = cells[begin] ?? Number.NaN;
    }
    return { values, times };
  }

  /** Forgets all rows. */
  clear(): void {
    this.#end = 0;
  }

  timeOf(row: number): number {
    return this.#cells[this.#begin(row)] ?? Number.NaN;
  }

  recordedAt(row: number): number {
    return Math.abs(this.#cells[this.#begin(row) + RECORDED_AT] ?? Number.NaN);
  }

  isTaken(row: number): boolean {
    return (this.#cells[this.#begin(row) + RECORDED_AT] ?? 0) < 0;
  }

  take({ from, to }: Rows): void {
    for (let row = Math.max(from, this.#end - this.#capacity); row < to; row += 1) {
      this.#cells[this.#begin(row) + RECORDED_AT] = -this.recordedAt(row);
    }
  }

  /** Where a row begins. */
  #begin(row: number): number {
    return (row % this.#capacity) * this.#layout.width;
  }

  /** From `end` back to the first row that belongs: what is asked for is most often new. */
  #rowsUntil(end: number, belongs: (row: number) => boolean): number {
    const { oldest } = this;
    let row = end;
    while (row > oldest && !belongs(row - 1)) row -= 1;
    return row;
  }

  #placeOf(column: Column): Placed {
    const { columns, places } = this.#layout;
    return places[columns.indexOf(column)] ?? { place: Number.NaN };
  }

  /** Makes room for so many rows, for columns that are new, and for those that no longer share their place. */
  #arrange(sample: Row, rows: number): void {
    const { width } = this.#layout;
    if (!fits(this.#layout, sample)) {
      const { layout, origins } = rearranged(this.#layout, sample, VALUES_AT, (place) =>
        Array.from({ length: this.#rows }, (_, slot) => this.#cells[slot * width + place] ?? 0),
      );
      this.#resize([...HEAD, ...origins], rows);
      this.#layout = this.#shared.layout(layout);
    } else if (rows > this.#rows) {
      this.#resize(
        Array.from({ length: width }, (_, place) => ({ place })),
        rows,
      );
    }
  }

  /** @param origins where each place of a row has its values from */
  #resize(origins: readonly (Placed | undefined)[], rows: number): void {
    const cells = new Float64Array(rows * origins.length).fill(Number.NaN);
    for (let slot = 0; slot < this.#rows; slot += 1) {
      const from = slot * this.#layout.width;
      for (const [place, origin] of origins.entries()) {
        if (origin === undefined) continue;
        const cell = this.#cells[from + origin.place] ?? Number.NaN;
        cells[slot * origins.length + place] = valueIn(cell, origin.percentage);
      }
    }
    this.#cells = cells;
    this.#rows = rows;
  }
}
