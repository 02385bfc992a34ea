import { Token } from 'aws-cdk-lib/core';

/**
 * The heap's part of a function's memory. The rest is for Node.js itself, for buffers outside of the heap, and for the
 * kernel's memory of connections.
 */
const HEAP_SHARE = 0.55;

/** MiB of a function whose memory is known only at deployment: the default. */
const UNKNOWN_MEMORY_MIB = 512;

/**
 * Bytes from which on glibc returns freed blocks to the system: glibc's first value. If it is not set, glibc raises it
 * to the largest freed block, 32 MiB at most, and keeps the memory of bodies.
 */
const RETURNED_BYTES = '131072';

/**
 * Environment variables that keep the peak memory of a function low. The young generation of the heap stays small, and
 * V8 derives the growth of the heap between two collections from the size of the old one. See docs/performance.md.
 */
export function memoryVariables(memoryMiB: number) {
  const known = Token.isUnresolved(memoryMiB) ? UNKNOWN_MEMORY_MIB : memoryMiB;
  const heapMiB = Math.floor(known * HEAP_SHARE);
  return {
    NODE_OPTIONS: `--max-semi-space-size=4 --max-old-space-size=${heapMiB}`,
    MALLOC_MMAP_THRESHOLD_: RETURNED_BYTES,
    MALLOC_TRIM_THRESHOLD_: RETURNED_BYTES,
  };
}
