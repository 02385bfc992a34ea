import type { LeftOut, SKIP_REASONS, SkipReason } from '../../lambda/model/targets/left-out.ts';
import { causesOf } from '../../lambda/report/left-out-text.ts';

/** The reasons that need no action. */
type Harmless = {
  [Reason in SkipReason]: (typeof SKIP_REASONS)[Reason] extends { readonly remedy: string }
    ? never
    : Reason;
}[SkipReason];

const MEANINGS: Readonly<Record<Harmless, string>> = {
  not_running: 'the task is starting or stopping',
  gone: 'the task ended while it was looked at',
};

/** How many were left out for one reason and what to do, then each of the first causes. */
export function leftOutLines(leftOut: LeftOut): string[] {
  const { reason, count, remedy } = leftOut;
  // Tasks that come and go are no target's fault.
  if (remedy === undefined)
    return [`left out: ${count} ${reason}: ${MEANINGS[reason as Harmless]}`];
  const first = `left out: ${count} ${reason}; remedy: ${remedy}`;
  return [first, ...causesOf(leftOut).map((cause) => `  ${cause}`)];
}
