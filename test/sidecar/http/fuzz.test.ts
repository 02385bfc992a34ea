import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { HeadReader, parseHead } from '../../../sidecar/http/head.ts';
import { ResponseError, ResponseReader } from '../../../sidecar/http/response.ts';

/** Of what HTTP is made of, so that much of it is nearly right. */
const TOKENS = fc.constantFrom(
  ...['HTTP/1.1 200 OK', 'HTTP/1.0 204 ', 'HTTP/1.1 100 Continue', 'GET / HTTP/1.1', '\r\n', '\n'],
  ...['\r\n\r\n', 'content-length: 5', 'content-length:', 'transfer-encoding: chunked', ': ', ' '],
  ...['5', '0', 'a', 'ffffffff', ';x', 'hello', '\0', '\u00ff', 'x'.repeat(2_000)],
);

const MESSAGE = fc
  .array(TOKENS, { maxLength: 30 })
  .map((tokens) => Buffer.from(tokens.join(''), 'latin1'));

describe('Whatever comes over a connection', () => {
  it('is a response or an error, and the same however it is divided', () => {
    fc.assert(
      fc.property(MESSAGE, fc.array(fc.nat(100), { maxLength: 10 }), (message, cuts) => {
        expect(readResponse(divide(message, cuts))).toEqual(readResponse([message]));
      }),
      { numRuns: 500 },
    );
  });

  it('is a head or none', () => {
    fc.assert(
      fc.property(MESSAGE, (message) => {
        const read = new HeadReader(4_096).add(message);
        if (typeof read !== 'object') return;
        for (const [name, value] of parseHead(read.text)?.headers ?? []) {
          expect(name).toMatch(/^[!-9;-~]+$/);
          expect(value).not.toMatch(/[\0\r\n]/);
        }
      }),
      { numRuns: 500 },
    );
  });
});

function readResponse(chunks: readonly Buffer[]): object {
  const read = { status: 0, body: '', ended: false, error: '' };
  const reader = new ResponseReader(
    {
      head: (status) => {
        read.status = status;
      },
      data: (chunk) => {
        read.body += chunk.toString('latin1');
      },
      end: () => {
        read.ended = true;
      },
    },
    false,
  );
  try {
    for (const chunk of chunks) reader.add(chunk);
  } catch (error) {
    expect(error).toBeInstanceOf(ResponseError);
    read.error = String(error);
  }
  return read;
}

function divide(message: Buffer, cuts: readonly number[]): Buffer[] {
  const chunks: Buffer[] = [];
  let from = 0;
  for (const cut of cuts) {
    chunks.push(message.subarray(from, from + cut));
    from += cut;
  }
  return [...chunks, message.subarray(from)];
}
