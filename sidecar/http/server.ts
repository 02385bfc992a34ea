import { createServer, type Server, type Socket } from 'node:net';
import { Connections } from './connections.ts';
import { type Headers, HeadReader, parseHead } from './head.ts';

/** Bytes of a request line and its headers together. */
const MAX_HEAD_BYTES = 8_192;

/** Bytes after a request that are read and dropped, so that a client that sends them sees the answer. */
const MAX_FORGOTTEN_BYTES = 65_536;

const REQUEST_LINE = /^([A-Z]+) (\/[\x21-\x7e]*) HTTP\/1\.([01])$/;

/** Answers that have no body, and so no transfer coding: https://www.rfc-editor.org/rfc/rfc9112#section-6.1 */
const WITHOUT_BODY: ReadonlySet<number> = new Set([204, 304]);

/** Milliseconds for which a client may keep the connection open after an answer. */
const LINGER_MS = 5_000;

export interface Request {
  readonly method: 'GET' | 'HEAD';
  /** From the slash to the question mark, as it came. */
  readonly path: string;
  /** The part after the question mark. */
  readonly query: string;
  readonly headers: Headers;
}

export interface Reply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** A text, or pieces of a body of unknown length. */
  readonly body: string | Body;
  /** Called when the client seems to have read the whole body: it closed the connection after it. */
  readonly taken?: () => void;
}

/** The memory of a buffer may be reused when the next one is requested. */
export type Body = Iterable<string> | AsyncIterable<Buffer>;

export interface ServerOptions {
  /** Never rejects. */
  readonly answer: (request: Request) => Promise<Reply>;
  /** Milliseconds for the request to come. @default 5000 */
  readonly requestTimeoutMs?: number;
  /** Milliseconds for everything else, until the client has the answer. @default 30000 */
  readonly answerTimeoutMs?: number;
  /** Limits the open connections, and counts displaced ones. */
  readonly connections?: Connections;
}

/** A request with the facts that the connection needs. */
interface Parsed extends Request {
  /** HTTP/1.0 has no chunks: its bodies end with the connection. */
  readonly chunks: boolean;
}

const STATUS_TEXT: Readonly<Record<number, string>> = {
  200: 'OK',
  400: 'Bad Request',
  401: 'Unauthorized',
  404: 'Not Found',
  405: 'Method Not Allowed',
  431: 'Request Header Fields Too Large',
  500: 'Internal Server Error',
  502: 'Bad Gateway',
  504: 'Gateway Timeout',
};

/**
 * An HTTP/1.1 server, not listening yet, that answers GET and HEAD without bodies, one request a connection. It uses
 * `node:net`, because `node:http` takes more memory than the rest of the sidecar.
 * https://www.rfc-editor.org/rfc/rfc9112
 */
export function createHttpServer(options: ServerOptions): Server {
  // A client that has ended its side may still wait for its answer.
  const { connections = new Connections() } = options;
  // Every write is awaited, because the memory of a piece of a body is reused for the next one.
  return createServer({ allowHalfOpen: true, highWaterMark: 1 }, (socket) =>
    serve(socket, connections, options),
  );
}

function serve(
  socket: Socket,
  connections: Connections,
  { answer, requestTimeoutMs = 5_000, answerTimeoutMs = 30_000 }: ServerOptions,
): void {
  connections.admit(socket);
  const reader = new HeadReader(MAX_HEAD_BYTES);
  let asked = false;
  let forgottenBytes = 0;
  let timer = setTimeout(() => socket.destroy(), requestTimeoutMs);
  const allow = (milliseconds: number) => {
    clearTimeout(timer);
    timer = setTimeout(() => socket.destroy(), milliseconds);
  };
  const reply = (request: Parsed | undefined, replying: Promise<Reply>) => {
    asked = true;
    connections.note(socket, 'asked');
    allow(answerTimeoutMs);
    void replying
      .then((given) => send(socket, request, given))
      // A reset shows the client that the answer is incomplete.
      .catch(() => socket.resetAndDestroy());
  };
  socket
    .on('finish', () => {
      connections.note(socket, 'answered');
      allow(LINGER_MS);
    })
    .on('close', () => clearTimeout(timer))
    .on('error', () => socket.destroy())
    .on('end', () => asked || socket.end())
    .on('data', (chunk) => {
      if (asked) {
        forgottenBytes += chunk.length;
        if (forgottenBytes > MAX_FORGOTTEN_BYTES) socket.pause();
        return;
      }
      const head = isText(chunk) ? reader.add(chunk) : { text: '' };
      if (head === undefined) return;
      const parsed = head === 'too large' ? refusal(431, 'headers too large') : parse(head.text);
      if ('status' in parsed) reply(undefined, Promise.resolve(parsed));
      else reply(parsed, answer(parsed));
    });
}

