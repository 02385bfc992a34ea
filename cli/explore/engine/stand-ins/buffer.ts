import { Buffer } from 'buffer/index.js';

/** The used part of `node:buffer`, for a browser. `infra/build/page.ts` also makes `Buffer` the global of Node.js. */
export { Buffer };

export function isAscii(bytes: Uint8Array): boolean {
  let all = 0;
  for (const byte of bytes) all |= byte;
  return all < 0x80;
}

export function isUtf8(bytes: Uint8Array): boolean {
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    return true;
  } catch {
    return false;
  }
}
