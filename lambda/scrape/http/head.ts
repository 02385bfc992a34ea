const LINE_FEED = 0x0a;

/** `HTTP-version SP status-code [ SP reason ]`: https://www.rfc-editor.org/rfc/rfc9112#section-4 */
const STATUS_LINE = /^HTTP\/1\.([01]) +(\d{3})(?: .*)?$/s;

/** By name in lower case, the first value of each. */
export type Headers = ReadonlyMap<string, string>;

/** The part of an answer before its body. */
export interface Head {
  readonly status: number;
  /** Of HTTP/1.x. */
  readonly minorVersion: number;
  readonly headers: Headers;
  /** All values of the headers about the length of the body, which may be repeated. */
  readonly lengths: readonly string[];
  readonly codings: readonly string[];
}

/**
 * The index after the empty line that ends a head, or -1.
 *
 * @param from index at which the search begins
 */
export function headEnd(bytes: Buffer, from: number): number {
  for (let at = bytes.indexOf(LINE_FEED, from); at !== -1; at = bytes.indexOf(LINE_FEED, at + 1)) {
    if (bytes[at + 1] === LINE_FEED) return at + 2;
    if (bytes[at + 1] === 0x0d && bytes[at + 2] === LINE_FEED) return at + 3;
  }
  return -1;
}

/**
 * Reads a head as Go's HTTP client, and so Prometheus, does: a line ends with a line feed, with or without a carriage
 * return; a folded line continues the one before; names and values may have any characters. A name with a blank before
 * its colon is another name.
 *
 * @returns the head, or the text of its fault
 */
export function parseHead(text: string): Head | string {
  const [statusLine = '', ...lines] = unfolded(text);
  const match = STATUS_LINE.exec(statusLine);
  if (match === null) return `a status line of HTTP/1.1, got ${shown(statusLine)}`;
  const headers = new Map<string, string>();
  const lengths: string[] = [];
  const codings: string[] = [];
  for (const line of lines) {
    const colon = line.indexOf(':');
    if (colon === -1) return `a header with a colon, got ${shown(line)}`;
    const name = line.slice(0, colon).toLowerCase();
    const value = line.slice(colon + 1).trim();
    if (name === 'content-length') lengths.push(value);
    if (name === 'transfer-encoding') codings.push(value);
    if (!headers.has(name)) headers.set(name, value);
  }
  return { status: Number(match[2]), minorVersion: Number(match[1]), headers, lengths, codings };
}

/** The lines before the empty one, each with its continuation lines. */
function unfolded(text: string): string[] {
  const lines: string[] = [];
  for (const raw of text.split('\n')) {
    const line = raw.endsWith('\r') ? raw.slice(0, -1) : raw;
    if (line === '') break;
    if (lines.length > 1 && /^[ \t]/.test(line)) lines.push(`${lines.pop()} ${line.trim()}`);
    else lines.push(line);
  }
  return lines;
}

function shown(text: string): string {
  return JSON.stringify(text.length > 60 ? `${text.slice(0, 57)}...` : text);
}