/** Other protocols begin with other bytes, and may never send an empty line. */
function isText(chunk: Buffer): boolean {
  const [first = 0] = chunk;
  return first >= 0x20 || first === 0x0d || first === 0x0a || first === 0x09;
}

function parse(text: string): Parsed | Reply {
  const head = parseHead(text);
  const match = head && REQUEST_LINE.exec(head.startLine);
  if (!head || !match) return refusal(400, 'not an HTTP/1.1 request');
  const [, method, target = '', minor] = match;
  const { headers } = head;
  if (minor === '1' && !headers.get('host')) return refusal(400, 'no host');
  if (method !== 'GET' && method !== 'HEAD') {
    return { ...refusal(405, 'only GET and HEAD'), headers: { ...PLAIN, allow: 'GET, HEAD' } };
  }
  const length = headers.get('content-length') ?? '0';
  if (length !== '0' || headers.has('transfer-encoding')) return refusal(400, 'no body expected');
  const mark = target.indexOf('?');
  const [path, query] = mark < 0 ? [target, ''] : [target.slice(0, mark), target.slice(mark + 1)];
  return { method, path, query, headers, chunks: minor === '1' };
}

const PLAIN: Readonly<Record<string, string>> = { 'content-type': 'text/plain; charset=utf-8' };

/** An answer of one line. */
export function refusal(status: number, reason: string): Reply {
  return { status, headers: PLAIN, body: `${reason}\n` };
}

async function send(socket: Socket, request: Parsed | undefined, reply: Reply): Promise<void> {
  const { status, headers, body, taken } = reply;
  const isText = typeof body === 'string';
  const length = isText ? Buffer.byteLength(body) : undefined;
  const chunks =
    !isText &&
    (request?.chunks ?? true) &&
    !('content-length' in headers) &&
    !WITHOUT_BODY.has(status);
  const head = [
    `HTTP/1.1 ${status} ${STATUS_TEXT[status] ?? 'Unknown'}`,
    ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
    `date: ${new Date().toUTCString()}`,
    ...(length === undefined ? [] : [`content-length: ${length}`]),
    ...(chunks ? ['transfer-encoding: chunked'] : []),
    'cache-control: no-store',
    'x-content-type-options: nosniff',
    'connection: close',
    '\r\n',
  ].join('\r\n');
  if (request?.method === 'HEAD') {
    socket.end(head, 'latin1');
    return;
  }
  if (taken) {
    socket.on('close', (failed) => {
      if (!failed && socket.readableEnded && socket.writableFinished) taken();
    });
  }
  if (isText) {
    socket.write(head, 'latin1');
    socket.end(body);
    return;
  }
  socket.write(head, 'latin1');
  for await (const piece of body) {
    if (piece.length === 0) continue;
    // One packet, not three.
    socket.cork();
    if (chunks) socket.write(`${Buffer.byteLength(piece).toString(16)}\r\n`, 'latin1');
    socket.write(piece);
    if (chunks) socket.write('\r\n', 'latin1');
    socket.uncork();
    if (socket.writableNeedDrain) await drained(socket);
    if (socket.destroyed) return;
  }
  socket.end(chunks ? '0\r\n\r\n' : '');
}

function drained(socket: Socket): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const settle = () => {
    socket.off('drain', settle).off('close', settle);
    resolve();
  };
  socket.on('drain', settle).on('close', settle);
  return promise;
}
