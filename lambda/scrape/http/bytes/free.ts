/**
 * Frees the memory of a buffer that has its `ArrayBuffer` for itself and that nobody reads any more; it is empty
 * afterwards. V8 alone would free it at its next full collection, by which time several budgets of bodies would be
 * garbage. Node.js before 22 cannot do this.
 */
export function freeBytes({ buffer }: Buffer): void {
  if ('transfer' in buffer) buffer.transfer(0);
}
