import type { AnyOutput } from '../model/delivery/any-output.ts';
import { eventRoute } from './events.ts';
import { metricRoute } from './metrics.ts';
import type { Route, RouteContext } from './route.ts';
import { SampleRoute } from './samples.ts';

/**
 * Opens an output for one cycle.
 *
 * @param deadline what is not accepted by then is rejected
 * @param patienceMs as of `Output.open`
 */
export function routeTo(
  output: AnyOutput,
  deadline: AbortSignal,
  context: RouteContext,
  patienceMs?: number,
): Route {
  switch (output.takes) {
    case 'samples':
      return new SampleRoute(output.name, output.open(deadline, patienceMs), context.state);
    case 'metrics':
      return metricRoute(output.name, output.open(deadline, patienceMs), context);
    default:
      return eventRoute(output, output.open(deadline, patienceMs), context);
  }
}
