/**
 * Characters (UTF-16 units) of the longest text that expressions of the configuration are matched with. A match takes
 * about a microsecond for each, and cannot be interrupted.
 */
export const MAX_MATCHED_CHARACTERS = 16_384;

/** Most instructions of one match: each takes 10 to 50 nanoseconds, so all of them take 20 to 100 milliseconds. */
const MAX_INSTRUCTIONS_OF_A_MATCH = 2 ** 21;

/** Characters of a text that count as one item of a turn, if each takes at most so many instructions. */
const CHARACTERS_OF_AN_ITEM = 64;
const FEW_INSTRUCTIONS = 128;

/** The program of a compiled expression. */
export interface Program {
  /** Most instructions for each character of a text. @default few */
  readonly ofCharacter?: number | undefined;
}

/** Characters of the longest text that an expression is matched with. */
export function maxCharactersFor({ ofCharacter = FEW_INSTRUCTIONS }: Program): number {
  return Math.min(MAX_MATCHED_CHARACTERS, Math.floor(MAX_INSTRUCTIONS_OF_A_MATCH / ofCharacter));
}

/**
 * The cost of matching a text with one expression, in items of a turn.
 * @param program of the expression. @default a small one
 */
export function costOfMatching({ length }: string, { ofCharacter = 0 }: Program = {}): number {
  const weight = Math.max(1, ofCharacter / FEW_INSTRUCTIONS);
  return 1 + Math.floor((length * weight) / CHARACTERS_OF_AN_ITEM);
}
