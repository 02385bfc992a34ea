import { Token } from 'aws-cdk-lib/core';

/** Of a function's memory, what the heap may have: the rest is for Node.js itself and for buffers, which are outside of it. */
const HEAP_SHARE = 0.75;

/** MiB of a function whose memory is known at deployment only: as little as the default has. */
const UNKNOWN_MEMORY_MIB = 512;

/**
 * Options of Node.js for a function with so much memory, in MiB, by which its memory has a low peak: the young generation of the heap
 * stays small, and V8 derives from the size of the old one how far the heap may grow between two collections. See docs/performance.md.
 */
export function nodeOptions(memoryMiB: number): readonly string[] {
  const known = Token.isUnresolved(memoryMiB) ? UNKNOWN_MEMORY_MIB : memoryMiB;
  return ['--max-semi-space-size=4', `--max-old-space-size=${Math.floor(known * HEAP_SHARE)}`];
}
