import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { MAX_HEAD_BYTES, ResponseReader } from '../../../lambda/scrape/http/response-reader.ts';

interface Read {
  status?: number;
  headers: Record<string, string>;
  body: string;
  ended: boolean;
}

/** Reads an answer that comes in parts, and the end of its connection after them. */
function read(parts: readonly Buffer[], close = true): Read {
  const result: Read = { headers: {}, body: '', ended: false };
  const reader = new ResponseReader({
    head(status, headers) {
      result.status = status;
      result.headers = Object.fromEntries(headers);
    },
    data(bytes, start, end) {
      result.body += Buffer.from(bytes.subarray(start, end)).toString('latin1');
    },
    end() {
      result.ended = true;
    },
  });
  for (const part of parts) reader.add(part);
  if (close) reader.close();
  return result;
}

const whole = (text: string) => [Buffer.from(text, 'latin1')];

describe('An answer', () => {
  it.each<[name: string, answer: string, body: string]>([
    ['with a length', 'HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabc', 'abc'],
    ['with bytes after its body', 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nabc', 'ab'],
    [
      'with the same length twice',
      'HTTP/1.1 200\r\nContent-Length: 1\r\nContent-Length: 1\r\n\r\na',
      'a',
    ],
    ['that ends with its connection', 'HTTP/1.0 200 OK\r\n\r\nabc', 'abc'],
    ['with an empty length', 'HTTP/1.1 200 OK\r\nContent-Length:\r\n\r\nabc', 'abc'],
    ['with bare line feeds', 'HTTP/1.1 200 OK\nContent-Length: 1\n\na', 'a'],
    [
      'in chunks, whatever its length says',
      'HTTP/1.1 200 OK\r\nContent-Length: 1\r\nTransfer-Encoding: Chunked\r\n\r\n2\r\nab\r\n1;x=y\r\nc\r\n0\r\n\r\n',
      'abc',
    ],
    [
      'in chunks with trailers, bare line feeds and blanks',
      'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0a \nabcdefghij\n0\nx: y\n\n',
      'abcdefghij',
    ],
    [
      'of HTTP/1.0, which knows no chunks',
      'HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nabc',
      'abc',
    ],
    [
      'after others',
      'HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\na',
      'a',
    ],
    ['without a body by its status', 'HTTP/1.1 204 No Content\r\n\r\nabc', ''],
  ])('%s is read, in whatever parts it comes', (_, answer, body) => {
    const expected = read(whole(answer));
    expect(expected).toMatchObject({ body, ended: true });
    const bytes = Buffer.from(answer, 'latin1');
    expect(read(Array.from(bytes, (byte) => Buffer.of(byte)))).toEqual(expected);
    fc.assert(
      fc.property(fc.array(fc.nat(bytes.length), { maxLength: 6 }), (cuts) => {
        const places = [0, ...cuts.sort((one, other) => one - other), bytes.length];
        const parts = places.slice(1).map((end, at) => bytes.subarray(places[at], end));
        expect(read(parts)).toEqual(expected);
      }),
    );
  });

  it('has the first of each header, by its name in lower case, whatever characters it has', () => {
    const { headers } = read(
      whole(
        'HTTP/1.1 200 OK\r\nA:  b \r\nA: c\r\nX-T\xe9: \xfc\x01\r\nE : f\r\nFolded: g\r\n  h\r\n\r\n',
      ),
    );
    expect(headers).toEqual({ a: 'b', 'x-t\xe9': '\xfc\x01', 'e ': 'f', folded: 'g h' });
  });

  it.each([
    ['in its head', 'HTTP/1.1 200 OK\r\nA: b\r\n'],
    ['in its body', 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\na'],
    ['in a chunk', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\na'],
    ['between chunks', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n'],
    ['before its last line', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n'],
  ])('that was cut off %s has no end', (_, answer) => {
    expect(read(whole(answer)).ended).toBe(false);
  });

  it.each([
    ['220 mail.example ESMTP\r\n', 'expected HTTP/1.1, got "220 mail.example ESMTP\\r\\n"'],
    ['HTTP/2 200 OK\r\n\r\n', 'expected a status line of HTTP/1.1, got "HTTP/2 200 OK"'],
    ['HTTP/1.1 20 OK\r\n\r\n', 'expected a status line of HTTP/1.1, got "HTTP/1.1 20 OK"'],
    ['HTTP/1.1 200 OK\r\nno header\r\n\r\n', 'expected a header with a colon, got "no header"'],
    [
      'HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n',
      'expected one content-length, got "1, 2"',
    ],
    [
      'HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n',
      'expected a number as content-length, got "-1"',
    ],
    [
      'HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n',
      'expected transfer-encoding chunked or none, got "gzip, chunked"',
    ],
    [
      'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nx',
      'expected the size of a chunk, got "x"',
    ],
    [
      'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n\r\n',
      'expected the size of a chunk, got an empty line',
    ],
    [
      'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nab\r\n',
      'expected the end of a chunk, got "b\\r\\n"',
    ],
    [
      'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffff\r\n',
      'expected the size of a chunk, got "ff\\r\\n"',
    ],
    [
      'HTTP/1.1 100 Continue\r\n\r\n'.repeat(6),
      'expected at most 5 answers before the one, got more',
    ],
  ])('%j is none: %s', (answer, message) => {
    expect(() => read(whole(answer))).toThrow(message);
  });

  it('has headers of a megabyte at most', () => {
    const head = (bytes: number) => {
      const rest = bytes - 'HTTP/1.1 200 OK\r\nX: \r\n\r\n'.length;
      return `HTTP/1.1 200 OK\r\nX: ${'x'.repeat(rest)}\r\n\r\n`;
    };
    expect(read(whole(head(MAX_HEAD_BYTES)))).toMatchObject({ status: 200 });
    const message = `expected at most ${MAX_HEAD_BYTES} bytes of headers, got more`;
    expect(() => read(whole(head(MAX_HEAD_BYTES + 1)))).toThrow(message);
    expect(() => read(whole(head(MAX_HEAD_BYTES + 3).slice(0, -2)))).toThrow(message);
  });

  it('must have more data than lines between its chunks', () => {
    const chunked = 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n';
    const chunk = `1;${'x'.repeat(1_000)}\r\na\r\n`;
    expect(read(whole(chunked + chunk.repeat(10)), false).body).toBe('a'.repeat(10));
    expect(() => read(whole(chunked + chunk.repeat(20)))).toThrow(
      'expected chunks of more data than lines around it, got the opposite',
    );
    expect(() => read(whole(`${chunked}1;${'x'.repeat(20_000)}`))).toThrow(
      'expected a line of at most 16384 bytes between chunks, got more',
    );
    const trailers = `${chunked}0\r\n${'x: y\r\n'.repeat(5_000)}`;
    expect(() => read(whole(trailers))).toThrow('expected chunks of more data');
    expect(read(whole(`${chunked}${'1\r\na\r\n'.repeat(50_000)}0\r\n\r\n`)).body).toHaveLength(
      50_000,
    );
  });
});
