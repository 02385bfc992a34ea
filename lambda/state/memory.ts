import {
  type Advance,
  type CycleEnd,
  type KnownMetrics,
  type SeenTarget,
  type State,
  type StateReport,
  type TargetPast,
  targetIdOf,
} from '../model/delivery/state.ts';
import { type SeriesKeys, SeriesKeysPool } from './series-keys.ts';
import { chosen, TargetMemory } from './target-memory.ts';

/** Milliseconds until an unseen series is forgotten: longer than any outage that is worth covering. */
export const FORGET_AFTER_MS = 24 * 60 * 60 * 1000;

/** Default limit of bytes for all targets together. */
const CAPACITY = 64 * 2 ** 20;

/** Targets with forgotten series that a message names. */
const MAX_NAMED = 3;

/** The part of a process's memory for its state. Writing the state takes as much again. */
const MEMORY_SHARE = 1 / 12;

/** @param memory bytes of the process's memory */
export function stateCapacity(memory: number): number {
  return memory * MEMORY_SHARE;
}

/** The whole state, for storage. */
export interface Snapshot {
  /** Milliseconds since the epoch: the time of the last complete list of targets. */
  readonly completedAt: number | undefined;
  readonly knownMetrics: KnownMetrics | undefined;
  readonly targets: ReadonlyMap<string, TargetMemory>;
}

const NOTHING: TargetPast = {
  series: new Map(),
  baseline: undefined,
  cursor: undefined,
};

/** The state in memory, for as long as the process lives. */
export class MemoryState implements State {
  readonly isKnown = true;
  readonly overlapMs = 0;
  readonly #forgetAfterMs: number;
  readonly #capacity: number;
  /** Of the targets without their keys. */
  #bytes = 0;
  /** Series without room since the last report, and their targets. */
  #forgotten = { series: 0, targets: new Set<string>() };
  readonly #targets = new Map<string, TargetMemory>();
  readonly #pool = new SeriesKeysPool();
  #completedAt: number | undefined;
  #lastCycleAt: number | undefined;
  /** The beginning of the current run of cycles. */
  #lookingSince = Number.NEGATIVE_INFINITY;
  #knownMetrics: KnownMetrics | undefined;

  /**
   * @param forgetAfterMs milliseconds until an unseen series is forgotten. @default 24 hours
   * @param capacity bytes; if they are used up, the largest target is forgotten. @default 64 MiB
   */
  constructor(forgetAfterMs: number = FORGET_AFTER_MS, capacity: number = CAPACITY) {
    this.#forgetAfterMs = forgetAfterMs;
    this.#capacity = capacity;
  }

  get knownMetrics(): KnownMetrics | undefined {
    return this.#knownMetrics;
  }

  async begin(): Promise<void> {}

  see(targets: Iterable<SeenTarget>, now: number): void {
    for (const { id, startedAt } of targets) {
      let target = this.#targets.get(id);
      if (target === undefined || isAnotherTask(target, startedAt)) {
        target = new TargetMemory({
          sightedAfter: this.#completedAt,
          startedAt,
          committedAt: undefined,
          cursor: undefined,
          seenAt: now,
        });
        this.#targets.set(id, target);
      }
      target.times.startedAt = startedAt;
      target.times.seenAt = now;
    }
  }

  of(targetId: string): TargetPast {
    const target = this.#targets.get(targetId);
    if (target === undefined) return NOTHING;
    const { committedAt, sightedAfter, cursor } = target.times;
    return { series: target, baseline: committedAt ?? sightedAfter, cursor };
  }

