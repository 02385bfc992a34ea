import { groupsOf } from '../grouping/grouping.ts';
import type { Delivery, DeliveryOutcome, DeliveryReport } from '../model/delivery/event.ts';
import {
  type Advance,
  type SeenTarget,
  stateKey,
  type TargetPast,
} from '../model/delivery/state.ts';
import type { Drops } from '../model/samples/drops.ts';
import type { MetricGroup } from '../model/samples/metric-group.ts';
import type { Target } from '../model/targets/target.ts';
import type { Step } from '../model/waiting/turn.ts';
import { convert } from '../series/convert.ts';
import { Precision } from '../series/precision.ts';
import { seenFor, thenCommit, unsettled } from './commit.ts';
import type { Collected, Route, RouteContext, Share, Written } from './route.ts';

/** The published values of a target in the form of an output, not sent yet. */
export interface Prepared {
  /** Number of log events. */
  readonly events: number;
  /** @param scrapedAt time of the scrape in milliseconds; absent for a failed one */
  send(scrapedAt: number | undefined): Sent;
}

/** Holds no values, of which there would be those of a whole cycle. */
export interface Sent {
  readonly outcome: Promise<DeliveryOutcome>;
  /** Whether the state may advance after this outcome. */
  readonly isSettled: (delivered: DeliveryOutcome) => boolean;
}

/** Gives values the form of an output. Those that the output cannot take go into `drops`. */
export type Prepare = (
  groups: readonly MetricGroup[],
  drops: Drops,
  step: Step,
  target: Target,
) => Prepared;

/** The published values of a target, and its next state after their delivery. */
interface Published {
  readonly groups: readonly MetricGroup[];
  /** Absent: a failed scrape leaves the state of its target unchanged. */
  readonly advance: Advance | undefined;
}

/** Sends differences of counters, by a past of its own. */
export class PublishedRoute implements Route {
  readonly #name: string;
  readonly #delivery: Pick<Delivery, 'ready' | 'close'>;
  readonly #prepare: Prepare;
  readonly #context: RouteContext;
  readonly #precision: Precision;

  /** @param name of the output */
  constructor(
    name: string,
    delivery: Pick<Delivery, 'ready' | 'close'>,
    prepare: Prepare,
    context: RouteContext,
  ) {
    this.#name = name;
    this.#delivery = delivery;
    this.#prepare = prepare;
    this.#context = context;
    this.#precision = new Precision(context.config.series.valuePrecision);
  }

  /** Published values need no list of targets. */
  discovered(): void {}

  seen(targets: readonly Target[]): readonly SeenTarget[] {
    return targets.map((target) => seenFor(this.#name, target));
  }

  past(targetId: string): TargetPast {
    return this.#context.state.of(stateKey(this.#name, targetId));
  }

  share(collected: Collected, drops: Drops): Share {
    const { target } = collected.scrape;
    const { groups, advance } = this.#published(collected, drops);
    const prepared = this.#prepare(groups, drops, collected.step, target);
    return {
      events: prepared.events,
      ready: () => this.#delivery.ready(),
      write: (others) => this.#write(prepared, target.id, advance, others),
    };
  }

  close(): Promise<DeliveryReport> {
    return this.#delivery.close();
  }

  #published({ scrape, declared, step }: Collected, drops: Drops): Published {
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

  #write(
    prepared: Prepared,
    targetId: string,
    advance: Advance | undefined,
    others?: Promise<boolean>,
  ): Written {
    const { outcome, isSettled } = prepared.send(advance?.scrapedAt);
    if (advance === undefined) return unsettled(outcome);
    const commit = () => this.#context.state.commit(stateKey(this.#name, targetId), advance);
    return thenCommit(outcome, isSettled, commit, others);
  }
}
