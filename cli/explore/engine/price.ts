import { eventBytes } from '../../../lambda/model/delivery/event-size.ts';
import { deliveryLines } from '../../../price/bill.ts';
import { sumOf } from '../../../price/line.ts';
import { MINUTES } from '../../../price/list.ts';
import { Follower, type RulesConfig } from '../../explain/follow.ts';
import { ofOneCycle } from '../../explain/one-cycle.ts';
import type { Page } from '../../explain/page.ts';
import type { PriceView } from './view.ts';

const MINUTE_MS = 60_000;

/**
 * What a month costs of the metrics and events that the rules make of these pages, without free tiers, and without the function.
 *
 * @param metrics of CloudWatch
 * @param intervalMs from one cycle to the next. @default a minute
 */
export function priceOf(
  config: RulesConfig,
  pages: readonly Page[],
  metrics: number,
  intervalMs: number = MINUTE_MS,
): PriceView {
  const follower = new Follower({
    ...config,
    // A later cycle: each counter has a difference.
    series: { ...config.series, firstSample: 'zero' },
  });
  const events = pages.flatMap((page) => follower.follow(ofOneCycle(page, intervalMs)).events);
  const lines = deliveryLines({
    cycles: (MINUTES * MINUTE_MS) / intervalMs,
    metrics,
    events: {
      count: events.length,
      bytes: events.reduce((sum, { message }) => sum + eventBytes(message), 0),
    },
  });
  return {
    dollars: sumOf(lines),
    lines: lines.map(({ what, formula, dollars }) => ({ what, formula, dollars })),
  };
}