  /** @throws TypeError for a target that was not seen, because it would be forgotten at once */
  commit(targetId: string, { updates, scrapedAt, cursor }: Advance): void {
    const target = this.#targets.get(targetId);
    if (target === undefined) {
      throw new TypeError(`Expected a target that was seen in this cycle, got ${targetId}`);
    }
    const { bytes, keys } = target;
    target.update(updates, scrapedAt, this.#pool);
    target.times.committedAt = scrapedAt;
    target.times.cursor = cursor ?? target.times.cursor;
    if (target.keys === keys) return;
    this.#bytes += target.bytes - bytes;
    // Lists that no target has any more count until the next review.
    if (this.#bytes + this.#pool.bytes > this.#capacity) this.#shed();
  }

  async end(cycle: CycleEnd): Promise<StateReport> {
    this.advance(cycle);
    return {
      ...this.sizes,
      bytes: 0,
      reads: 0,
      writes: 0,
      conflicts: 0,
      failures: 0,
      setAside: 0,
      ...this.forgotten(),
    };
  }

  /** The series without room in this cycle, with their message. */
  forgotten(): Pick<StateReport, 'forgotten' | 'errors'> {
    const { series, targets } = this.#forgotten;
    this.#forgotten = { series: 0, targets: new Set() };
    if (series === 0) return { forgotten: 0, errors: [] };
    const [...names] = targets;
    const more = names.length > MAX_NAMED ? ` and ${names.length - MAX_NAMED} more` : '';
    const mebibytes = (this.#capacity / 2 ** 20).toFixed(1);
    const text = `Expected the state of all targets to fit into ${mebibytes} MiB. Fargauge forgot ${series} series of the largest targets, whose counters begin anew: ${names.slice(0, MAX_NAMED).join(', ')}${more}`;
    return { forgotten: series, errors: [text] };
  }

  /**
   * Notes a complete cycle, and forgets series that were not seen for long. Time without cycles does not count, and
   * neither does a leap of the clock: after either, nothing is forgotten for as long as that takes.
   */
  advance({ now, completedAt, knownMetrics }: CycleEnd): void {
    this.#completedAt = completedAt ?? this.#completedAt;
    this.#knownMetrics = knownMetrics ?? this.#knownMetrics;
    const gap = now - (this.#lastCycleAt ?? this.#lastCommitAt ?? now);
    if (Math.abs(gap) > this.#forgetAfterMs / 2) this.#lookingSince = now;
    this.#lastCycleAt = now;
    this.#retainKeys();
    if (this.#lookingSince <= now - this.#forgetAfterMs) {
      this.#forgetBefore(now - this.#forgetAfterMs);
    }
  }

  /** The current state for storage: not a copy. */
  get snapshot(): Snapshot {
    return {
      completedAt: this.#completedAt,
      knownMetrics: this.#knownMetrics,
      targets: this.#targets,
    };
  }

  /** Takes over a stored state, except older parts. The caller must not use the snapshot again. */
  absorb({ completedAt, knownMetrics, targets }: Snapshot): void {
    if ((knownMetrics?.asOf ?? 0) > (this.#knownMetrics?.asOf ?? 0)) {
      this.#knownMetrics = knownMetrics;
    }
    this.#completedAt = chosen(Math.max, this.#completedAt, completedAt);
    for (const [id, theirs] of targets) {
      const mine = this.#targets.get(id);
      if (mine === undefined || isAnotherTask(mine, theirs.times.startedAt)) {
        this.#targets.set(id, theirs);
      } else if (!isAnotherTask(theirs, mine.times.startedAt)) {
        mine.merge(theirs, this.#pool);
      }
    }
    this.#shed();
  }

  get sizes(): Pick<StateReport, 'targets' | 'series'> {
    let series = 0;
    for (const { keys } of this.#targets.values()) series += keys.size;
    return { targets: this.#targets.size, series };
  }

  get #lastCommitAt(): number | undefined {
    let last: number | undefined;
    for (const { times } of this.#targets.values()) {
      last = chosen(Math.max, last, times.committedAt);
    }
    return last;
  }

  #forgetBefore(time: number): void {
    for (const [id, target] of this.#targets) {
      target.forgetBefore(time, this.#pool);
      if (target.keys.size === 0 && target.times.seenAt < time) this.#targets.delete(id);
    }
    this.#retainKeys();
  }

  /** Drops lists of keys without a target, and counts the bytes of the targets anew. */
  #retainKeys(): void {
    const used = new Set<SeriesKeys>();
    this.#bytes = 0;
    for (const target of this.#targets.values()) {
      used.add(target.keys);
      this.#bytes += target.bytes;
    }
    this.#pool.retain(used);
  }

  /** Forgets the series of the largest targets until the others fit, so that large targets cost the small ones nothing. */
  #shed(): void {
    this.#retainKeys();
    if (this.#isFitting) return;
    const bySize = [...this.#targets].sort(([, a], [, b]) => sizeOf(b) - sizeOf(a));
    for (const [id, target] of bySize) {
      if (this.#isFitting) return;
      this.#forgotten.series += target.keys.size;
      this.#forgotten.targets.add(targetIdOf(id));
      target.forget(this.#pool);
      this.#retainKeys();
    }
  }

  get #isFitting(): boolean {
    return this.#bytes + this.#pool.bytes <= this.#capacity;
  }
}

/** Bytes of a target, as if it shared no key with another. */
function sizeOf({ bytes, keys }: TargetMemory): number {
  return bytes + keys.bytes + keys.characters;
}

/**
 * Whether a task with this start is a later one at the same address. This compares two clocks: a start that was known
 * at the last commit is not new, even if it seems later.
 */
function isAnotherTask({ times }: TargetMemory, startedAt: number | undefined): boolean {
  return (
    startedAt !== undefined &&
    times.committedAt !== undefined &&
    startedAt > times.committedAt &&
    startedAt !== times.startedAt
  );
}
