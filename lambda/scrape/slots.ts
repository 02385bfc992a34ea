/** Milliseconds after which a running task gives its slot to another, because it only waits. */
const PATIENCE_MS = 500;

/**
 * Runs a limited number of tasks at a time. A task that takes long only waits, for example for a target that hangs: it
 * goes on, but another one takes its slot, up to a second limit.
 */
export class Slots {
  readonly #active: number;
  readonly #most: number;
  readonly #patienceMs: number;

  /**
   * @param active tasks that start at a time
   * @param most tasks under way, including those that wait
   */
  constructor(active: number, most: number, patienceMs: number = PATIENCE_MS) {
    this.#active = active;
    this.#most = most;
    this.#patienceMs = patienceMs;
  }

  /** Resolves when the task of each item has ended. Rejects with the first error. */
  run<T>(items: readonly T[], task: (item: T) => Promise<void>): Promise<void> {
    return new Promise((resolve, reject) => {
      let next = 0;
      let active = 0;
      let underWay = 0;
      const begin = () => {
        while (next < items.length && active < this.#active && underWay < this.#most) {
          start(items[next++] as T);
        }
        if (next === items.length && underWay === 0) resolve();
      };
      const start = (item: T) => {
        let isActive = true;
        active++;
        underWay++;
        const giveUp = () => {
          if (!isActive) return;
          isActive = false;
          active--;
        };
        const timer = setTimeout(() => {
          giveUp();
          begin();
        }, this.#patienceMs);
        task(item).then(() => {
          clearTimeout(timer);
          giveUp();
          underWay--;
          begin();
        }, reject);
      };
      begin();
    });
  }
}
