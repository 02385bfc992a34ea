import { destinationBy } from '../emf/destination.ts';
import { encode } from '../emf/encode.ts';
import type {
  Delivery,
  DeliveryOutcome,
  DeliveryReport,
  LogEvent,
  Output,
} from '../model/delivery/event.ts';
import type { Advance, SeenTarget, TargetPast } from '../model/delivery/state.ts';
import type { Drops } from '../model/samples/drops.ts';
import type { Target } from '../model/targets/target.ts';
import { thenCommit, unsettled } from './commit.ts';
import { PublishedValues } from './published.ts';
import type { Collected, Route, RouteContext, Share, Written } from './route.ts';
import { isRefusedForItsTime, isSettled } from './settled.ts';

/** Sends differences of counters, as EMF. */
export class EventRoute implements Route {
  readonly #output: Output;
  readonly #delivery: Delivery;
  readonly #config: RouteContext['config'];
  readonly #values: PublishedValues;

  constructor(output: Output, delivery: Delivery, context: RouteContext) {
    this.#output = output;
    this.#delivery = delivery;
    this.#config = context.config;
    this.#values = new PublishedValues(output.name, context);
  }

  /** Events need no list of targets. */
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
    const { emf, logs } = this.#config;
    const destinationOf = destinationBy(logs.group);
    const events = encode(groups, emf, destinationOf, drops, this.#output.maxEventBytes, step);
    return {
      events: events.length,
      ready: () => this.#delivery.ready(),
      write: (others) => this.#write(events, scrape.target.id, advance, others),
    };
  }

  close(): Promise<DeliveryReport> {
    return this.#delivery.close();
  }

  #write(
    events: readonly LogEvent[],
    targetId: string,
    advance: Advance | undefined,
    others?: Promise<boolean>,
  ): Written {
    const outcome = this.#delivery.write(events);
    if (advance === undefined) return unsettled(outcome);
    const time = Math.floor(advance.scrapedAt);
    const haveOwnTimes = events.some(({ timestamp }) => timestamp !== time);
    const isSettledNow = (delivered: DeliveryOutcome) =>
      isSettled(delivered) && (haveOwnTimes || !isRefusedForItsTime(delivered));
    const commit = () => this.#values.commit(targetId, advance);
    return thenCommit(outcome, isSettledNow, commit, others);
  }
}
