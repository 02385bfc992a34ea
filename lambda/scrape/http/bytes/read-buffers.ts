import type { OnReadOpts } from 'node:net';

/** Bytes that are read from a connection at a time. */
const BYTES = 32 * 1024;

/** More than are ever lent at a time; what is beyond is left to the garbage collection. */
const MAX_KEPT = 64;

const free: Buffer[] = [];

/**
 * Reads a connection into memory that is used again: else each read, of however few bytes, would have 32 KiB of its own.
 *
 * @param receive must copy what it needs
 */
export function reusedMemory(receive: (bytes: Buffer) => void): {
  readonly onread: OnReadOpts;
  readonly giveBack: () => void;
} {
  const buffer = free.pop() ?? Buffer.allocUnsafeSlow(BYTES);
  let lent = true;
  return {
    onread: {
      buffer,
      callback: (length) => {
        receive(buffer.subarray(0, length));
        return true;
      },
    },
    giveBack: () => {
      if (lent && free.length < MAX_KEPT) free.push(buffer);
      lent = false;
    },
  };
}
