/** The range of UTF-16 code units that are half of a character. */
const SURROGATES = 0xd800;
const AFTER_SURROGATES = 0xe000;

/**
 * Compares names as Go does, by the bytes of their UTF-8, which means by code points: below 0, 0 or above 0. In UTF-16,
 * characters beyond the first plane sort before the last ones of that plane.
 */
export function compareNames(one: string, other: string): number {
  const length = Math.min(one.length, other.length);
  for (let i = 0; i < length; i++) {
    const a = one.charCodeAt(i);
    const b = other.charCodeAt(i);
    if (a !== b) return rank(a) - rank(b);
  }
  return one.length - other.length;
}

function rank(code: number): number {
  if (code < SURROGATES) return code;
  return code < AFTER_SURROGATES ? code + 0x1_0000 : code;
}
