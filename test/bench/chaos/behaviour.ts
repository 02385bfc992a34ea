import type { Socket } from 'node:net';

/** What a target does with a connection. The errors of the socket are taken care of. */
export interface Behaviour {
  readonly name: string;
  /** @default http */
  readonly scheme?: 'https';
  /** The connection stands. @default waits for the request */
  readonly connected?: (socket: Socket) => void;
  /** The request has come. @param visit a number of its own for each request to any target */
  readonly asked?: (socket: Socket, visit: number) => void;
}

/** A head of an answer, with the blank line. */
export function head(
  headers: Readonly<Record<string, string | number>> = {},
  status = '200 OK',
): string {
  const all = { 'content-type': 'text/plain; version=0.0.4', ...headers };
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
  return `HTTP/1.1 ${status}\r\n${lines.join('')}\r\n`;
}

/** A whole answer. */
export function answer(
  socket: Socket,
  body: string | Buffer,
  headers: Readonly<Record<string, string | number>> = {},
  status = '200 OK',
): void {
  socket.write(head({ 'content-length': Buffer.byteLength(body), ...headers }, status));
  socket.end(body);
}

/** A whole answer that is made while it is taken: most of it never is. */
export function answerInPieces(
  socket: Socket,
  length: number,
  pieceBytes: number,
  piece: (start: number, end: number) => Buffer,
): void {
  let at = 0;
  const write = () => {
    while (!socket.destroyed && at < length) {
      const start = at;
      at = Math.min(length, at + pieceBytes);
      if (!socket.write(piece(start, at))) return;
    }
    if (at === length) socket.end();
  };
  socket.write(head({ 'content-length': length }));
  socket.on('drain', write);
  write();
}

/** Writes the same for as long as the other side takes it. */
export function endlessly(socket: Socket, bytes: string | Buffer): void {
  const write = () => {
    while (!socket.destroyed && socket.write(bytes));
  };
  socket.on('drain', write);
  write();
}

/** Writes a text byte by byte, so many milliseconds apart. */
export function trickle(socket: Socket, text: string, everyMs: number): void {
  let at = 0;
  const timer = setInterval(() => {
    socket.write(text[at++ % text.length] ?? '');
  }, everyMs);
  socket.once('close', () => clearInterval(timer));
}
