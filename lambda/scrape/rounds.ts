import type { Target } from '../model/target.ts';
import { Turn } from '../model/turn.ts';
import { Slots } from './slots.ts';

/** Targets that are visited at a time, and with those that only hang; each has a socket. */
const SLOTS = new Slots(64, 512);

/** The same of targets that take more than their share: few, as each may have a large body. */
const SLOTS_OF_LARGE = new Slots(4, 64);

/** A target may take so many times the CPU that others have taken on average while they wait. */
const AVERAGES = 20;

/**
 * Milliseconds of CPU that are always a target's share. An exposition of 1,000 series takes 1 to 3 of them in a warm process
 * (`npm run bench -- cycle`).
 */
const LEAST_SHARE_MS = 50;

/** The share while too few targets are done to know what is usual, in a process whose code is cold. */
const FIRST_SHARE_MS = 250;
const FEW = 10;

/** More targets than those that are done may be postponed: who is in the majority takes no more than its share. */
const MORE_POSTPONED = 4;

/** Bytes of an answer that is read while others wait: more than nearly all expositions have. */
export const POSTPONED_BYTES = 512 * 1024;

/** What a visit of a target ended with. A target that is postponed is visited again, after all others. */
export type Visit = 'postponed' | { readonly bytes: number };

export interface VisitOptions {
  readonly turn: Turn;
  /** Whether others wait. Absent: this is the last round, and nothing is postponed. */
  readonly othersWait?: (() => boolean) | undefined;
}

/**
 * Visits all targets of a cycle: first those that took no more than their share the last time, then those that did and those that
 * do now, the greediest last. So what few targets take of the process's time is not taken from the others.
 */
export class Rounds {
  /** Milliseconds of CPU of those that took more than their share the last time, by their ids. */
  #costs: ReadonlyMap<string, number> = new Map();

  /**
   * Resolves when all were visited.
   *
   * @param until when all work must stop, by `performance.now()`
   */
  async run(
    targets: readonly Target[],
    until: number,
    visit: (target: Target, options: VisitOptions) => Promise<Visit>,
  ): Promise<void> {
    const round = new Round(targets.filter(({ id }) => !this.#costs.has(id)));
    await SLOTS.run(round.targets, async (target) => {
      const turn = new Turn({ until, shareMs: () => round.shareMs });
      round.end(target, turn, await visit(target, { turn, othersWait: () => round.othersWait }));
    });
    const large = targets.filter(({ id }) => this.#costs.has(id));
    large.sort((one, other) => this.#costOf(one) - this.#costOf(other));
    const { postponed, usualMs } = round;
    const costs = new Map<string, number>();
    await SLOTS_OF_LARGE.run([...postponed, ...large], async (target) => {
      const turn = new Turn({ until });
      const visited = await visit(target, { turn });
      const isLarge = visited === 'postponed' || visited.bytes > POSTPONED_BYTES;
      if (isLarge || turn.spentMs > usualMs) costs.set(target.id, turn.spentMs);
    });
    this.#costs = costs;
  }

  #costOf({ id }: Target): number {
    return this.#costs.get(id) ?? 0;
  }
}

/** The round of those that are visited first. */
class Round {
  readonly targets: readonly Target[];
  readonly postponed: Target[] = [];
  #done = 0;
  #spentMs = 0;

  constructor(targets: readonly Target[]) {
    this.targets = targets;
  }

  /** Milliseconds of CPU that a target may take now. */
  get shareMs(): number {
    return this.othersWait ? this.usualMs : Number.POSITIVE_INFINITY;
  }

  /** Milliseconds of CPU that a target may take while others wait. */
  get usualMs(): number {
    if (this.#done < FEW) return FIRST_SHARE_MS;
    return Math.max(LEAST_SHARE_MS, (AVERAGES * this.#spentMs) / this.#done);
  }

  /** Whether others wait that one target must not keep waiting. */
  get othersWait(): boolean {
    const waiting = this.targets.length - this.#done - this.postponed.length;
    return waiting > 1 && this.postponed.length < this.#done + MORE_POSTPONED;
  }

  end(target: Target, { spentMs }: Turn, visit: Visit): void {
    if (visit === 'postponed') {
      this.postponed.push(target);
      return;
    }
    this.#done++;
    this.#spentMs += spentMs;
  }
}
