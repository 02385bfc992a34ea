import type { Target } from '../model/targets/target.ts';
import { Turn } from '../model/waiting/turn.ts';
import type { Postponement } from './http/response-body.ts';
import { Slots } from './slots.ts';

/** Bytes of an answer that is read in the first round: nearly all expositions have less. */
export const POSTPONED_BYTES = 512 * 1024;

/** The same for the second round, so that large answers do not wait for the largest ones. */
const POSTPONED_AGAIN_BYTES = 4 * POSTPONED_BYTES;

/**
 * The rounds of a cycle. Each target under way has a socket, and targets that only hang come on top. Later rounds read
 * larger answers, so they have fewer targets at a time.
 */
const ROUNDS = [
  { slots: new Slots(64, 512), bytes: POSTPONED_BYTES },
  { slots: new Slots(4, 64), bytes: POSTPONED_AGAIN_BYTES },
  { slots: new Slots(1, 16), bytes: Number.POSITIVE_INFINITY },
] as const;

/** A target may take this many times the average CPU of the others while they wait. */
const AVERAGES = 20;

/**
 * Milliseconds of CPU that every target may take. An exposition of 1,000 series takes 1 to 3 of them in a warm process
 * (`npm run bench -- cycle`).
 */
const LEAST_SHARE_MS = 50;

/** The share while too few targets are done to know the average, in a process whose code is cold. */
const FIRST_SHARE_MS = 250;
const FEW = 10;

/** The part of a round's targets that may be postponed: the majority of the targets cannot exceed the usual share. */
const MAX_POSTPONED = 0.5;

/** Growth of the share from round to round. */
const SHARE_GROWTH = 4;

/** The result of a visit. A postponed target is visited again, after all others. */
export type Visit = 'postponed' | { readonly bytes: number };

/** For how many targets one stands: it may take so many shares. */
export type WeightOf = (target: Target) => number;

export interface VisitOptions {
  readonly turn: Turn;
  /** The condition for ending the visit as `postponed`. Absent in the last round, which postpones none. */
  readonly postponement?: Postponement | undefined;
}

/** A target that exceeded its share, while others waited or, in the last round, at all. */
export interface Greedy {
  readonly target: Target;
  /** Decompressed bytes of its answer; 0 without one. */
  readonly bytes: number;
  /** Milliseconds of CPU of all its visits. */
  readonly cpuMs: number;
}

/** The cost of a greedy target in the last cycle. */
interface Cost {
  readonly cpuMs: number;
  /** The round in which it succeeded. */
  readonly round: number;
}

/**
 * Visits all targets of a cycle: first those that kept to their share the last time, then those that exceeded it then
 * or exceed it now, the greediest last. So a few targets do not take the process's time and memory from the others.
 */
export class Rounds {
  /** By the ids of targets. */
  #costs: ReadonlyMap<string, Cost> = new Map();

  /**
   * Resolves with the greedy targets when all targets were visited.
   *
   * @param until the end of all work, by `performance.now()`
   * @param weightOf @default 1 for each
   */
  async run(
    targets: readonly Target[],
    until: number,
    visit: (target: Target, options: VisitOptions) => Promise<Visit>,
    weightOf: WeightOf = () => 1,
  ): Promise<readonly Greedy[]> {
    const known = Map.groupBy(targets, ({ id }) => this.#costs.get(id)?.round ?? 0);
    const costs = new Map<string, Cost>();
    const greedy: Greedy[] = [];
    const spent = new Map<string, number>();
    const usual = new Usual();
    let postponed: readonly Target[] = [];
    for (const [number, { slots, bytes: most }] of ROUNDS.entries()) {
      const isLast = number === ROUNDS.length - 1;
      const own = (known.get(number) ?? []).toSorted((a, b) => this.#costOf(a) - this.#costOf(b));
      const round = new Round([...postponed, ...own]);
      await slots.run(round.targets, async (target) => {
        const before = weightOf(target);
        const shareMs = () =>
          round.othersWait ? before * usual.shareMs * SHARE_GROWTH ** number : Infinity;
        const postponement = { bytes: before * most, isDue: () => round.othersWait };
        const turn = new Turn(isLast ? { until } : { until, shareMs });
        const visited = await visit(target, isLast ? { turn } : { turn, postponement });
        const cpuMs = (spent.get(target.id) ?? 0) + turn.spentMs;
        spent.set(target.id, cpuMs);
        round.end(target, visited);
        if (visited === 'postponed') return;
        const { bytes } = visited;
        // Only its answer may say for how many it stands.
        const weight = weightOf(target);
        const isUsual = bytes <= weight * most && turn.spentMs <= weight * usual.shareMs;
        if (!isUsual || (number > 0 && weight === 1)) greedy.push({ target, bytes, cpuMs });
        else usual.add(turn.spentMs / weight);
        // A target that is as small as the others now joins them in the next cycle.
        if (bytes > weight * POSTPONED_BYTES || turn.spentMs > weight * usual.shareMs) {
          costs.set(target.id, { cpuMs, round: Math.max(number, 1) });
        }
      });
      postponed = round.postponed;
    }
    this.#costs = costs;
    return greedy;
  }

  #costOf({ id }: Target): number {
    return this.#costs.get(id)?.cpuMs ?? 0;
  }
}

/** The remaining targets of a round. */
class Round {
  readonly targets: readonly Target[];
  readonly postponed: Target[] = [];
  #done = 0;

  constructor(targets: readonly Target[]) {
    this.targets = targets;
  }

  /** Whether other targets wait for this one. */
  get othersWait(): boolean {
    const waiting = this.targets.length - this.#done - this.postponed.length;
    return waiting > 1 && this.postponed.length < MAX_POSTPONED * this.targets.length;
  }

  end(target: Target, visit: Visit): void {
    if (visit === 'postponed') this.postponed.push(target);
    else this.#done++;
  }
}

/** The average CPU of a target. */
class Usual {
  #done = 0;
  #spentMs = 0;

  add(spentMs: number): void {
    this.#done++;
    this.#spentMs += spentMs;
  }

  /** Milliseconds of CPU that a target may take while others wait. */
  get shareMs(): number {
    if (this.#done < FEW) return FIRST_SHARE_MS;
    return Math.max(LEAST_SHARE_MS, (AVERAGES * this.#spentMs) / this.#done);
  }
}
