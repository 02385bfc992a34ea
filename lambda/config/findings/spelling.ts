import * as z from 'zod';

/** Up to this many letters that are wrong, missing, added or swapped count as a typing error. */
const MAX_SLIPS = 3;

/** The most likely intended candidate for `word`; undefined if all are too far away. */
export function nearest(word: string, candidates: readonly string[]): string | undefined {
  let best: string | undefined;
  // At most a third of the letters, because short words are near to everything.
  let bestDistance = Math.min(MAX_SLIPS, Math.floor(word.length / 3)) + 1;
  for (const candidate of candidates) {
    const distance = editDistance(word.toLowerCase(), candidate.toLowerCase());
    if (distance < bestDistance) [best, bestDistance] = [candidate, distance];
  }
  return best;
}

/** Keys of other programs that have another name in Fargauge. */
const CALLED_OTHERWISE: ReadonlyMap<string, string> = new Map([
  ['ecs_sd_configs', 'aws_sd_configs'],
]);

/**
 * The most likely intended key for `word` in `shape`, unless the object has that key already.
 * @param present the object with the key `word`
 */
export function meantKey(
  word: string,
  shape: z.core.$ZodShape,
  present: object,
): string | undefined {
  const otherwise = CALLED_OTHERWISE.get(word);
  if (otherwise !== undefined && Object.hasOwn(shape, otherwise)) return otherwise;
  const candidates = usableKeys(shape).filter(
    (key) => !Object.hasOwn(present, key) && !hasNoEffect(shape[key]),
  );
  return nearest(word, candidates);
}

/** The keys of a `shape` that a user may set: not those that are known only to be refused. */
export function usableKeys(shape: z.core.$ZodShape): string[] {
  return Object.keys(shape).filter((key) => {
    const schema = shape[key];
    return !(schema instanceof z.ZodOptional && schema.unwrap() instanceof z.ZodNever);
  });
}

/** Whether it is the schema of a key that takes any value. */
function hasNoEffect(schema: z.core.$ZodType | undefined): boolean {
  return schema instanceof z.ZodOptional && schema.unwrap() instanceof z.ZodUnknown;
}

/** Optimal string alignment distance: insertions, deletions, replacements and swaps of neighbours. */
function editDistance(a: string, b: string): number {
  // A word with so many more letters is not a typing error, and a hostile key must not cost quadratic time.
  if (Math.abs(a.length - b.length) > MAX_SLIPS) return Number.POSITIVE_INFINITY;
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const replaced = cell(last, j - 1) + (a[i - 1] === b[j - 1] ? 0 : 1);
      let distance = Math.min(replaced, cell(last, j) + 1, cell(row, j - 1) + 1);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) {
        distance = Math.min(distance, cell(beforeLast, j - 2) + 1);
      }
      row.push(distance);
    }
    beforeLast = last;
    last = row;
  }
  return cell(last, b.length);
}

function cell(row: readonly number[], index: number): number {
  return row[index] ?? Number.POSITIVE_INFINITY;
}
