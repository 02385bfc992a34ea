import * as nodeBuffer from 'node:buffer';
import * as nodeCrypto from 'node:crypto';
import * as nodeHttp from 'node:http';
import { posix } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import * as buffer from '../../../../cli/explore/engine/stand-ins/buffer.ts';
import * as crypto from '../../../../cli/explore/engine/stand-ins/crypto.ts';
import * as http from '../../../../cli/explore/engine/stand-ins/http.ts';
import * as path from '../../../../cli/explore/engine/stand-ins/path.ts';

const BYTES = [
  [],
  [0x61],
  [0xc3, 0xa9],
  [0xc3],
  [0xff, 0xfe],
  [0xed, 0xa0, 0x80],
  [0xf0, 0x9f, 0x98, 0x80],
  [0xef, 0xbb, 0xbf, 0x61],
];

describe('what stands for modules of Node.js in a browser', () => {
  it.each(BYTES.map((bytes) => [bytes]))('knows the encoding of %j', (bytes) => {
    const given = Uint8Array.from(bytes);
    expect(buffer.isAscii(given)).toBe(nodeBuffer.isAscii(given));
    expect(buffer.isUtf8(given)).toBe(nodeBuffer.isUtf8(given));
    for (const encoding of ['latin1', 'utf8'] as const) {
      expect(buffer.Buffer.from(given).toString(encoding)).toBe(
        nodeBuffer.Buffer.from(given).toString(encoding),
      );
    }
  });

  it.each(['', 'a', 'é', '10.0.0.1:9546'])('hashes %j', (text) => {
    const hash = nodeCrypto.createHash('md5').update(text).digest();
    const own = crypto.createHash('md5').update(text).digest();
    expect(own.readBigUInt64BE(8)).toBe(hash.readBigUInt64BE(8));
  });

  it.each(['', 'Bearer x', 'é', 'a\nb', 'a\rb', '\u0000', 'a\tb', '\u0100', '\u007f'])(
    'checks the header value %j',
    (value) => {
      const throws = (check: (name: string, value: string) => void) => {
        try {
          check('header', value);
          return false;
        } catch {
          return true;
        }
      };
      expect(throws(http.validateHeaderValue)).toBe(throws(nodeHttp.validateHeaderValue));
    },
  );

  it.each(['/a/b.yaml', 'rules', '/a', 'a/b', '/'])('reads the path %j', (given) => {
    expect(path.dirname(given)).toBe(posix.dirname(given));
    expect(path.isAbsolute(given)).toBe(posix.isAbsolute(given));
    expect(path.join(path.dirname(given), 'x')).toBe(posix.join(posix.dirname(given), 'x'));
  });

  it('refuses what is no certificate and no key', () => {
    expect(() => new crypto.X509Certificate('text')).toThrow('CERTIFICATE');
    expect(() => crypto.createPrivateKey('text')).toThrow('PRIVATE KEY');
    const { privateKey } = nodeCrypto.generateKeyPairSync('ed25519');
    const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
    expect(() => crypto.createPrivateKey(pem)).not.toThrow();
  });
});
