import type { Writable } from 'node:stream';
import type { Output } from '../model/event.ts';
import { LineDelivery } from './lines.ts';

/** Writes the events to a stream that stays open, such as `process.stdout`, one line of JSON each. */
export function stdoutOutput(stream: Writable): Output {
  // A failed write is told to its caller; without a listener it would end the process as well.
  stream.on('error', () => {});
  return { name: 'stdout', open: (signal) => new LineDelivery('stdout', stream, signal) };
}
