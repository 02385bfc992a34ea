/** Counts by reason, added up. */
export function sumOf<Reason extends string>(
  counts: readonly Readonly<Partial<Record<Reason, number>>>[],
): Partial<Record<Reason, number>> {
  const sum: Partial<Record<Reason, number>> = {};
  for (const each of counts) {
    for (const reason of Object.keys(each) as Reason[]) {
      sum[reason] = (sum[reason] ?? 0) + (each[reason] ?? 0);
    }
  }
  return sum;
}
