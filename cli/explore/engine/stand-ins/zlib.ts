/** The used part of `node:zlib`, for a browser: the bodies of requests are compressed as they are sent, which the page never does. */

export const constants = { Z_BEST_SPEED: 1 };

export function gzipSync(): never {
  throw new Error('the page sends no requests');
}
