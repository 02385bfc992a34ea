import type { DropReason } from '../../model/samples/drops.ts';
import type { Parts } from './metrics.ts';

/** A histogram of OpenTelemetry, whose buckets are not cumulative. */
export interface Histogram {
  readonly count: number;
  /** Absent: unknown. */
  readonly sum: number | undefined;
  /** Upper bounds, ascending and finite. */
  readonly bounds: readonly number[];
  /** One more than the bounds, or empty without known buckets. They add up to `count`. */
  readonly counts: readonly number[];
}

/**
 * Makes a histogram of cumulative buckets.
 *
 * @returns the reason why there is none: a count or a bucket is not finite, is below a narrower one or below zero, or
 *   relabeling left only the sum
 */
export function histogramOf(parts: Parts): Histogram | DropReason {
  const { places, values } = inOrder(parts);
  const finite = places.at(-1) === Infinity ? places.length - 1 : places.length;
  const total = values[finite] ?? parts.count ?? values[finite - 1];
  if (total === undefined) return 'inconsistent_histogram';
  if (!Number.isFinite(total)) return 'not_finite';
  const bounds: number[] = [];
  const counts: number[] = [];
  let below = 0;
  for (let i = 0; i < finite; i++) {
    const bound = places[i] as number;
    const value = values[i] as number;
    if (!Number.isFinite(value) || !Number.isFinite(bound)) return 'not_finite';
    const upTo = Math.round(value);
    if (upTo < below) return 'inconsistent_histogram';
    bounds.push(bound);
    counts.push(upTo - below);
    below = upTo;
  }
  const count = Math.round(total);
  if (count < below) return 'inconsistent_histogram';
  if (places.length > 0) counts.push(count - below);
  const { sum } = parts;
  return {
    count,
    sum: sum !== undefined && Number.isFinite(sum) ? sum : undefined,
    bounds,
    counts,
  };
}

/** The places of the parts, ascending, with their values. */
export function inOrder({ places, values, isAscending }: Parts): Pick<Parts, 'places' | 'values'> {
  if (isAscending) return { places, values };
  const order = Array.from(places.keys()).sort(
    (a, b) => (places[a] as number) - (places[b] as number),
  );
  return {
    places: order.map((index) => places[index] as number),
    values: order.map((index) => values[index] as number),
  };
}
