/** Items that are worked on between two looks at the clocks. Each takes microseconds, or counts as several, so that no look is 50 ms late. */
const ITEMS_BETWEEN_LOOKS = 128;

/**
 * Takes a step of a turn.
 * @param cost items that the work at hand is worth, where a target can make it larger than one. @default 1
 */
export type Step = (cost?: number) => void;

/** Why a turn is over. */
export type TurnEnd =
  /** It has taken its share of the process's time. */
  | 'share'
  /** The time of all is over. */
  | 'deadline';

/** Thrown out of work whose turn is over. */
export class TurnOverError extends Error {
  override readonly name = 'TurnOverError';
  readonly end: TurnEnd;

  constructor(end: TurnEnd, message: string) {
    super(message);
    this.end = end;
  }
}

export interface TurnLimits {
  /** Milliseconds of CPU that the work may take, as of now. @default any */
  readonly shareMs?: () => number;
  /** When all work must stop, by the clock that is no CPU's. */
  readonly until: number;
}

/** Milliseconds of clocks that never leap: of time, and of what the process has had of the CPU. */
export interface TurnClocks {
  readonly now: () => number;
  readonly cpu: () => number;
}

const SYSTEM_CLOCKS: TurnClocks = {
  now: () => performance.now(),
  cpu: () => {
    const { user, system } = process.cpuUsage();
    return (user + system) / 1_000;
  },
};

/**
 * What one target has of the process's time. All that is done at a stretch for a target, as much as the target makes it, takes a
 * step for each of its items, of a cost where they differ in size, so that neither its own share nor the end of the cycle is overrun.
 */
export class Turn {
  readonly #limits: TurnLimits;
  readonly #clocks: TurnClocks;
  /** Absent between stretches. */
  #began: number | undefined;
  #spent = 0;
  #left = ITEMS_BETWEEN_LOOKS;

  constructor(limits: TurnLimits, clocks: TurnClocks = SYSTEM_CLOCKS) {
    this.#limits = limits;
    this.#clocks = clocks;
  }

  /** Milliseconds of CPU that the stretches so far have taken. */
  get spentMs(): number {
    return this.#spent;
  }

  /** Begins a stretch of work. */
  begin(): void {
    this.#began = this.#clocks.cpu();
  }

  /** Ends a stretch of work, if one is under way. */
  end(): void {
    if (this.#began === undefined) return;
    this.#spent += this.#clocks.cpu() - this.#began;
    this.#began = undefined;
  }

  /** Takes a step. @throws TurnOverError */
  readonly step: Step = (cost = 1) => {
    this.#left -= cost;
    if (this.#left > 0) return;
    this.#left = ITEMS_BETWEEN_LOOKS;
    this.#look();
  };

  #look(): void {
    const { until } = this.#limits;
    if (this.#clocks.now() > until) {
      throw new TurnOverError('deadline', 'the cycle ended before the samples were processed');
    }
    const shareMs = this.#limits.shareMs?.();
    if (shareMs === undefined || this.#began === undefined) return;
    if (this.#spent + this.#clocks.cpu() - this.#began <= shareMs) return;
    const message = `expected the samples to take at most ${Math.round(shareMs)} ms of CPU while others wait`;
    throw new TurnOverError('share', message);
  }
}
