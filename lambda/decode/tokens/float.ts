/** Powers of ten that a double holds exactly. */
const EXACT_POWERS_OF_TEN = Array.from({ length: 23 }, (_, exponent) => Number(`1e${exponent}`));

/** Below this every integer is a double; the number itself may be a rounded one above it. */
const FIRST_AMBIGUOUS_MANTISSA = 2 ** 53;

/** More digits than any text has, which may balance an exponent; below the limit of exact integers. */
const EXPONENT_BOUND = 1e15;

const PLUS = 0x2b;
const MINUS = 0x2d;
const POINT = 0x2e;
const ZERO = 0x30;
const LETTER_E = 0x65;
const TO_LOWER_CASE = 0x20;

/**
 * Reads `bytes[start, end)` as the floating-point literal of the Prometheus text format: the literals of Go's
 * `strconv.ParseFloat`, without hexadecimal and underscores. `undefined` for other bytes, and if it is too large for a double.
 *
 *     float    = [ sign ] ( digits [ "." [ digits ] ] | "." digits ) [ ( "e" | "E" ) [ sign ] digits ]
 *              | [ sign ] ( "inf" | "infinity" ) | "nan"      (in any case)
 *
 * The result is the double nearest to the literal. A mantissa below 2^53 times or divided by a power of ten that is a
 * double is rounded once, so it is right; `Number` reads the rest.
 */
export function readFloat(bytes: Uint8Array, start: number, end: number): number | undefined {
  let at = start;
  const sign = bytes[at];
  const negative = sign === MINUS;
  if (negative || sign === PLUS) at++;

  const digitsStart = at;
  let mantissa = 0;
  let digit = digitAt(bytes, at, end);
  while (digit >= 0) {
    mantissa = mantissa * 10 + digit;
    digit = digitAt(bytes, ++at, end);
  }
  let digits = at - digitsStart;
  let exponent = 0;
  if (at < end && bytes[at] === POINT) {
    const fraction = ++at;
    digit = digitAt(bytes, at, end);
    while (digit >= 0) {
      mantissa = mantissa * 10 + digit;
      digit = digitAt(bytes, ++at, end);
    }
    exponent = fraction - at;
    digits -= exponent;
  }
  if (digits === 0) return readWord(bytes, start, end);
  if (at < end) {
    const written = readExponent(bytes, at, end);
    if (written === undefined) return undefined;
    exponent += written;
  }

  const power = EXACT_POWERS_OF_TEN[exponent < 0 ? -exponent : exponent];
  if (power === undefined || mantissa >= FIRST_AMBIGUOUS_MANTISSA) {
    const value = Number(textOf(bytes, start, end));
    return Number.isFinite(value) ? value : undefined;
  }
  const value = exponent < 0 ? mantissa / power : mantissa * power;
  return negative ? -value : value;
}

/** The decimal digit at `at`, or a negative number if there is none before `end`. */
function digitAt(bytes: Uint8Array, at: number, end: number): number {
  if (at >= end) return -1;
  const digit = (bytes[at] ?? 0) - ZERO;
  return digit <= 9 ? digit : -1;
}

/** `e`, an optional sign and digits, up to `end`. */
function readExponent(bytes: Uint8Array, start: number, end: number): number | undefined {
  if (((bytes[start] ?? 0) | TO_LOWER_CASE) !== LETTER_E) return undefined;
  let at = start + 1;
  const sign = bytes[at];
  if (sign === MINUS || sign === PLUS) at++;
  if (at === end) return undefined;
  let value = 0;
  for (; at < end; at++) {
    const digit = digitAt(bytes, at, end);
    if (digit < 0) return undefined;
    value = Math.min(value * 10 + digit, EXPONENT_BOUND);
  }
  return sign === MINUS ? -value : value;
}

const LONGEST_WORD = '-infinity'.length;

/** The literals without digits. */
function readWord(bytes: Uint8Array, start: number, end: number): number | undefined {
  if (end - start > LONGEST_WORD) return undefined;
  switch (textOf(bytes, start, end).toLowerCase()) {
    case 'nan':
      return Number.NaN;
    case 'inf':
    case '+inf':
    case 'infinity':
    case '+infinity':
      return Number.POSITIVE_INFINITY;
    case '-inf':
    case '-infinity':
      return Number.NEGATIVE_INFINITY;
    default:
      return undefined;
  }
}

function textOf(bytes: Uint8Array, start: number, end: number): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start).toString('latin1');
}
