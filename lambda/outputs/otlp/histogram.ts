import type { DropReason } from '../../model/drops.ts';
import type { Parts } from './metrics.ts';

/** A histogram as OpenTelemetry has it: each bucket counts what the ones before do not. */
export interface Histogram {
  readonly count: number;
  /** Absent: unknown. */
  readonly sum?: number | undefined;
  /** Upper bounds, ascending and finite. */
  readonly bounds: readonly number[];
  /** One more than there are bounds, or none where no bucket is known. They add up to `count`. */
  readonly counts: readonly number[];
}

/**
 * The histogram that cumulative buckets make up. Where they do not grow, as they may not while a target changes them, they
 * are taken for as high as the one before.
 *
 * @returns why there is none: a count or a bucket is not finite, or relabeling left nothing but the sum
 */
export function histogramOf({ values, sum, count }: Parts): Histogram | DropReason {
  const buckets = [...values].filter(([bound]) => bound !== Infinity).sort(([a], [b]) => a - b);
  const total = values.get(Infinity) ?? count ?? buckets.at(-1)?.[1];
  if (total === undefined) return 'inconsistent_histogram';
  if (!Number.isFinite(total.value)) return 'not_finite';
  const bounds: number[] = [];
  const counts: number[] = [];
  let below = 0;
  for (const [bound, { value }] of buckets) {
    if (!Number.isFinite(value) || !Number.isFinite(bound)) return 'not_finite';
    const upTo = Math.max(Math.round(value), below);
    bounds.push(bound);
    counts.push(upTo - below);
    below = upTo;
  }
  const all = Math.max(Math.round(total.value), below);
  if (values.size > 0) counts.push(all - below);
  const known = sum !== undefined && Number.isFinite(sum.value);
  return { count: all, sum: known ? sum.value : undefined, bounds, counts };
}
