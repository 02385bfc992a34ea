import { accepted, type Destination, encode } from '../emf/encode.ts';
import { isMergeable, MergedGroups, type Owner } from '../emf/merged-groups.ts';
import type { Delivery, DeliveryOutcome, RejectReason } from '../model/delivery/event.ts';
import type { Drops } from '../model/samples/drops.ts';
import type { MetricGroup } from '../model/samples/metric-group.ts';
import type { Labels } from '../model/samples/sample.ts';
import type { EmfConfig } from '../model/settings/config.ts';

/** Values that wait for those of other tasks before they are sent: some 10 MB. */
const MAX_WEIGHT = 100_000;

/** A target whose values are in events of several tasks. */
interface Waiting extends Owner {
  readonly resolve: (outcome: Promise<DeliveryOutcome>) => void;
}

export interface ServiceEventsOptions {
  readonly emf: Pick<EmfConfig, 'units'>;
  readonly destinationOf: (labels: Labels) => Destination;
  /** As in `Output`. */
  readonly maxEventBytes?: number | undefined;
}

/** The events of several tasks in one cycle. They are sent at its end, or when they take too much memory. */
export class ServiceEvents {
  readonly #delivery: Pick<Delivery, 'write'>;
  readonly #options: ServiceEventsOptions;
  readonly #merged = new MergedGroups<Waiting>();

  constructor(delivery: Pick<Delivery, 'write'>, options: ServiceEventsOptions) {
    this.#delivery = delivery;
    this.#options = options;
  }

  /** The groups of a target that share events with those of other tasks, and the others. */
  parted(groups: readonly MetricGroup[], drops: Drops) {
    const merged = groups.filter(isMergeable).map((group) => accepted(group, drops));
    return {
      merged: merged.filter(({ metrics }) => metrics.length > 0),
      alone: groups.filter((group) => !isMergeable(group)),
    };
  }

  /** Resolves when each event with a value of these groups was accepted or rejected, at the latest after `send`. */
  add(groups: readonly MetricGroup[], ofTarget: Labels, drops: Drops): Promise<DeliveryOutcome> {
    if (groups.length === 0) return together([]);
    const { promise, resolve } = Promise.withResolvers<DeliveryOutcome>();
    const waiting: Waiting = { drops, resolve };
    for (const group of groups) {
      this.#merged.add(group, ofTarget, this.#options.destinationOf(group.labels), waiting);
    }
    if (this.#merged.weight >= MAX_WEIGHT) this.send();
    return promise;
  }

  /** Sends all of them. */
  send(): void {
    const { emf, maxEventBytes } = this.#options;
    const outcomes = new Map<Waiting, Promise<DeliveryOutcome>[]>();
    for (const { group, destination, owners } of this.#merged.takeAll()) {
      const [{ drops }] = [...owners] as [Waiting];
      const outcome = this.#delivery.write(
        encode([group], emf, () => destination, drops, maxEventBytes),
      );
      for (const owner of owners) {
        const own = outcomes.get(owner);
        if (own === undefined) outcomes.set(owner, [outcome]);
        else own.push(outcome);
      }
    }
    for (const [owner, own] of outcomes) owner.resolve(together(own));
  }
}

/** The outcome of all of them. */
export async function together(
  outcomes: readonly Promise<DeliveryOutcome>[],
): Promise<DeliveryOutcome> {
  let sum = 0;
  const rejected = new Map<RejectReason, number>();
  for (const outcome of await Promise.all(outcomes)) {
    sum += outcome.accepted;
    for (const [reason, count] of outcome.rejected) {
      rejected.set(reason, (rejected.get(reason) ?? 0) + count);
    }
  }
  return { accepted: sum, rejected };
}
