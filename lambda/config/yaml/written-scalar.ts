/**
 * An unquoted scalar, which YAML 1.2 and Go's YAML may read differently: the label `version: 1.10` is the text "1.10",
 * and the limit `10_000` is a number.
 */
export class WrittenScalar {
  /** The written text. */
  readonly text: string;
  /** The value in YAML 1.2. */
  readonly value: unknown;

  constructor(text: string, value: unknown) {
    this.text = text;
    this.value = value;
  }
}

/** yamlStyleFloat of https://github.com/yaml/go-yaml/blob/v2.4.0/resolve.go */
const FLOAT = /^[-+]?(?:\.\d+|\d+(?:\.\d*)?)(?:[eE][-+]?\d+)?$/;

/** Numbers that strconv.ParseInt takes with the base 0: octal numbers begin with 0. */
const INTEGER = /^[-+]?(?:0[xX][\da-fA-F]+|0[bB][01]+|0[oO]?[0-7]*|[1-9]\d*)$/;

const LARGEST_UINT64 = 2 ** 64;

/** The words of YAML 1.1, which Go's YAML reads as booleans. */
export const FLAGS: ReadonlyMap<string, boolean> = new Map([
  ...inAllCases(['y', 'yes', 'true', 'on'], true),
  ...inAllCases(['n', 'no', 'false', 'off'], false),
]);

/** The number that Go's YAML reads; undefined for other texts and infinities. */
export function goNumber(text: string): number | undefined {
  // A number begins with a digit, a sign or a point.
  if (text.startsWith('_')) return undefined;
  const digits = text.replaceAll('_', '');
  if (INTEGER.test(digits)) return integer(digits);
  return FLOAT.test(digits) ? Number(digits) : undefined;
}

/** As `goNumber`, but cuts a fraction off, as Go's YAML does, and limits the result to the largest count. */
export function goInteger(text: string): number | undefined {
  const number = goNumber(text);
  if (number === undefined || number < 0 || number > LARGEST_UINT64) return number;
  return Math.min(Math.trunc(number), Number.MAX_SAFE_INTEGER);
}

/** Undefined if Go's YAML reads no boolean. */
export function goBoolean(text: string): boolean | undefined {
  return FLAGS.get(text);
}

function integer(digits: string): number {
  const unsigned = digits.replace(/^[-+]/, '');
  const octal = /^0[oO]?([0-7]+)$/.exec(unsigned)?.[1];
  const value = octal === undefined ? Number(unsigned) : Number.parseInt(octal, 8);
  return digits.startsWith('-') && value !== 0 ? -value : value;
}

function inAllCases(words: readonly string[], value: boolean): [string, boolean][] {
  return words.flatMap((word): [string, boolean][] => {
    const [first = '', ...rest] = word;
    const title = first.toUpperCase() + rest.join('');
    return [word, title, word.toUpperCase()].map((each) => [each, value]);
  });
}
