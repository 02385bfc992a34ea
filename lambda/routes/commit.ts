import type { DeliveryOutcome } from '../model/delivery/event.ts';
import { type SeenTarget, stateKey } from '../model/delivery/state.ts';
import type { Target } from '../model/targets/target.ts';
import type { Written } from './route.ts';

/** A target, under the name by which it is remembered for an output. */
export function seenFor(output: string, { id, startedAt }: Target): SeenTarget {
  return { id: stateKey(output, id), startedAt };
}

/**
 * Commits if the state may advance. A rejection that a retry may mend holds the state back, so that the next cycle
 * covers the missing part; a final one must not hold it back for ever.
 */
export function thenCommit(
  delivered: Promise<DeliveryOutcome>,
  isSettledNow: (outcome: DeliveryOutcome) => boolean,
  commit: () => void,
  others?: Promise<boolean>,
): Written {
  const settled = delivered.then(async (outcome) => {
    const isSettledHere = isSettledNow(outcome) && ((await others) ?? true);
    if (isSettledHere) commit();
    return isSettledHere;
  });
  // Callers that await the outcome then see the new state.
  const outcome = settled.then(() => delivered);
  return { outcome, isSettled: settled };
}

/** Of a target that failed: what else it has is to be asked for again. */
export function unsettled(outcome: Promise<DeliveryOutcome>): Written {
  return { outcome, isSettled: Promise.resolve(false) };
}
