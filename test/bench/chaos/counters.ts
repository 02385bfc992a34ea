/** What was published of counters, against what the targets told. */
export interface CounterFigures {
  /** Targets of which less was published than they told. */
  readonly below: number;
  /** What was published of all of them together, and what is true. */
  readonly published: number;
  readonly truth: number;
  /** Targets of which more was published than that and what was in flight in the cycles that were killed. */
  readonly above: number;
}

export interface CountedCycle {
  /** By the name of a target: what was published. */
  readonly increases: Readonly<Record<string, number>>;
  /** The counter of each target as it was last told, in the order of the targets. */
  readonly told: readonly number[];
  readonly isKilled: boolean;
}

/** Adds up what is published of a counter of each target over some cycles. The first cycle has nothing to compare with. */
export class Counters {
  readonly #targets: readonly string[];
  #first: readonly number[] | undefined;
  #last: readonly number[] = [];
  readonly #published = new Map<string, number>();
  /** Of the cycles that were killed: it is published again where the state was not written. */
  readonly #inFlight = new Map<string, number>();

  constructor(targets: readonly string[]) {
    this.#targets = targets;
  }

  /** @returns of how many targets anything was published */
  cycle({ increases, told, isKilled }: CountedCycle): number {
    this.#first ??= [...told];
    this.#last = [...told];
    let targets = 0;
    for (const target of this.#targets) {
      const increase = increases[target];
      if (increase === undefined) continue;
      targets++;
      this.#published.set(target, (this.#published.get(target) ?? 0) + increase);
      if (!isKilled) continue;
      this.#inFlight.set(target, (this.#inFlight.get(target) ?? 0) + increase);
    }
    return targets;
  }

  get figures(): CounterFigures {
    const figures = { below: 0, published: 0, truth: 0, above: 0 };
    for (const [index, target] of this.#targets.entries()) {
      const truth = (this.#last[index] ?? 0) - (this.#first?.[index] ?? 0);
      const published = this.#published.get(target) ?? 0;
      figures.truth += truth;
      figures.published += published;
      if (published < truth) figures.below++;
      if (published > truth + (this.#inFlight.get(target) ?? 0)) figures.above++;
    }
    return figures;
  }
}
