import type { DeliveryOutcome, DeliveryReport } from '../model/delivery/event.ts';
import type { MetricDelivery } from '../model/delivery/metric-output.ts';
import type { Advance, SeenTarget, TargetPast } from '../model/delivery/state.ts';
import type { Drops } from '../model/samples/drops.ts';
import type { Target } from '../model/targets/target.ts';
import { thenCommit, unsettled } from './commit.ts';
import { PublishedValues } from './published.ts';
import type { Collected, Route, RouteContext, Share, Written } from './route.ts';
import { areSettled } from './settled.ts';

/** Sends the metrics that events would store, without the events. */
export class MetricRoute implements Route {
  readonly #delivery: MetricDelivery;
  readonly #units: ReadonlyMap<string, string>;
  readonly #values: PublishedValues;

  /** @param name of the output */
  constructor(name: string, delivery: MetricDelivery, context: RouteContext) {
    this.#delivery = delivery;
    this.#units = context.config.emf.units;
    this.#values = new PublishedValues(name, context);
  }

  /** Values need no list of targets. */
  discovered(): void {}

  seen(targets: readonly Target[]): readonly SeenTarget[] {
    return this.#values.seen(targets);
  }

  past(targetId: string): TargetPast {
    return this.#values.past(targetId);
  }

  share(collected: Collected, drops: Drops): Share {
    const { scrape, step } = collected;
    const { groups, advance } = this.#values.of(collected, drops);
    const write = this.#delivery.prepare({ groups, units: this.#units, step }, drops);
    return {
      events: 0,
      ready: () => this.#delivery.ready(),
      write: (others) => this.#written(write(), scrape.target.id, advance, others),
    };
  }

  close(): Promise<DeliveryReport> {
    return this.#delivery.close();
  }

  #written(
    outcome: Promise<DeliveryOutcome>,
    targetId: string,
    advance: Advance | undefined,
    others?: Promise<boolean>,
  ): Written {
    if (advance === undefined) return unsettled(outcome);
    const commit = () => this.#values.commit(targetId, advance);
    return thenCommit(outcome, areSettled, commit, others);
  }
}
