/**
 * Options of Node.js for the function, by which its memory has the lowest peak: the young generation of the heap stays small,
 * and V8 derives from the size of the old one how far the heap may grow between two collections. See docs/performance.md.
 */
export const NODE_OPTIONS: readonly string[] = [
  '--max-semi-space-size=4',
  '--max-old-space-size=1024',
];
