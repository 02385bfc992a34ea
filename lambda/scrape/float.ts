/** Powers of ten that a double holds exactly; a mantissa below 2^53 times or divided by one of them is rounded once. */
const EXACT_POWERS_OF_TEN = Array.from({ length: 23 }, (_, exponent) => Number(`1e${exponent}`));

/** Decimal digits that always stay below 2^53. */
const EXACT_DIGITS = 15;

const DECIMAL = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/;
const INFINITY = /^([+-]?)inf(?:inity)?$/i;
const NOT_A_NUMBER = /^nan$/i;

/**
 * Reads `text[start, end)` as the floating-point literal of the Prometheus text format: what Go's `strconv.ParseFloat`
 * takes, without hexadecimal and without underscores. `undefined` where it is none, or too large for a double.
 */
export function readFloat(text: string, start: number, end: number): number | undefined {
  let at = start;
  let negative = false;
  const sign = text.charCodeAt(at);
  if (sign === 0x2d || sign === 0x2b) {
    negative = sign === 0x2d;
    at++;
  }
  let mantissa = 0;
  let digits = 0;
  let point = -1;
  for (; at < end; at++) {
    const code = text.charCodeAt(at);
    if (code >= 0x30 && code <= 0x39) {
      mantissa = mantissa * 10 + (code - 0x30);
      digits++;
    } else if (code === 0x2e && point === -1) {
      point = at;
    } else {
      break;
    }
  }
  if (digits === 0 || digits > EXACT_DIGITS) return readAnyFloat(text.slice(start, end));
  let exponent = point === -1 ? 0 : point + 1 - at;
  if (at < end) {
    const written = readExponent(text, at, end);
    if (written === undefined) return readAnyFloat(text.slice(start, end));
    exponent += written;
  }
  const power = EXACT_POWERS_OF_TEN[Math.abs(exponent)];
  if (power === undefined) return readAnyFloat(text.slice(start, end));
  const value = exponent < 0 ? mantissa / power : mantissa * power;
  return negative ? -value : value;
}

/** `e`, an optional sign and one to three digits up to `end`. */
function readExponent(text: string, start: number, end: number): number | undefined {
  let at = start;
  if ((text.charCodeAt(at++) | 0x20) !== 0x65) return undefined;
  const sign = text.charCodeAt(at);
  if (sign === 0x2d || sign === 0x2b) at++;
  if (at >= end || end - at > 3) return undefined;
  let value = 0;
  for (; at < end; at++) {
    const code = text.charCodeAt(at);
    if (code < 0x30 || code > 0x39) return undefined;
    value = value * 10 + (code - 0x30);
  }
  return sign === 0x2d ? -value : value;
}

/** The rare forms: many digits, large exponents, infinities, NaN. */
function readAnyFloat(literal: string): number | undefined {
  if (DECIMAL.test(literal)) {
    const value = Number(literal);
    return Number.isFinite(value) ? value : undefined;
  }
  const infinity = INFINITY.exec(literal);
  if (infinity) return infinity[1] === '-' ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
  return NOT_A_NUMBER.test(literal) ? Number.NaN : undefined;
}
