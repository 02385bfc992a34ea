import type { Socket } from 'node:net';
import { setImmediate as nextTurn } from 'node:timers/promises';
import fc from 'fast-check';

/** Bytes, and how they come over a connection. */
export interface Delivery {
  readonly bytes: Buffer;
  /** Lengths of the first pieces; the rest comes as one. */
  readonly pieces: readonly number[];
  /** What follows the bytes: the end of this side, a reset, nothing, or nothing and no ear for what the other side says. */
  readonly ending: 'end' | 'reset' | 'nothing' | 'deaf';
}

/** The bytes as one who means no good delivers them. */
export function delivered(bytes: fc.Arbitrary<Buffer>): fc.Arbitrary<Delivery> {
  return fc.record({
    bytes,
    pieces: fc.oneof(fc.constant<number[]>([]), fc.array(fc.nat(200), { maxLength: 8 })),
    ending: fc.constantFrom('end', 'nothing', 'nothing', 'reset', 'deaf'),
  });
}

/** Delivers over an open connection. What the other side does is no concern of its own. */
export async function deliver(socket: Socket, { bytes, pieces, ending }: Delivery): Promise<void> {
  if (ending === 'deaf') socket.pause();
  else socket.resume();
  let at = 0;
  for (const length of pieces) {
    if (socket.destroyed) return;
    socket.write(bytes.subarray(at, at + length));
    at += length;
    await nextTurn();
  }
  if (socket.destroyed) return;
  socket.write(bytes.subarray(at));
  if (ending === 'end') socket.end();
  if (ending === 'reset') socket.resetAndDestroy();
}
