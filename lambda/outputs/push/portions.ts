import type { Portion } from './batch.ts';
import type { PendingSamples } from './pending-samples.ts';

/** The portions of an open batch. */
export class Portions {
  #list: { readonly write: PendingSamples; samples: number }[] = [];
  #samples = 0;

  /** Samples of all portions. */
  get samples(): number {
    return this.#samples;
  }

  /** Adds samples, which are on their way from now on. */
  add(write: PendingSamples, samples: number): void {
    write.add(samples);
    this.#samples += samples;
    const last = this.#list.at(-1);
    if (last?.write === write) last.samples += samples;
    else this.#list.push({ write, samples });
  }

  /** Begins anew. @returns the portions so far */
  take(): readonly Portion[] {
    const list = this.#list;
    this.#list = [];
    this.#samples = 0;
    return list;
  }
}

/** The portions of the first `samples` samples, and those of the others. */
export function cut(portions: readonly Portion[], samples: number): [Portion[], Portion[]] {
  const before: Portion[] = [];
  const after: Portion[] = [];
  let left = samples;
  for (const { write, samples: all } of portions) {
    const early = Math.min(all, left);
    left -= early;
    if (early > 0) before.push({ write, samples: early });
    if (early < all) after.push({ write, samples: all - early });
  }
  return [before, after];
}

export function samplesOf(portions: readonly Portion[]): number {
  return portions.reduce((sum, { samples }) => sum + samples, 0);
}
