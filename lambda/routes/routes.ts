import type { Output } from '../model/delivery/event.ts';
import type { SampleOutput } from '../model/delivery/sample-output.ts';
import { EventRoute } from './events.ts';
import type { Route, RouteContext } from './route.ts';
import { SampleRoute } from './samples.ts';

/**
 * Opens an output for one cycle.
 *
 * @param deadline what is not accepted by then is rejected
 * @param patienceMs as of `Output.open`
 */
export function routeTo(
  output: Output | SampleOutput,
  deadline: AbortSignal,
  context: RouteContext,
  patienceMs?: number,
): Route {
  switch (output.takes) {
    case 'samples':
      return new SampleRoute(output.name, output.open(deadline, patienceMs), context.state);
    default:
      return new EventRoute(output, output.open(deadline, patienceMs), context);
  }
}
