/** Milliseconds after which a task that is still under way gives its place to another, as it only waits. */
const PATIENCE_MS = 500;

/**
 * Runs tasks, so many at a time. A task that takes long only waits for something, such as a target that hangs; it goes on, but
 * another begins in its place, until very many are under way.
 */
export class Slots {
  readonly #active: number;
  readonly #most: number;
  readonly #patienceMs: number;

  /**
   * @param active tasks that are begun at a time
   * @param most tasks that may be under way, those that wait included
   */
  constructor(active: number, most: number, patienceMs: number = PATIENCE_MS) {
    this.#active = active;
    this.#most = most;
    this.#patienceMs = patienceMs;
  }

  /** Resolves when the task of each item has ended. Rejects with the first error of one. */
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
