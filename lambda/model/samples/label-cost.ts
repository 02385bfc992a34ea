/** Labels that count as one item of a turn. */
const LABELS_OF_AN_ITEM = 8;

/** The cost of work on the labels of one series, in items of a turn. */
export function costOfLabels(count: number): number {
  return 1 + Math.floor(count / LABELS_OF_AN_ITEM);
}
