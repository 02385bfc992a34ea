/**
 * One part of an expression: an escape (`\Q…\E`, `\p{Greek}`, `\x{10FFFF}`, else two characters), a class in brackets,
 * the beginning of a group, a repetition with counts, or a single character.
 */
const PART =
  /\\Q(?<quoted>.*?)(?:\\E|$)|\\[pPx]\{[^}\\]*\}|\\.|\[\^?\]?(?:\\.|\[:\^?\w+:\]|[^\]\\])*(?:\]|$)|\((?:\?(?:P?<\w*>|[imsU-]*[:)]))?|\{(?<least>\d+)(?<open>,(?<most>\d*))?\}|./gsu;

/** A part of an expression, at any place. */
interface Part {
  /** Instructions. */
  readonly size: number;
  /** Characters of its shortest and longest match. */
  readonly shortest: number;
  readonly longest: number;
  /**
   * Instructions that a match executes, from each possible beginning: for each character at most so many, and for the
   * first ones together.
   */
  readonly ofEach: number;
  readonly ofFirst: number;
}

/** A sequence of parts under way: of a group, or of the whole expression. */
interface Sequence {
  /** The choices before the last `|`. */
  choices: Part | undefined;
  /** All but the last part. */
  before: Part;
  last: Part;
  /** Whether the sequence begins with `^`. */
  isAnchored: boolean;
}

/** The size of an expression's program. */
export interface ProgramSize {
  /** Estimated number of instructions: a repetition with counts repeats its part, so few characters can make many. */
  readonly instructions: number;
  /**
   * Most instructions that a character of a text executes. A list of a thousand names has thousands of instructions,
   * but behind `^` each is executed once, for any length of the text.
   */
  readonly ofCharacter: number;
}

const NOTHING: Part = { size: 0, shortest: 0, longest: 0, ofEach: 0, ofFirst: 0 };

/** Instructions that are executed once and do not count, because they take less than a millisecond. */
const NEGLIGIBLE = 25_000;

/** Parts that match between characters. */
const POSITION = /^(?:\^|\$|\\[bBAz])$/;

/** Reads only the text of an RE2 expression, which may be invalid. */
export function programSizeOf(source: string): ProgramSize {
  const outer: Sequence[] = [];
  // With the flag `m` it stands for the beginning of any line.
  const isCaretBegin = !/\(\?[isU]*m/.test(source);
  let ofSearch = 0;
  let current = newSequence();
  const add = (part: Part): void => {
    current.before = then(current.before, current.last);
    current.last = part;
  };
  const repeat = (part: Part): void => {
    // An optional `^` is no anchor.
    if (current.before === NOTHING) current.isAnchored = false;
    current.last = part;
  };
  const endChoice = (): void => {
    const choice = then(current.before, current.last);
    if (outer.length === 0) ofSearch += current.isAnchored ? takenOf(choice) : choice.size;
    current.choices = either(current.choices, choice);
  };
  const close = (): void => {
    endChoice();
    const { choices = NOTHING } = current;
    current = outer.pop() ?? newSequence();
    // Two instructions mark the beginning and end of a group; even an empty group has a third.
    add({ ...choices, size: Math.max(choices.size, 1) + 2 });
  };
  for (const { 0: text, groups = {} } of source.matchAll(PART)) {
    const { quoted, least, open, most } = groups;
    if (quoted !== undefined) add(characters(quoted.length));
    else if (least !== undefined) repeat(counted(current.last, Number(least), open, most));
    else if (text.startsWith('(')) {
      // Flags alone, such as `(?i)`, are not a group.
      if (text.length > 1 && text.endsWith(')')) continue;
      outer.push(current);
      current = newSequence();
    } else if (text === ')') close();
    else if (text === '*' || text === '+') repeat(endless(current.last, 2));
    else if (text === '?') repeat({ ...current.last, size: current.last.size + 2, shortest: 0 });
    else if (text === '|') {
      endChoice();
      current = { ...newSequence(), choices: current.choices };
    } else {
      const isFirst = current.before === NOTHING && current.last === NOTHING;
      if (isFirst && text === '^') current.isAnchored = isCaretBegin;
      add(POSITION.test(text) ? { ...characters(1), shortest: 0, longest: 0 } : characters(1));
    }
  }
  while (outer.length > 0) close();
  endChoice();
  const { choices = NOTHING } = current;
  return { instructions: choices.size, ofCharacter: Math.min(choices.size, ofSearch) };
}

function newSequence(): Sequence {
  return { choices: undefined, before: NOTHING, last: NOTHING, isAnchored: false };
}

function characters(count: number): Part {
  return { size: count, shortest: count, longest: count, ofEach: 0, ofFirst: count };
}

/** The second part begins wherever the first one may end. */
function then(first: Part, second: Part): Part {
  if (first === NOTHING) return second;
  const begins = endsOf(first);
  return {
    size: first.size + second.size,
    shortest: first.shortest + second.shortest,
    longest: first.longest + second.longest,
    ofEach: first.ofEach + takenBy(second, begins),
    ofFirst: first.ofFirst + (begins === Infinity ? 0 : begins * second.ofFirst),
  };
}

function either(one: Part | undefined, other: Part): Part {
  if (one === undefined) return other;
  return {
    // Two instructions branch.
    size: one.size + other.size + 2,
    shortest: Math.min(one.shortest, other.shortest),
    longest: Math.max(one.longest, other.longest),
    ofEach: one.ofEach + other.ofEach,
    ofFirst: one.ofFirst + other.ofFirst + 2,
  };
}

function counted(part: Part, least: number, open: string | undefined, most = ''): Part {
  const atLeast = Math.max(least, 1);
  const size = part.size * atLeast;
  // Without an upper bound the last repetition loops.
  if (open !== undefined && most === '')
    return endless({ ...part, size, shortest: part.shortest * least }, 2);
  const times = open === undefined ? atLeast : Math.max(Number(most), 1);
  // Each optional repetition costs one more instruction.
  const missing = open === undefined ? 0 : Math.max(Number(most) - least, 0);
  // The last repetition begins wherever those before it may end.
  const begins = endsOf(part) === 1 ? 1 : times * endsOf(part);
  const ofFirst = begins === Infinity ? 0 : begins * part.ofFirst;
  return {
    size: part.size * times + missing,
    shortest: part.shortest * least,
    longest: part.longest * times,
    ofEach: takenBy(part, begins) * times,
    ofFirst: ofFirst * times + missing,
  };
}

/** The part begins anew wherever it may end. */
function endless(part: Part, more: number): Part {
  const size = part.size + more;
  return { size, shortest: 0, longest: Infinity, ofEach: size, ofFirst: 0 };
}

/** Number of places at which a part may end that begins at one place. */
function endsOf({ shortest, longest }: Part): number {
  return longest - shortest + 1;
}

/** Instructions of a part that each character executes, if the part begins at so many places. */
function takenBy({ size, ofEach }: Part, begins: number): number {
  return begins === Infinity ? size : Math.min(size, ofEach * begins);
}

/** The same for a part that begins at one place, with those that only the first characters execute. */
function takenOf({ size, ofEach, ofFirst }: Part): number {
  return ofFirst > NEGLIGIBLE ? size : ofEach;
}
