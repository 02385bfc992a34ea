import { Token } from 'aws-cdk-lib/core';

/**
 * Of a function's memory, what the heap may have. The rest is for Node.js itself, for buffers, which are outside of the heap, and for
 * what the kernel keeps of its connections.
 */
const HEAP_SHARE = 0.55;

/** MiB of a function whose memory is known at deployment only: as little as the default has. */
const UNKNOWN_MEMORY_MIB = 512;

/**
 * Bytes from which glibc gives a block back to the system when it is freed: glibc's first value. Where it is not set, glibc raises it to
 * the largest block that was freed, 32 MiB at most, and keeps what the bodies of answers took.
 */
const RETURNED_BYTES = '131072';

/**
 * Environment variables for a function with so much memory, in MiB, by which its memory has a low peak. The young generation of the heap
 * stays small, and V8 derives from the size of the old one how far the heap may grow between two collections. See docs/performance.md.
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
