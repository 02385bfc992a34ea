/**
 * One part of an expression: an escape (`\Q…\E`, `\p{Greek}`, `\x{10FFFF}`, else two characters), a class in brackets,
 * the beginning of a group, a repetition with counts, or a single character.
 */
const PART =
  /\\Q(?<quoted>.*?)(?:\\E|$)|\\[pPx]\{[^}\\]*\}|\\.|\[\^?\]?(?:\\.|\[:\^?\w+:\]|[^\]\\])*(?:\]|$)|\((?:\?(?:P?<\w*>|[imsU-]*[:)]))?|\{(?<least>\d+)(?<open>,(?<most>\d*))?\}|./gsu;

/** A sequence of parts under way: of a group, or of the whole expression. */
interface Sequence {
  /** Instructions of all but the last part. */
  before: number;
  /** Instructions of the last part, which a following repetition repeats. */
  last: number;
}

/**
 * Estimates the instructions of an RE2 program. A repetition with counts repeats its part, so few characters can make
 * many instructions. Reads only the text, which may be invalid.
 */
export function programSizeOf(source: string): number {
  const outer: Sequence[] = [];
  let current: Sequence = { before: 0, last: 0 };
  const add = (size: number): void => {
    current.before += current.last;
    current.last = size;
  };
  const close = (): void => {
    const { before, last } = current;
    // Two instructions mark the beginning and end of a group; even an empty group has a third.
    current = outer.pop() ?? { before: 0, last: 0 };
    add(Math.max(before + last, 1) + 2);
  };
  for (const { 0: part, groups = {} } of source.matchAll(PART)) {
    const { quoted, least, open, most } = groups;
    if (quoted !== undefined) add(quoted.length);
    else if (least !== undefined) current.last = repeated(current.last, Number(least), open, most);
    else if (part.startsWith('(')) {
      // Flags alone, such as `(?i)`, are not a group.
      if (part.length > 1 && part.endsWith(')')) continue;
      outer.push(current);
      current = { before: 0, last: 0 };
    } else if (part === ')') close();
    else if (part === '*' || part === '+' || part === '?') current.last += 2;
    else add(part === '|' ? 2 : 1);
  }
  while (outer.length > 0) close();
  return current.before + current.last;
}

function repeated(size: number, least: number, open: string | undefined, most = ''): number {
  if (open === undefined) return size * Math.max(least, 1);
  // Without an upper bound the last repetition loops; each optional one costs one more instruction.
  if (most === '') return size * Math.max(least, 1) + 2;
  return size * Math.max(Number(most), 1) + Math.max(Number(most) - least, 0);
}
