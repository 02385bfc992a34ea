import { destinationBy } from '../emf/destination.ts';
import { encode } from '../emf/encode.ts';
import type { Delivery, LogEvent, Output } from '../model/delivery/event.ts';
import { type Prepare, PublishedRoute, type Sent } from './published.ts';
import type { Route, RouteContext } from './route.ts';
import { isRefusedForItsTime, isSettled } from './settled.ts';

/** Sends published values as EMF. */
export function eventRoute(output: Output, delivery: Delivery, context: RouteContext): Route {
  const { emf, logs } = context.config;
  const prepare: Prepare = (groups, drops, step) => {
    const destinationOf = destinationBy(logs.group);
    const events = encode(groups, emf, destinationOf, drops, output.maxEventBytes, step);
    return {
      events: events.length,
      send: (scrapedAt) => ({
        outcome: delivery.write(events),
        isSettled: settledBy(events, scrapedAt),
      }),
    };
  };
  return new PublishedRoute(output.name, delivery, prepare, context);
}

/** With an event whose time is not that of the scrape, a refusal for its time is final. */
function settledBy(events: readonly LogEvent[], scrapedAt = 0): Sent['isSettled'] {
  const time = Math.floor(scrapedAt);
  const haveOwnTimes = events.some(({ timestamp }) => timestamp !== time);
  return (delivered) => isSettled(delivered) && (haveOwnTimes || !isRefusedForItsTime(delivered));
}
