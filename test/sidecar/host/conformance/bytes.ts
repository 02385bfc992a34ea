import { StringDecoder } from 'node:string_decoder';
import type { Scenarios } from './scenario.ts';

const TEXTS = [
  '',
  'plain',
  'caf\u00e9',
  '\u20ac 5',
  '\u{1f600}',
  'a\ud800b',
  '\udc00',
  '\ud83d',
  '\0\x7f',
];

const BROKEN = [
  [0x61, 0xff, 0x62],
  [0xc0, 0xaf],
  [0xe2, 0x82],
  [0xe2, 0x82, 0x41],
  [0xf0, 0x9f, 0x98],
  [0xf0, 0x9f, 0x98, 0x80, 0xf0],
  [0xed, 0xa0, 0x80],
  [0xf4, 0x90, 0x80, 0x80],
  [0xf8, 0x88, 0x80, 0x80, 0x80],
  [0xef, 0xbb, 0xbf, 0x61],
];

export const bytes: Scenarios = {
  'texts become bytes'(note) {
    for (const text of TEXTS) {
      const utf8 = Buffer.from(text);
      note(`${[...utf8]} ${Buffer.byteLength(text)} ${[...Buffer.from(text, 'latin1')]}`);
      note(JSON.stringify([utf8.toString(), utf8.toString('latin1'), utf8.toString('utf8', 1, 3)]));
    }
  },

  'bytes become texts, also where they are none'(note) {
    for (const given of BROKEN) {
      const buffer = Buffer.concat([Buffer.from('<'), Uint8Array.from(given), Buffer.from('>')]);
      note(JSON.stringify([buffer.toString(), buffer.toString('latin1')]));
    }
  },

  'characters may be cut anywhere'(note) {
    const all = Buffer.concat([
      ...TEXTS.map((text) => Buffer.from(text)),
      ...BROKEN.map((given) => Uint8Array.from(given)),
    ]);
    for (const size of [1, 2, 3, 5, 7]) {
      const decoder = new StringDecoder('utf8');
      let text = '';
      for (let at = 0; at < all.length; at += size)
        text += decoder.write(all.subarray(at, at + size));
      note(JSON.stringify(text + decoder.end()));
    }
  },

  'parts are found'(note) {
    const buffer = Buffer.from('GET / HTTP/1.1\r\nhost: x\r\n\r\nrest\n');
    note(String(buffer.indexOf('\r\n\r\n')));
    note(String(buffer.subarray(20).indexOf('\r\n\r\n')));
    note(String(buffer.indexOf('absent')));
    note(String(buffer.indexOf(0x0a)));
    note(String(buffer.subarray(3, 0).length));
    note(String(buffer.subarray(-4).toString()));
    note(String(Buffer.alloc(3)));
  },
};
