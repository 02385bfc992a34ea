import { isCumulative, type Sample } from '../../lambda/model/samples/sample.ts';
import type { Config } from '../../lambda/model/settings/config.ts';
import type { Page } from '../explain/page.ts';
import type { Source } from './measure.ts';

/** Growth of a counter from one cycle to the next, as a part of its value: enough for a difference with as many digits. */
const GROWTH = 0.001;

/** Pages as the cycles of a collector: each is the one before, an interval later, with counters that have grown. */
export interface Repeated extends Source {
  advance(): void;
}

/**
 * A collector that gets the same pages in each cycle, without a network.
 *
 * @param pages that could be read
 * @param intervalMs milliseconds between two cycles
 */
export function repeat(config: Config, pages: readonly Page[], intervalMs: number): Repeated {
  const byTarget = new Map(pages.map((page) => [page.target, page]));
  const beganAt = Math.max(...pages.map(({ scrapedAt = Date.now() }) => scrapedAt));
  let cycle = 0;
  const now = () => beganAt + cycle * intervalMs;
  return {
    config,
    now,
    discovery: {
      discover: async () => ({ targets: [...byTarget.keys()], leftOut: [], idle: [], errors: [] }),
      stopped: async () => ({ ids: new Set(), errors: [] }),
    },
    scraper: {
      remembered: { lines: 0, bytes: 0 },
      scrape: async (target) => {
        const { samples, dropped, durationMs = 0 } = byTarget.get(target) as Page;
        return {
          target,
          startedAt: now(),
          durationMs,
          bytes: 0,
          samples: samples.map((sample) => later(sample, cycle, intervalMs)),
          dropped,
          unwanted: 0,
          scraped: samples.length,
        };
      },
    },
    advance: () => {
      cycle += 1;
    },
  };
}

function later(sample: Sample, cycles: number, intervalMs: number): Sample {
  if (cycles === 0) return sample;
  const { series, value, timestamp } = sample;
  const moved =
    timestamp === undefined ? sample : { ...sample, timestamp: timestamp + cycles * intervalMs };
  if (!isCumulative(series)) return moved;
  const grown = value * (1 + GROWTH * cycles);
  return { ...moved, value: Number.isInteger(value) ? Math.ceil(grown) : grown };
}
