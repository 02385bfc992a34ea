/** The word and the blanks before the token: https://www.rfc-editor.org/rfc/rfc6750#section-2.1 */
const SCHEME = /^bearer +/i;

/** A bearer token. It is never shown. */
export class Secret {
  readonly #token: Buffer;

  constructor(token: string) {
    this.#token = Buffer.from(token);
  }

  /**
   * Whether the header `Authorization` carries the token. The time that takes tells nothing of the token but its length: `node:crypto`
   * has the same, for 1 MB of memory.
   */
  isIn(authorization: string | undefined): boolean {
    const given = Buffer.from((authorization ?? '').replace(SCHEME, ''));
    let difference = given.length ^ this.#token.length;
    for (const [index, byte] of this.#token.entries()) difference |= byte ^ (given[index] ?? 0);
    return difference === 0 && SCHEME.test(authorization ?? '');
  }
}
