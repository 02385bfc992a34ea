import type { DeliveryOutcome, RejectReason } from '../model/delivery/event.ts';

/**
 * Decides whether a delivery is settled, which means that a retry would not change its result. These reasons are final,
 * because they lie in the event.
 */
export const FINAL: ReadonlySet<RejectReason> = new Set([
  'too_old',
  'too_new',
  'expired',
  'too_large',
]);

/** The final reasons for samples: a receiver that refuses a request would refuse its content again. */
export const FINAL_OF_SAMPLES: ReadonlySet<RejectReason> = new Set([...FINAL, 'refused']);

/**
 * Whether the state may advance, for metrics. The API would refuse a refused datum again. If it accepted nothing beside it, the
 * next cycle can cover all of it.
 */
export function areSettled(outcome: DeliveryOutcome): boolean {
  return isSettled(outcome, outcome.accepted > 0 ? FINAL_OF_SAMPLES : FINAL);
}

/**
 * Whether the state may advance. A rejection that a retry may mend holds it back, so that the next cycle covers the
 * missing part; a final one must not hold it back for ever.
 */
export function isSettled({ rejected }: DeliveryOutcome, final = FINAL): boolean {
  return [...rejected.keys()].every((reason) => final.has(reason));
}

/** Reasons that depend on the time of an event. */
const OF_TIME: ReadonlySet<RejectReason> = new Set(['too_old', 'too_new', 'expired']);

/**
 * Whether the receiver refused everything because of its time. If that is the time of the scrape, the clock is wrong,
 * and a later cycle with the right time succeeds.
 */
export function isRefusedForItsTime({ accepted, rejected }: DeliveryOutcome): boolean {
  return accepted === 0 && [...rejected.keys()].some((reason) => OF_TIME.has(reason));
}
