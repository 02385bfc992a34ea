import type { OnReadOpts } from 'node:net';

/** Bytes of one read from a connection. */
const BYTES = 32 * 1024;

/** More buffers than are ever lent at a time; the garbage collection frees the others. */
const MAX_KEPT = 64;

const free: Buffer[] = [];

/**
 * Reads a connection into memory that is reused: otherwise each read, however short, would allocate 32 KiB.
 *
 * @param receive must copy the bytes that it needs
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
