import type { LeftOut } from '../../lambda/model/targets/left-out.ts';
import { causesOf } from '../../lambda/report/left-out-text.ts';

/** How many were left out for one reason and what to do, then each of the first causes. */
export function leftOutLines(leftOut: LeftOut): string[] {
  const { reason, count, remedy } = leftOut;
  const first = `left out: ${count} ${reason}${remedy === undefined ? '' : `; remedy: ${remedy}`}`;
  // Tasks that come and go are no target's fault.
  if (remedy === undefined) return [first];
  return [first, ...causesOf(leftOut).map((cause) => `  ${cause}`)];
}
