import { destinationBy } from '../emf/destination.ts';
import { encode } from '../emf/encode.ts';
import type { Delivery, Output } from '../model/delivery/event.ts';
import type { MetricGroup } from '../model/samples/metric-group.ts';
import { type Prepare, PublishedRoute, type Sent } from './published.ts';
import type { Route, RouteContext } from './route.ts';
import { ServiceEvents, together } from './service-events.ts';
import { isRefusedForItsTime, isSettled } from './settled.ts';

/** Sends published values as EMF. */
export function eventRoute(output: Output, delivery: Delivery, context: RouteContext): Route {
  const { emf, logs } = context.config;
  const destinationOf = destinationBy(logs.group);
  const { maxEventBytes } = output;
  const prepare: Prepare = (groups, drops, step) => {
    const events = encode(groups, emf, destinationOf, drops, maxEventBytes, step);
    return {
      events: events.length,
      send: (scrapedAt) => ({
        outcome: delivery.write(events),
        isSettled: settledBy(events, scrapedAt),
      }),
    };
  };
  if (emf.events !== 'service') return new PublishedRoute(output.name, delivery, prepare, context);

  const shared = new ServiceEvents(delivery, { emf, destinationOf, maxEventBytes });
  const prepareShared: Prepare = (groups, drops, step, target) => {
    const { merged, alone } = shared.parted(groups, drops);
    const prepared = prepare(alone, drops, step, target);
    return {
      events: prepared.events + merged.length,
      send(scrapedAt) {
        const { outcome } = prepared.send(scrapedAt);
        return {
          outcome: together([outcome, shared.add(merged, target.labels, drops)]),
          isSettled: settledBy(groups, scrapedAt),
        };
      },
    };
  };
  const both = {
    ready: () => delivery.ready(),
    close() {
      shared.send();
      return delivery.close();
    },
  };
  return new PublishedRoute(output.name, both, prepareShared, context);
}

/** With a time that is not that of the scrape, a refusal for its time is final. */
function settledBy(
  timed: readonly Pick<MetricGroup, 'timestamp'>[],
  scrapedAt = 0,
): Sent['isSettled'] {
  const time = Math.floor(scrapedAt);
  const haveOwnTimes = timed.some(({ timestamp }) => timestamp !== time);
  return (delivered) => isSettled(delivered) && (haveOwnTimes || !isRefusedForItsTime(delivered));
}
