/** When a scrape began, and how long it takes. */
export class ScrapeTimes {
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
  #began = performance.now();

  constructor(startedAt: number) {
    this.startedAt = startedAt;
  }

  get durationMs(): number {
    return performance.now() - this.#began;
  }

  /** Says that so many milliseconds have passed in which the target has no part. */
  pause(ms: number): void {
    this.#began += ms;
  }
}
