/** Runs jobs in the order of their arrival, a limited number at the same time. */
export class SendQueue<Job> {
  readonly #concurrency: number;
  readonly #run: (job: Job) => Promise<void>;
  readonly #jobs: Job[] = [];
  readonly #waiting = new Set<{ readonly until: () => boolean; readonly resolve: () => void }>();
  #running = 0;

  /** `run` must not reject. */
  constructor(concurrency: number, run: (job: Job) => Promise<void>) {
    this.#concurrency = concurrency;
    this.#run = run;
  }

  /** Whether a new job would start at once. */
  get hasRoom(): boolean {
    return this.#running < this.#concurrency;
  }

  get isIdle(): boolean {
    return this.#running === 0;
  }

  push(...jobs: readonly Job[]): void {
    this.#jobs.push(...jobs);
    this.#start();
  }

  /** Resolves when `until` holds; it is checked now and after each job. */
  wait(until: () => boolean): Promise<void> {
    if (until()) return Promise.resolve();
    return new Promise((resolve) => this.#waiting.add({ until, resolve }));
  }

  #start(): void {
    while (this.hasRoom) {
      const job = this.#jobs.shift();
      if (job === undefined) return;
      this.#running += 1;
      void this.#run(job).then(() => this.#ended());
    }
  }

  #ended(): void {
    this.#running -= 1;
    this.#start();
    for (const waiting of this.#waiting) {
      if (!waiting.until()) continue;
      this.#waiting.delete(waiting);
      waiting.resolve();
    }
  }
}
