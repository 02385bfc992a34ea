import type { MetricDelivery } from '../model/delivery/metric-output.ts';
import { type Prepare, PublishedRoute } from './published.ts';
import type { Route, RouteContext } from './route.ts';
import { areSettled } from './settled.ts';

/**
 * Sends the metrics that events would store, without the events.
 *
 * @param name of the output
 */
export function metricRoute(name: string, delivery: MetricDelivery, context: RouteContext): Route {
  const { units } = context.config.emf;
  const prepare: Prepare = (groups, drops, step) => {
    const send = delivery.prepare({ groups, units, step }, drops);
    return { events: 0, send: () => ({ outcome: send(), isSettled: areSettled }) };
  };
  return new PublishedRoute(name, delivery, prepare, context);
}
