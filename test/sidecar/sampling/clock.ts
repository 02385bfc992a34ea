import { setImmediate as turn } from 'node:timers/promises';
import type { Clock } from '../../../sidecar/sampling/sampler.ts';

export interface SimulatedClock extends Clock {
  advance(milliseconds: number): Promise<void>;
}

/** A clock that moves only by `advance`, and lets what waited for it run. */
export function createClock(begin = 0): SimulatedClock {
  let now = begin;
  let waiting: { until: number; resolve: () => void }[] = [];
  return {
    now: () => now,
    elapsed: () => now,
    pause(milliseconds) {
      const { promise, resolve } = Promise.withResolvers<void>();
      waiting.push({ until: now + milliseconds, resolve });
      return promise;
    },
    async advance(milliseconds) {
      now += milliseconds;
      const due = waiting.filter(({ until }) => until <= now);
      waiting = waiting.filter(({ until }) => until > now);
      for (const { resolve } of due) resolve();
      await turn();
    },
  };
}
