import { md5 } from '@noble/hashes/legacy.js';
import { Buffer } from 'buffer/index.js';

/** The used part of `node:crypto`, for a browser. */

/** Knows MD5 only, which the action `hashmod` of relabeling needs. */
export function createHash(_algorithm: 'md5') {
  return {
    update: (text: string) => ({
      digest: () => Buffer.from(md5(new TextEncoder().encode(text))),
    }),
  };
}

/** Takes any text that has the form of a certificate: a recording has no certificates, so a person has typed it. */
export class X509Certificate {
  constructor(text: string) {
    requireBlock(text, 'CERTIFICATE');
  }

  checkPrivateKey(): boolean {
    return true;
  }
}

/** Takes any text that has the form of a private key. */
export function createPrivateKey(text: string): object {
  requireBlock(text, '(?:[A-Z]+ )?PRIVATE KEY');
  return {};
}

function requireBlock(text: string, label: string): void {
  const block = new RegExp(`-----BEGIN ${label}-----[^-]+-----END ${label}-----`);
  if (!block.test(text)) throw new TypeError(`expected a block of PEM with the label ${label}`);
}
