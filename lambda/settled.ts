import type { DeliveryOutcome, RejectReason } from './model/event.ts';

/** What no further attempt would change, for it lies in the event. */
const FINAL: ReadonlySet<RejectReason> = new Set(['too_old', 'too_new', 'expired', 'too_large']);

/**
 * Whether the state may advance. An event that can still be accepted keeps it back, so that the next difference covers
 * what is missing; one that never will would keep it back for ever, and with it what was accepted beside it.
 */
export function isSettled({ rejected }: DeliveryOutcome): boolean {
  return [...rejected.keys()].every((reason) => FINAL.has(reason));
}
