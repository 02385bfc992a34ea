import type { Target } from '../model/targets/target.ts';
import { Turn } from '../model/waiting/turn.ts';
import type { Postponement } from './http/response-body.ts';
import { Slots } from './slots.ts';

/** Bytes of an answer that is read in the first round: more than nearly all expositions have. */
export const POSTPONED_BYTES = 512 * 1024;

/** The same of the second round: so the few that are large do not wait for those that are as large as can be. */
const POSTPONED_AGAIN_BYTES = 4 * POSTPONED_BYTES;

/**
 * The rounds of a cycle. Targets that are visited at a time have a socket each, and there are more with those that only hang. The
 * later the round the larger the answers, so that few of them are in memory at a time.
 */
const ROUNDS = [
  { slots: new Slots(64, 512), bytes: POSTPONED_BYTES },
  { slots: new Slots(4, 64), bytes: POSTPONED_AGAIN_BYTES },
  { slots: new Slots(1, 16), bytes: Number.POSITIVE_INFINITY },
] as const;

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

/** The part of a round's targets that may be postponed: who is in the majority takes no more than its share. */
const MAX_POSTPONED = 0.5;

/** How many times the share of a round that of the next is. */
const SHARE_GROWTH = 4;

/** What a visit of a target ended with. A target that is postponed is visited again, after all others. */
export type Visit = 'postponed' | { readonly bytes: number };

export interface VisitOptions {
  readonly turn: Turn;
  /** When the visit ends as `postponed`. Absent: this is the last round, in which nothing is. */
  readonly postponement?: Postponement | undefined;
}

/** A target that took more than its share, while others waited or, the last time, at all. */
export interface Greedy {
  readonly target: Target;
  /** Decompressed bytes of its answer; 0 where there is none. */
  readonly bytes: number;
  /** Milliseconds of CPU, of all visits together. */
  readonly cpuMs: number;
}

/** What is known of a greedy target from the cycle before. */
interface Cost {
  readonly cpuMs: number;
  /** The round in which it got through. */
  readonly round: number;
}

/**
 * Visits all targets of a cycle: first those that took no more than their share the last time, then those that did and those that
 * do now, the greediest last. So what few targets take of the process's time and memory is not taken from the others.
 */
export class Rounds {
  /** By the ids of targets. */
  #costs: ReadonlyMap<string, Cost> = new Map();

  /**
   * Resolves when all were visited, with those that are greedy.
   *
   * @param until when all work must stop, by `performance.now()`
   */
  async run(
    targets: readonly Target[],
    until: number,
    visit: (target: Target, options: VisitOptions) => Promise<Visit>,
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
      const shareMs = () => (round.othersWait ? usual.shareMs * SHARE_GROWTH ** number : Infinity);
      const postponement = { bytes: most, isDue: () => round.othersWait };
      await slots.run(round.targets, async (target) => {
        const turn = new Turn(isLast ? { until } : { until, shareMs });
        const visited = await visit(target, isLast ? { turn } : { turn, postponement });
        const cpuMs = (spent.get(target.id) ?? 0) + turn.spentMs;
        spent.set(target.id, cpuMs);
        round.end(target, visited);
        if (visited === 'postponed') return;
        const { bytes } = visited;
        if (number > 0 || bytes > most || turn.spentMs > usual.shareMs) {
          greedy.push({ target, bytes, cpuMs });
        } else usual.add(turn.spentMs);
        // Where it is as all others this time, it is among them the next time.
        if (bytes > POSTPONED_BYTES || turn.spentMs > usual.shareMs) {
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

/** Which targets of a round are still to come. */
class Round {
  readonly targets: readonly Target[];
  readonly postponed: Target[] = [];
  #done = 0;

  constructor(targets: readonly Target[]) {
    this.targets = targets;
  }

  /** Whether others wait that one target must not keep waiting. */
  get othersWait(): boolean {
    const waiting = this.targets.length - this.#done - this.postponed.length;
    return waiting > 1 && this.postponed.length < MAX_POSTPONED * this.targets.length;
  }

  end(target: Target, visit: Visit): void {
    if (visit === 'postponed') this.postponed.push(target);
    else this.#done++;
  }
}

/** What CPU a target usually takes. */
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
