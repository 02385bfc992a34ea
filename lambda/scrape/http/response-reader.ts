import { ByteCollector } from './bytes/collector.ts';
import { ChunkReader } from './chunk-reader.ts';
import { type Head, type Headers, headEnd, parseHead } from './head.ts';

/** Most bytes of a status line and its headers. Go's client takes 10 MiB, but no target needs more than this. */
export const MAX_HEAD_BYTES = 1024 * 1024;

/** Most answers such as `103 Early Hints` before the final one, as in Go's client. */
const MAX_INTERIM_ANSWERS = 5;

/** Receives the parts of an answer in their order. No call follows `end`. */
export interface ResponseSink {
  head(status: number, headers: Headers): void;
  /** `bytes[start, end)` belong to the body; the call must copy them before it returns. */
  data(bytes: Uint8Array, start: number, end: number): void;
  end(): void;
}

/** The answer is not valid HTTP/1.x. */
export class ResponseError extends Error {
  override readonly name = 'ResponseError';
}

/** The kind of end of the body: https://www.rfc-editor.org/rfc/rfc9112#section-6.3 */
type Framing =
  | { readonly kind: 'length'; left: number }
  | { readonly kind: 'chunks'; readonly reader: ChunkReader }
  | { readonly kind: 'end' };

/**
 * Reads one answer to a GET from the bytes of a connection. It accepts the same answers as Go's client, so that a
 * target that is up for Prometheus is up here.
 */
export class ResponseReader {
  readonly #sink: ResponseSink;
  readonly #head = new ByteCollector();
  #interim = 0;
  #framing: Framing | undefined;
  #done = false;

  constructor(sink: ResponseSink) {
    this.#sink = sink;
  }

  /** @throws ResponseError */
  add(bytes: Buffer): void {
    if (this.#done) return;
    if (this.#framing === undefined) this.#addHead(bytes);
    else this.#addBody(this.#framing, bytes);
  }

  /** Ends with the connection. @returns whether the answer was complete */
  close(): boolean {
    if (this.#framing?.kind === 'end') this.#finish();
    return this.#done;
  }

  #addHead(bytes: Buffer): void {
    const before = this.#head.length;
    if (before > 0) this.#head.append(bytes, 0, bytes.length);
    const head = before > 0 ? this.#head.bytes : bytes;
    // The empty line may have begun in an earlier part.
    const end = headEnd(head, Math.max(0, before - 2));
    if ((end === -1 ? head.length : end) > MAX_HEAD_BYTES) {
      throw new ResponseError(`expected at most ${MAX_HEAD_BYTES} bytes of headers, got more`);
    }
    if (end === -1) {
      // An answer that is not HTTP may never end, so the reader stops here.
      if (!mayBeginAnswer(head)) throw refused(`HTTP/1.1, got ${shownBytes(head)}`);
      if (before === 0) this.#head.append(bytes, 0, bytes.length);
      return;
    }
    this.#head.clear();
    this.#begin(parseHead(head.toString('latin1', 0, end)), head.subarray(end));
  }

  #begin(head: Head | string, rest: Buffer): void {
    if (typeof head === 'string') throw refused(head);
    const { status, headers } = head;
    if (status >= 100 && status < 200 && status !== 101) {
      if (++this.#interim > MAX_INTERIM_ANSWERS) {
        throw refused(`at most ${MAX_INTERIM_ANSWERS} answers before the one, got more`);
      }
      if (rest.length > 0) this.#addHead(rest);
      return;
    }
    const framing = framingOf(head);
    if (typeof framing === 'string') throw refused(framing);
    this.#framing = framing;
    this.#sink.head(status, headers);
    this.#addBody(framing, rest);
  }

  #addBody(framing: Framing, bytes: Buffer): void {
    switch (framing.kind) {
      case 'end':
        this.#sink.data(bytes, 0, bytes.length);
        return;
      case 'length': {
        // Bytes after the body belong to nothing.
        const end = Math.min(bytes.length, framing.left);
        framing.left -= end;
        this.#sink.data(bytes, 0, end);
        if (framing.left === 0) this.#finish();
        return;
      }
      case 'chunks': {
        const outcome = framing.reader.add(bytes, this.#give);
        if (outcome === 'end') this.#finish();
        else if (outcome !== 'more') throw refused(outcome.expected);
      }
    }
  }

  readonly #give: ResponseSink['data'] = (bytes, start, end) => this.#sink.data(bytes, start, end);

  #finish(): void {
    if (this.#done) return;
    this.#done = true;
    this.#sink.end();
  }
}

/** @returns the framing, or the text of the fault of the headers */
function framingOf({ status, minorVersion, lengths, codings }: Head): Framing | string {
  if (status === 204 || status === 304) return { kind: 'length', left: 0 };
  // HTTP/1.0 has no chunks, even if the headers announce them.
  if (codings.length > 0 && minorVersion > 0) {
    const [coding = '', ...others] = codings;
    if (others.length > 0 || coding.toLowerCase() !== 'chunked') {
      return `transfer-encoding chunked or none, got ${JSON.stringify(codings.join(', '))}`;
    }
    return { kind: 'chunks', reader: new ChunkReader() };
  }
  const [length = '', ...others] = lengths;
  if (others.some((other) => other !== length)) {
    return `one content-length, got ${JSON.stringify(lengths.join(', '))}`;
  }
  if (length === '') return { kind: 'end' };
  if (!/^\d{1,15}$/.test(length)) {
    return `a number as content-length, got ${JSON.stringify(length)}`;
  }
  return { kind: 'length', left: Number(length) };
}

function mayBeginAnswer(bytes: Buffer): boolean {
  const begin = bytes.toString('latin1', 0, 'HTTP/'.length);
  return 'HTTP/'.startsWith(begin);
}

function shownBytes(bytes: Buffer): string {
  return JSON.stringify(bytes.toString('latin1', 0, 40));
}

function refused(expected: string): ResponseError {
  return new ResponseError(`expected ${expected}`);
}
