import fc from 'fast-check';
import { editBytes, editsOf } from './edits.ts';

/** What HTTP is made of, so that much of it is nearly right. */
const PIECES = [
  ...['\r\n', '\n', '\r', '\r\n\r\n', ' ', '\t', ':', ': ', ';x=y', '?', '%', '#', '\0', '\x7f'],
  ...['GET / HTTP/1.1', 'HTTP/1.1 200 OK', 'HTTP/1.1 100 Continue\r\n\r\n', 'HTTP/2.0', 'PRI * '],
  ...['content-length: 5\r\n', 'content-length: -1\r\n', 'content-length: 999999999999999\r\n'],
  ...['transfer-encoding: chunked\r\n', 'transfer-encoding: gzip, chunked\r\n', '0\r\n\r\n'],
  ...['ffffffff\r\n', '7fffffff\r\n', '5;a\r\nhello\r\n', '-1\r\n', '\xff\xfe', '\xe2\x82'],
  ...['a'.repeat(9_000), 'x: y\r\n'.repeat(2_000), ','.repeat(3_000), '\u00e9'.repeat(500)],
].map((text) => Buffer.from(text, 'latin1'));

/** For these the application or the task metadata endpoint is asked. */
const PASSED_ON = ['/metrics/app', '/task', '/stats'];

const TARGETS = [
  ...['/', '/metrics', '/metrics/app', '/metrics/none', '/health', '/task', '/stats', '/nothing'],
  ...['/metrics?since=0', '/metrics?since=1777615200.25', '/metrics?since=-1', '/metrics?since='],
  ...['/metrics?since=99999999999999999999', '/metrics?a=b&since=%31&since=%zz', '/%ff%fe?%'],
  ...['/metrics/app?x=%e2%82%ac', '//', 'http://localhost/metrics', '*'],
];

const REQUEST_HEADERS = [
  ...['accept: application/openmetrics-text;version=1.0.0,text/plain;q=0.5,*/*;q=0.1'],
  ...['accept: */*;q=9, ;;;,text/plain;q=', 'accept: application/openmetrics-text;q=1e9'],
  ...['accept-encoding: gzip, identity', 'x-prometheus-scrape-timeout-seconds: 1e400'],
  ...['authorization: Bearer x', 'authorization: bearer \xe9\xff', 'content-length: 0'],
  ...['content-length: 3', 'transfer-encoding: chunked', 'expect: 100-continue', 'x-y: \xff\x80'],
];

/** Requests that are broken here and there; some of them are whole. */
export const BROKEN_REQUEST: fc.Arbitrary<Buffer> = fc
  .record({
    method: fc.constantFrom('GET', 'GET', 'GET', 'HEAD', 'POST', 'get', 'OPTIONS'),
    target: fc.oneof(fc.constantFrom(...PASSED_ON), fc.constantFrom(...TARGETS)),
    version: fc.constantFrom('1.1', '1.1', '1.1', '1.0', '1.2', '2'),
    headers: fc.subarray(REQUEST_HEADERS, { maxLength: 5 }),
    edits: editsOf(PIECES, 5),
  })
  .map(({ method, target, version, headers, edits }) => {
    const lines = [`${method} ${target} HTTP/${version}`, 'host: localhost', ...headers, '', ''];
    return editBytes(Buffer.from(lines.join('\r\n'), 'latin1'), edits);
  });

const STATUS_LINES = [
  ...['HTTP/1.1 200 OK', 'HTTP/1.1 200 OK', 'HTTP/1.1 200 OK', 'HTTP/1.0 200 OK', 'HTTP/1.1 204 '],
  ...['HTTP/1.1 304 Not Modified', 'HTTP/1.1 404 Not Found', 'HTTP/1.1 999', 'HTTP/1.1 100 Go on'],
];

const ANSWER_HEADERS = [
  ...['connection: close', 'connection: keep-alive, x', 'content-type: text/plain; version=0.0.4'],
  ...['content-type: \xff\xe9', 'content-encoding: gzip', 'content-length: 12', 'x: y'],
];

/** Answers with the body, which are broken here and there; some of them are whole. */
export function brokenAnswer(body: fc.Arbitrary<Buffer>): fc.Arbitrary<Buffer> {
  return fc
    .record({
      status: fc.constantFrom(...STATUS_LINES),
      headers: fc.subarray(ANSWER_HEADERS, { maxLength: 3 }),
      framing: fc.constantFrom('length', 'chunks', 'end'),
      chunkBytes: fc.constantFrom(1, 7, 1_000, 100_000),
      body,
      edits: editsOf(PIECES, 5),
    })
    .map(({ status, headers, framing, chunkBytes, body, edits }) => {
      const ofFraming = {
        length: [`content-length: ${body.length}`],
        chunks: ['transfer-encoding: chunked'],
        end: ['connection: close'],
      }[framing];
      const head = Buffer.from([status, ...ofFraming, ...headers, '', ''].join('\r\n'), 'latin1');
      const framed = framing === 'chunks' ? chunked(body, chunkBytes) : body;
      return editBytes(Buffer.concat([head, framed]), edits);
    });
}

function chunked(body: Buffer, size: number): Buffer {
  const parts: Buffer[] = [];
  // Of a long body the first chunks are short ones, and the rest is one.
  for (let at = 0; at < body.length; ) {
    const part = body.subarray(at, parts.length > 300 ? undefined : at + size);
    parts.push(Buffer.from(`${part.length.toString(16)}\r\n`), part, Buffer.from('\r\n'));
    at += part.length;
  }
  return Buffer.concat([...parts, Buffer.from('0\r\n\r\n')]);
}
