/**
 * A turn is the time that the process gives to one target. Its work checks the clocks after so many items; each takes
 * microseconds, or counts as several, so that no check is 50 ms late.
 */
const ITEMS_BETWEEN_LOOKS = 128;

/**
 * Counts an item of a turn.
 * @param cost number of items that the work counts as, if a target can make it larger than one. @default 1
 */
export type Step = (cost?: number) => void;

/** The reason for the end of a turn. */
export type TurnEnd =
  /** The target has used its share of the process's time. */
  | 'share'
  /** The cycle has ended. */
  | 'deadline';

/** Ends work whose turn is over. */
export class TurnOverError extends Error {
  override readonly name = 'TurnOverError';
  readonly end: TurnEnd;

  constructor(end: TurnEnd, message: string) {
    super(message);
    this.end = end;
  }
}

export interface TurnLimits {
  /** Milliseconds of CPU that the work may take at present. @default any */
  readonly shareMs?: () => number;
  /** The end of all work, by the wall clock. */
  readonly until: number;
}

/** Milliseconds of clocks that never leap: of time, and of the process's CPU time. */
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
 * One target's share of the process's time. All work whose amount depends on the target counts its items with `step`,
 * so that it overruns neither its share nor the end of the cycle.
 */
export class Turn {
  readonly #limits: TurnLimits;
  readonly #clocks: TurnClocks;
  /** Absent between stretches of work. */
  #began: number | undefined;
  #spent = 0;
  #left = ITEMS_BETWEEN_LOOKS;

  constructor(limits: TurnLimits, clocks: TurnClocks = SYSTEM_CLOCKS) {
    this.#limits = limits;
    this.#clocks = clocks;
  }

  /** Milliseconds of CPU of all stretches so far. */
  get spentMs(): number {
    return this.#spent;
  }

  /** Begins a stretch of work. */
  begin(): void {
    this.#began = this.#clocks.cpu();
  }

  /** Ends a stretch of work, if one is running. */
  end(): void {
    if (this.#began === undefined) return;
    this.#spent += this.#clocks.cpu() - this.#began;
    this.#began = undefined;
  }

  /** Counts an item. @throws TurnOverError */
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
