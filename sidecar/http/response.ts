import { type Headers, HeadReader, parseHead } from './head.ts';

/** Bytes of a status line and its headers. */
const MAX_HEAD_BYTES = 16_384;

/** Hexadecimal digits of the size of a chunk: no answer has 16^7 bytes. */
const MAX_SIZE_DIGITS = 7;

/** Bytes of a chunk's line, or of one trailer. */
const MAX_LINE_BYTES = 1_024;

const STATUS_LINE = /^HTTP\/1\.([01]) ([1-9]\d\d)(?: .*)?$/;

const NOTHING = Buffer.alloc(0);

/** Receives the parts of an answer in their order. */
export interface ResponseSink {
  head(status: number, headers: Headers): void;
  data(chunk: Buffer): void;
  /** @param reusable whether the connection stays open for another request, without bytes that belong to none */
  end(reusable: boolean): void;
}

/** An answer that is not HTTP. */
export class ResponseError extends Error {
  override name = 'ResponseError';
}

/** The kind of end of the body: https://www.rfc-editor.org/rfc/rfc9112#section-6.3 */
type Framing =
  | { kind: 'length'; left: number }
  | { kind: 'chunks'; reader: ChunkReader }
  | { kind: 'end' };

/** Reads one HTTP/1.1 response from the bytes of a connection. */
export class ResponseReader {
  readonly #sink: ResponseSink;
  readonly #isHead: boolean;
  #head = new HeadReader(MAX_HEAD_BYTES);
  #framing: Framing | undefined;
  #persistent = false;
  #done = false;

  /** @param isHead whether the request was HEAD, whose answer never has a body */
  constructor(sink: ResponseSink, isHead: boolean) {
    this.#sink = sink;
    this.#isHead = isHead;
  }

  /** @throws ResponseError */
  add(chunk: Buffer): void {
    if (this.#done) return;
    if (this.#framing !== undefined) {
      this.#addBody(this.#framing, chunk);
      return;
    }
    const head = this.#head.add(chunk);
    if (head === 'too large')
      throw new ResponseError(`headers of more than ${MAX_HEAD_BYTES} bytes`);
    if (head !== undefined) this.#begin(head.text, head.rest);
  }

  /** Ends with the connection. @throws Error if the response is incomplete */
  close(): void {
    if (this.#done) return;
    if (this.#framing?.kind !== 'end') throw new Error('the connection ended before the answer');
    this.#finish(false);
  }

  #begin(text: string, rest: Buffer): void {
    const head = parseHead(text);
    const match = head && STATUS_LINE.exec(head.startLine);
    if (!head || !match) throw new ResponseError('no HTTP/1.1 response');
    const [, minor, code] = match;
    const status = Number(code);
    // "100 Continue" and the like come before the answer.
    if (status < 200) {
      this.#head = new HeadReader(MAX_HEAD_BYTES);
      this.add(rest);
      return;
    }
    // https://www.rfc-editor.org/rfc/rfc9112#section-9.3, except for HTTP/1.0, which need not be kept open.
    const options = head.headers
      .get('connection')
      ?.toLowerCase()
      .split(/[ \t]*,[ \t]*/);
    this.#persistent = minor === '1' && !options?.includes('close');
    const framing = this.#framingOf(status, head.headers);
    this.#framing = framing;
    this.#sink.head(status, head.headers);
    this.#addBody(framing, rest);
  }

  #framingOf(status: number, headers: Headers): Framing {
    if (this.#isHead || status === 204 || status === 304) return { kind: 'length', left: 0 };
    const coding = headers.get('transfer-encoding');
    if (coding !== undefined) {
      if (coding.toLowerCase() !== 'chunked') throw new ResponseError(`transfer coding ${coding}`);
      return { kind: 'chunks', reader: new ChunkReader() };
    }
    const length = headers.get('content-length');
    if (length === undefined) return { kind: 'end' };
    if (!/^\d{1,15}$/.test(length)) throw new ResponseError(`content-length ${length}`);
    return { kind: 'length', left: Number(length) };
  }

  #addBody(framing: Framing, chunk: Buffer): void {
    switch (framing.kind) {
      case 'end':
        this.#give(chunk);
        return;
      case 'length': {
        const part = chunk.subarray(0, framing.left);
        framing.left -= part.length;
        this.#give(part);
        if (framing.left === 0) this.#finish(part.length === chunk.length);
        return;
      }
      case 'chunks': {
        const rest = framing.reader.add(chunk, (part) => this.#give(part));
        if (rest !== undefined) this.#finish(rest.length === 0);
      }
    }
  }

  #give(chunk: Buffer): void {
    if (chunk.length > 0) this.#sink.data(chunk);
  }

  #finish(isWhole: boolean): void {
    this.#done = true;
    this.#sink.end(this.#persistent && isWhole);
  }
}

/**
 * ```
 * chunk   = size-in-hex [";" extension] CRLF data CRLF
 * body    = *chunk 1*"0" CRLF *(trailer CRLF) CRLF
 * ```
 */
class ChunkReader {
  #line: Buffer = NOTHING;
  /** Remaining bytes of the chunk. */
  #left = 0;
  #place: 'size' | 'data' | 'after data' | 'trailer' = 'size';

  /** @returns the bytes behind the body, once it is complete */
  add(bytes: Buffer, give: (part: Buffer) => void): Buffer | undefined {
    let rest = bytes;
    while (rest.length > 0) {
      if (this.#place === 'data') {
        const part = rest.subarray(0, this.#left);
        give(part);
        this.#left -= part.length;
        rest = rest.subarray(part.length);
        if (this.#left === 0) this.#place = 'after data';
        continue;
      }
      const end = rest.indexOf(0x0a);
      this.#line = Buffer.concat([this.#line, end < 0 ? rest : rest.subarray(0, end)]);
      if (this.#line.length > MAX_LINE_BYTES)
        throw new ResponseError('a line of a chunk without end');
      if (end < 0) return undefined;
      rest = rest.subarray(end + 1);
      const line = this.#line.toString('latin1').replace(/\r$/, '');
      this.#line = NOTHING;
      if (this.#lineEnds(line)) return rest;
    }
    return undefined;
  }

  /** @returns whether it was the last line */
  #lineEnds(line: string): boolean {
    switch (this.#place) {
      case 'after data':
        if (line !== '') throw new ResponseError('a chunk longer than its size');
        this.#place = 'size';
        return false;
      case 'trailer':
        return line === '';
      default: {
        const [size = ''] = line.split(';', 1);
        if (!/^[0-9a-f]+$/i.test(size.trim()) || size.length > MAX_SIZE_DIGITS) {
          throw new ResponseError(`chunk size ${JSON.stringify(size.slice(0, 20))}`);
        }
        this.#left = Number.parseInt(size, 16);
        this.#place = this.#left === 0 ? 'trailer' : 'data';
        return false;
      }
    }
  }
}
