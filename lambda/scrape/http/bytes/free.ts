/**
 * Frees the memory of a buffer that nothing reads any more and that has its `ArrayBuffer` for itself; it has no bytes after that.
 * V8 alone would free it at its next full collection, which buffers hardly hasten: by then several budgets of bodies would be
 * garbage. Before Node.js 22 there is no way to do it.
 */
export function freeBytes({ buffer }: Buffer): void {
  if ('transfer' in buffer) buffer.transfer(0);
}
