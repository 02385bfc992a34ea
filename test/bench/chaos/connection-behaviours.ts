import { gzipSync } from 'node:zlib';
import { answer, type Behaviour, endlessly, head, trickle } from './behaviour.ts';

const MEBIBYTE = 2 ** 20;

/** A page that nobody would mind. */
const PAGE = '# TYPE shop_temperature gauge\nshop_temperature 21\n';

const CHUNKED = { 'transfer-encoding': 'chunked' };

/** A body of 8 MiB of gzip's best case is some kilobytes. */
const bomb = gzipSync(Buffer.alloc(256 * MEBIBYTE, 'a 1\n'));
const almostTooLarge = gzipSync(Buffer.alloc(8 * MEBIBYTE - 4, 'a 1\n'));
const oneByteChunks = Buffer.from('1\r\na\r\n'.repeat(400_000));
const interimAnswers = 'HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\n'.repeat(1_000);
const noise = Buffer.from(Array.from({ length: 64 * 1024 }, (_, n) => (n * 197 + 31) % 256));

/** Ways to misbehave on a connection, whatever the page. */
export const CONNECTION_BEHAVIOURS: readonly Behaviour[] = [
  { name: 'never answers', asked: () => {} },
  { name: 'stops after the head', asked: (socket) => socket.write(head()) },
  {
    name: 'stops within the body',
    asked: (socket) => socket.write(head({ 'content-length': 10_000 }) + PAGE),
  },
  { name: 'closes what it accepts', connected: (socket) => socket.end() },
  { name: 'resets what it accepts', connected: (socket) => socket.resetAndDestroy() },
  {
    name: 'resets within the body',
    asked: (socket) => {
      socket.write(head({ 'content-length': 10_000 }) + PAGE, () => socket.resetAndDestroy());
    },
  },
  {
    name: 'trickles its head',
    asked: (socket) => trickle(socket, head({ 'x-slow': 'z'.repeat(10_000) }), 100),
  },
  {
    name: 'trickles its body',
    asked: (socket) => {
      socket.write(head());
      trickle(socket, PAGE, 100);
    },
  },
  {
    name: 'chunks of one byte',
    asked: (socket) => {
      socket.write(head(CHUNKED));
      socket.end(oneByteChunks);
    },
  },
  {
    name: 'no chunk where one should be',
    asked: (socket) => {
      socket.write(head(CHUNKED));
      endlessly(socket, noise);
    },
  },
  {
    name: 'promises more than it sends',
    asked: (socket) => socket.end(head({ 'content-length': MEBIBYTE }) + PAGE),
  },
  {
    name: 'sends more than it promises',
    asked: (socket) => {
      socket.write(head({ 'content-length': PAGE.length }));
      endlessly(socket, PAGE);
    },
  },
  {
    name: 'never ends its body',
    asked: (socket) => {
      socket.write(head());
      endlessly(socket, 'a 1\n'.repeat(16_384));
    },
  },
  {
    name: 'keeps the connection open',
    asked: (socket) => socket.write(head({ 'content-length': PAGE.length }) + PAGE),
  },
  {
    name: 'never ends its head',
    asked: (socket) => {
      socket.write('HTTP/1.1 200 OK\r\n');
      endlessly(socket, 'x-flood: abcdefghijklmnopqrstuvwxyz\r\n'.repeat(1_000));
    },
  },
  { name: 'only interim answers', asked: (socket) => endlessly(socket, interimAnswers) },
  { name: 'no HTTP', connected: (socket) => endlessly(socket, noise) },
  { name: 'silent instead of TLS', scheme: 'https', connected: () => {} },
  { name: 'HTTP instead of TLS', scheme: 'https', asked: (socket) => answer(socket, PAGE) },
  {
    name: 'gzip bomb',
    asked: (socket) => answer(socket, bomb, { 'content-encoding': 'gzip' }),
  },
  {
    name: 'gzip of almost 8 MiB',
    asked: (socket) => answer(socket, almostTooLarge, { 'content-encoding': 'gzip' }),
  },
  {
    name: 'a false claim of gzip',
    asked: (socket) => answer(socket, noise, { 'content-encoding': 'gzip' }),
  },
  {
    name: 'redirects to itself',
    asked: (socket) => answer(socket, '', { location: '/metrics' }, '302 Found'),
  },
  {
    name: 'redirects to nobody',
    asked: (socket) => answer(socket, '', { location: 'http://127.99.0.1:9/' }, '307 Temporary'),
  },
  {
    name: 'status 500',
    asked: (socket) => answer(socket, 'x'.repeat(MEBIBYTE), {}, '500 Internal Server Error'),
  },
];
