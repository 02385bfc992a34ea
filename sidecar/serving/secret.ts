/** The word and the blanks before the token: https://www.rfc-editor.org/rfc/rfc6750#section-2.1 */
const SCHEME = /^bearer +/i;

/** A bearer token. It is never shown. */
export class Secret {
  readonly #token: Buffer;

  constructor(token: string) {
    this.#token = Buffer.from(token);
  }

  /**
   * Whether the header `Authorization` has the token. Its duration reveals only the token's length. `node:crypto` has
   * such a function, too, but takes 1 MB of memory.
   */
  isIn(authorization: string | undefined): boolean {
    const given = Buffer.from((authorization ?? '').replace(SCHEME, ''));
    let difference = given.length ^ this.#token.length;
    for (const [index, byte] of this.#token.entries()) difference |= byte ^ (given[index] ?? 0);
    return difference === 0 && SCHEME.test(authorization ?? '');
  }
}
