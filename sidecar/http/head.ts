/** A line ends with CRLF, a head with an empty line. */
const END_OF_HEAD = '\r\n\r\n';

/** Header names are tokens: https://www.rfc-editor.org/rfc/rfc9110#section-5.6.2 */
const FIELD = /^([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \t]*(.*?)[ \t]*$/;

/** A value is visible ASCII, blanks, and bytes above: https://www.rfc-editor.org/rfc/rfc9110#section-5.5 */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are the characters to be kept out.
const NOT_IN_VALUE = /[\0-\x08\x0a-\x1f\x7f]/;

/** The start line and the headers of a message. */
export interface Head {
  readonly startLine: string;
  /** By name in lower case; repeated headers are joined with commas. */
  readonly headers: Headers;
}

export type Headers = ReadonlyMap<string, string>;

/** Collects the bytes of a head, and returns the bytes behind it as `rest`. */
export class HeadReader {
  readonly #maxBytes: number;
  #bytes: Buffer = Buffer.alloc(0);

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /** @returns the head and the bytes behind it, `undefined` while it is incomplete, `too large` if it does not end */
  add(chunk: Buffer): { readonly text: string; readonly rest: Buffer } | 'too large' | undefined {
    const bytes = this.#bytes.length === 0 ? chunk : Buffer.concat([this.#bytes, chunk]);
    const end = bytes.indexOf(END_OF_HEAD);
    if (end > this.#maxBytes || (end < 0 && bytes.length > this.#maxBytes)) return 'too large';
    if (end < 0) {
      // The chunk's memory belongs to the caller.
      this.#bytes = bytes === chunk ? Buffer.from(chunk) : bytes;
      return undefined;
    }
    return {
      text: bytes.toString('latin1', 0, end),
      rest: bytes.subarray(end + END_OF_HEAD.length),
    };
  }
}

/** Strict: no folded lines, no bare line feeds, no blank before a colon. `undefined` for an invalid head. */
export function parseHead(text: string): Head | undefined {
  const [startLine = '', ...lines] = text.split('\r\n');
  if (NOT_IN_VALUE.test(startLine)) return undefined;
  const headers = new Map<string, string>();
  for (const line of lines) {
    const field = FIELD.exec(line);
    if (field === null) return undefined;
    const [, name = '', value = ''] = field;
    if (NOT_IN_VALUE.test(value)) return undefined;
    const key = name.toLowerCase();
    const before = headers.get(key);
    headers.set(key, before === undefined ? value : `${before}, ${value}`);
  }
  return { startLine, headers };
}
