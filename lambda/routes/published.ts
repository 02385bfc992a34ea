import { groupsOf } from '../grouping/grouping.ts';
import {
  type Advance,
  type SeenTarget,
  stateKey,
  type TargetPast,
} from '../model/delivery/state.ts';
import type { Drops } from '../model/samples/drops.ts';
import type { MetricGroup } from '../model/samples/metric-group.ts';
import type { Target } from '../model/targets/target.ts';
import { convert } from '../series/convert.ts';
import { Precision } from '../series/precision.ts';
import { seenFor } from './commit.ts';
import type { Collected, RouteContext } from './route.ts';

/** The published values of a target, and its next state after their delivery. */
export interface Published {
  readonly groups: readonly MetricGroup[];
  /** Absent: a failed scrape leaves the state of its target unchanged. */
  readonly advance: Advance | undefined;
}

/** The common part of routes to outputs of events and of metrics: differences of counters, by their own past. */
export class PublishedValues {
  readonly #name: string;
  readonly #context: RouteContext;
  readonly #precision: Precision;

  /** @param name of the output */
  constructor(name: string, context: RouteContext) {
    this.#name = name;
    this.#context = context;
    this.#precision = new Precision(context.config.series.valuePrecision);
  }

  seen(targets: readonly Target[]): readonly SeenTarget[] {
    return targets.map((target) => seenFor(this.#name, target));
  }

  past(targetId: string): TargetPast {
    return this.#context.state.of(stateKey(this.#name, targetId));
  }

  of({ scrape, declared, step }: Collected, drops: Drops): Published {
    const { target, startedAt, failure, cursor } = scrape;
    const { config, state } = this.#context;
    const comparison = {
      scrapedAt: startedAt,
      overlapMs: state.overlapMs,
      past: state.isKnown ? this.past(target.id) : undefined,
      targetStart: target.startedAt,
      firstSample: config.series.firstSample,
      precision: this.#precision,
      step,
    };
    const { points, updates } = convert(declared(drops), comparison, drops);
    return {
      groups: groupsOf(points, drops, step),
      advance: failure === undefined ? { updates, scrapedAt: startedAt, cursor } : undefined,
    };
  }

  commit(targetId: string, advance: Advance): void {
    this.#context.state.commit(stateKey(this.#name, targetId), advance);
  }
}
