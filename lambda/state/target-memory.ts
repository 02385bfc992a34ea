import type { Previous, PreviousValues } from '../model/delivery/state.ts';
import { NO_KEYS, type SeriesKeys, type SeriesKeysPool } from './series-keys.ts';

/** The state of a target beside its series. Times are milliseconds since the epoch. */
export interface TargetTimes {
  /** The last complete cycle before the target was first seen. */
  sightedAfter: number | undefined;
  /** The start of its task. */
  startedAt: number | undefined;
  /** The last scrape that was committed. */
  committedAt: number | undefined;
  cursor: string | undefined;
  /** The last cycle that had the target. */
  seenAt: number;
}

/** Bytes that a series costs beside its key: four numbers. */
const SERIES_BYTES = 32;

/** One target's series in columns: 32 bytes each and a shared list of keys, a third of the size of a map of objects. */
export class TargetMemory implements PreviousValues {
  readonly times: TargetTimes;
  #keys: SeriesKeys;
  #values: Float64Array;
  #timestamps: Float64Array;
  #starts: Float64Array;
  #seen: Float64Array;

  /** @param values one for each key, like the timestamps, the starts, and the times of the last sight */
  constructor(
    times: TargetTimes,
    keys: SeriesKeys = NO_KEYS,
    values: Float64Array = new Float64Array(),
    timestamps: Float64Array = new Float64Array(),
    starts: Float64Array = new Float64Array(keys.size).fill(Number.NaN),
    seen: Float64Array = new Float64Array(keys.size),
  ) {
    this.times = times;
    this.#keys = keys;
    this.#values = values;
    this.#timestamps = timestamps;
    this.#starts = starts;
    this.#seen = seen;
  }

  /** Without the keys, which others may share. */
  get bytes(): number {
    return SERIES_BYTES * this.#keys.size;
  }

  get keys(): SeriesKeys {
    return this.#keys;
  }

  /** In the order of the keys. */
  get values(): Float64Array {
    return this.#values;
  }

  /** In the order of the keys. */
  get timestamps(): Float64Array {
    return this.#timestamps;
  }

  /** In the order of the keys; NaN for an unknown start. */
  get starts(): Float64Array {
    return this.#starts;
  }

  /** The last committed scrape with each series, in the order of the keys: a value may have a much older timestamp. */
  get seen(): Float64Array {
    return this.#seen;
  }

  get(key: string): Previous | undefined {
    const place = this.#keys.placeOf(key);
    return place === undefined ? undefined : this.#at(place);
  }

  /** @param seenAt milliseconds since the epoch: the scrape that had these series */
  update(updates: ReadonlyMap<string, Previous>, seenAt: number, pool: SeriesKeysPool): void {
    const added: string[] = [];
    for (const [key, previous] of updates) {
      if (!this.#set(key, previous, seenAt)) added.push(key);
    }
    if (added.length === 0) return;
    this.#rekey([...this.#keys.list, ...added], pool);
    for (const key of added) this.#set(key, updates.get(key) as Previous, seenAt);
  }

  /** Forgets all series. */
  forget(pool: SeriesKeysPool): void {
    this.#rekey([], pool);
  }

  /** Forgets the series without a committed scrape since then. */
  forgetBefore(time: number, pool: SeriesKeysPool): void {
    if (this.#seen.every((seen) => seen >= time)) return;
    const kept = this.#keys.list.filter((_, place) => (this.#seen[place] ?? 0) >= time);
    this.#rekey(kept, pool);
  }

  /** Takes over the state of another collector: the newer value of each series. */
  merge(other: TargetMemory, pool: SeriesKeysPool): void {
    const newer = new Map<string, Previous>();
    for (const [place, key] of other.#keys.list.entries()) {
      const theirs = other.#at(place);
      const mine = this.get(key);
      if (mine === undefined || theirs.timestamp > mine.timestamp) newer.set(key, theirs);
    }
    const seen = new Map(other.#keys.list.map((key, place) => [key, other.#seen[place] ?? 0]));
    for (const [place, key] of this.#keys.list.entries()) {
      seen.set(key, Math.max(seen.get(key) ?? 0, this.#seen[place] ?? 0));
    }
    this.update(newer, 0, pool);
    this.#seen = Float64Array.from(this.#keys.list, (key) => seen.get(key) ?? 0);
    const { times } = this;
    // The earlier time: a series that began after it was never counted.
    times.sightedAfter = chosen(Math.min, times.sightedAfter, other.times.sightedAfter);
    // The target sets the cursor, and may set it back: the cursor of the later commit counts.
    if ((other.times.committedAt ?? 0) > (times.committedAt ?? 0))
      times.cursor = other.times.cursor;
    times.committedAt = chosen(Math.max, times.committedAt, other.times.committedAt);
    times.seenAt = Math.max(times.seenAt, other.times.seenAt);
  }

  /** @returns whether the key is one of the target's */
  #set(key: string, { value, timestamp, start }: Previous, seenAt: number): boolean {
    const place = this.#keys.placeOf(key);
    if (place === undefined) return false;
    this.#values[place] = value;
    this.#timestamps[place] = timestamp;
    this.#starts[place] = start ?? Number.NaN;
    this.#seen[place] = seenAt;
    return true;
  }

  #at(place: number): Previous {
    const start = this.#starts[place] ?? Number.NaN;
    return {
      value: this.#values[place] ?? 0,
      timestamp: this.#timestamps[place] ?? 0,
      start: Number.isNaN(start) ? undefined : start,
    };
  }

  #rekey(keys: readonly string[], pool: SeriesKeysPool): void {
    const rekeyed = pool.of(keys);
    const values = new Float64Array(rekeyed.size);
    const timestamps = new Float64Array(rekeyed.size);
    const starts = new Float64Array(rekeyed.size);
    const seen = new Float64Array(rekeyed.size);
    for (const [place, key] of rekeyed.list.entries()) {
      const before = this.#keys.placeOf(key);
      if (before === undefined) continue;
      values[place] = this.#values[before] ?? 0;
      timestamps[place] = this.#timestamps[before] ?? 0;
      starts[place] = this.#starts[before] ?? Number.NaN;
      seen[place] = this.#seen[before] ?? 0;
    }
    this.#keys = rekeyed;
    this.#values = values;
    this.#timestamps = timestamps;
    this.#starts = starts;
    this.#seen = seen;
  }
}

/** The smaller or larger of two times, as `choose` decides; the known one if the other is unknown. */
export function chosen(
  choose: (one: number, other: number) => number,
  one: number | undefined,
  other: number | undefined,
): number | undefined {
  if (one === undefined || other === undefined) return one ?? other;
  return choose(one, other);
}
