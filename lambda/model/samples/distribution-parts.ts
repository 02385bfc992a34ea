import type { Bin, Distribution } from './point.ts';

/**
 * Distributions of at most `size` bins that are one together. The sum of their sums is the given one: what the bins do not account
 * for is dealt out by their counts.
 */
export function partsOf({ bins, sum }: Distribution, size: number): readonly Distribution[] {
  const parts: Distribution[] = [];
  let left = sum;
  let count = countOf(bins);
  let estimate = estimateOf(bins);
  for (let from = 0; from < bins.length; from += size) {
    const part = bins.slice(from, from + size);
    const partCount = countOf(part);
    const partEstimate = estimateOf(part);
    const isLast = from + size >= bins.length;
    const share = isLast ? left : partEstimate + ((left - estimate) * partCount) / count;
    left -= share;
    count -= partCount;
    estimate -= partEstimate;
    parts.push({ bins: part, sum: share });
  }
  return parts;
}

/** How many observations bins stand for. */
export function countOf(bins: readonly Bin[]): number {
  return bins.reduce((total, { count }) => total + count, 0);
}

/** What they would add up to. */
function estimateOf(bins: readonly Bin[]): number {
  return bins.reduce((total, { value, count }) => total + value * count, 0);
}
