/**
 * Characters (UTF-16 units) of the longest text that expressions of the configuration are matched with. A match takes
 * about a microsecond for each, and cannot be interrupted.
 */
export const MAX_MATCHED_CHARACTERS = 16_384;

/** Characters of a text that count as one item of a turn. */
const CHARACTERS_OF_AN_ITEM = 64;

/** The cost of matching a text with one expression, in items of a turn. */
export function costOfMatching({ length }: string): number {
  return 1 + Math.floor(length / CHARACTERS_OF_AN_ITEM);
}
