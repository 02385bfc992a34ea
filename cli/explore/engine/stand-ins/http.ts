/** Tab, visible characters and Latin-1, as `node:http` has it. */
const VALID = /^[\t\x20-\x7e\x80-\xff]*$/;

/** As in `node:http`, for a browser. @throws TypeError */
export function validateHeaderValue(name: string, value: string): void {
  if (!VALID.test(value)) throw new TypeError(`Invalid character in header content ["${name}"]`);
}
