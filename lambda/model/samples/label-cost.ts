/** Labels that are copied, sorted or encoded in the time of an item of a turn. */
const LABELS_OF_AN_ITEM = 8;

/** What it costs to work on so many labels of one series, in items of a turn. */
export function costOfLabels(count: number): number {
  return 1 + Math.floor(count / LABELS_OF_AN_ITEM);
}
