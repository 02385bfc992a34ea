import type { Position } from '../../../sidecar/history/position.ts';

/** A client that has all points that were recorded up to a time, in milliseconds since the epoch. */
export function since(recorded: number): Position {
  return { recorded, before: Number.POSITIVE_INFINITY };
}
