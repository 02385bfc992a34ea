/** Tokens that comments and sample lines share. All lines end in a newline, which ends every token too. */

const TAB = 0x09;
const NEWLINE = 0x0a;
const SPACE = 0x20;
const QUOTE = 0x22;
const BACKSLASH = 0x5c;

const LETTER = 1;
export const DIGIT = 2;
const COLON = 4;

/** The class of each byte in names. */
const KINDS = Uint8Array.from({ length: 256 }, (_, byte) => {
  const character = String.fromCharCode(byte);
  if (/[A-Za-z_]/.test(character)) return LETTER;
  if (/[0-9]/.test(character)) return DIGIT;
  return character === ':' ? COLON : 0;
});

/** The bytes of which a name is made; a digit cannot be the first. */
export const LABEL_NAME = LETTER | DIGIT;
export const METRIC_NAME = LETTER | DIGIT | COLON;

/** Whether this byte continues a name. */
export function isIn(name: number, byte: number | undefined): boolean {
  return ((KINDS[byte ?? NEWLINE] ?? 0) & name) !== 0;
}

/**
 * Index after the name that begins at `at`; `at` itself without a name.
 *
 *     name = ( letter | "_" | ":" ) *( letter | digit | "_" | ":" )        (":" in metric names only)
 */
export function nameEnd(bytes: Uint8Array, at: number, name: number): number {
  if (!isIn(name & ~DIGIT, bytes[at])) return at;
  let i = at + 1;
  while (isIn(name, bytes[i])) i++;
  return i;
}

/**
 * Index after the quoted token that begins with the quote at `at`; -1 if the line ends before it.
 *
 *     quoted = DQUOTE *( any but DQUOTE, "\" and LF | "\" any but LF ) DQUOTE
 *
 * @param lineFeeds whether a literal line feed may stand in the token, so that only the end of `bytes` ends it
 */
export function quotedEnd(bytes: Uint8Array, at: number, lineFeeds = false): number {
  for (let i = at + 1; ; i++) {
    const byte = bytes[i];
    if (byte === QUOTE) return i + 1;
    if (byte === BACKSLASH) {
      if (bytes[++i] === NEWLINE) return -1;
    } else if (byte === NEWLINE && (!lineFeeds || i >= bytes.length - 1)) return -1;
  }
}

/**
 * Resolves the escapes `\\`, `\"` and `\n` of a quoted token. A backslash before any other character stays, as in
 * prometheus/client_python.
 */
export function unescapeQuoted(raw: string): string {
  if (!raw.includes('\\')) return raw;
  return raw.replace(/\\([\\"n])/g, (_, character: string) =>
    character === 'n' ? '\n' : character,
  );
}

export function isBlank(byte: number | undefined): boolean {
  return byte === SPACE || byte === TAB;
}

/** Index of the first byte at or after `at` that is neither a blank nor a tab. */
export function skipBlanks(bytes: Uint8Array, at: number): number {
  let i = at;
  while (isBlank(bytes[i])) i++;
  return i;
}

/** Index of the first blank, tab or newline at or after `at`. */
export function wordEnd(bytes: Uint8Array, at: number): number {
  let i = at;
  while (!isBlank(bytes[i]) && bytes[i] !== NEWLINE) i++;
  return i;
}
