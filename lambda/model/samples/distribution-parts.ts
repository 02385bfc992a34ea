import type { Bin, Distribution } from './point.ts';

/**
 * Divides a distribution into parts of at most `size` bins. Their sums add up to that of the distribution: the
 * difference to the bins is divided by their counts.
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

/** Number of observations in bins. */
export function countOf(bins: readonly Bin[]): number {
  return bins.reduce((total, { count }) => total + count, 0);
}

/** The sum of the bins' values. */
function estimateOf(bins: readonly Bin[]): number {
  return bins.reduce((total, { value, count }) => total + value * count, 0);
}
