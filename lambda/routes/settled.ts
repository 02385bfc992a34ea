import type { DeliveryOutcome, RejectReason } from '../model/delivery/event.ts';

/** What no further attempt would change, for it lies in the event. */
export const FINAL: ReadonlySet<RejectReason> = new Set([
  'too_old',
  'too_new',
  'expired',
  'too_large',
]);

/** The same of samples: a receiver that refuses a request refuses what is in it. */
export const FINAL_OF_SAMPLES: ReadonlySet<RejectReason> = new Set([...FINAL, 'refused']);

/**
 * Whether the state may advance. What can still be accepted keeps it back, so that the next cycle covers what is missing; one
 * that never will would keep it back for ever, and with it what was accepted beside it.
 */
export function isSettled({ rejected }: DeliveryOutcome, final = FINAL): boolean {
  return [...rejected.keys()].every((reason) => final.has(reason));
}

/** Reasons that lie in the time of an event. */
const OF_TIME: ReadonlySet<RejectReason> = new Set(['too_old', 'too_new', 'expired']);

/**
 * Whether nothing was taken, for the time that it has. Where that is the time of the scrape, the clock is wrong, and what the
 * next cycle sends when it is right again will be taken.
 */
export function isRefusedForItsTime({ accepted, rejected }: DeliveryOutcome): boolean {
  return accepted === 0 && [...rejected.keys()].some((reason) => OF_TIME.has(reason));
}
