/**
 * Characters (UTF-16 units) of the longest text that is given to an expression of the configuration, which takes about a microsecond
 * for each of them: a match cannot be interrupted.
 */
export const MAX_MATCHED_CHARACTERS = 16_384;

/** Characters of a text that an expression reads in the time of an item of a turn. */
const CHARACTERS_OF_AN_ITEM = 64;

/** What it costs to match a text with one expression, in items of a turn. */
export function costOfMatching({ length }: string): number {
  return 1 + Math.floor(length / CHARACTERS_OF_AN_ITEM);
}
