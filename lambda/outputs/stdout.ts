import type { Writable } from 'node:stream';
import type { Output } from '../model/delivery/event.ts';
import { EVENT_OVERHEAD_BYTES } from '../model/delivery/event-size.ts';
import { LineDelivery } from './lines.ts';

/**
 * Bytes of a line, its end included, that a function can write to its standard output. Its log stream may split a
 * longer line into events that are not JSON. No page of AWS says so; it was seen at multiples of 65,536 bytes, the size
 * of a pipe of Linux.
 * https://github.com/DataDog/dd-trace-js/pull/967
 * https://man7.org/linux/man-pages/man7/pipe.7.html
 */
export const MAX_LAMBDA_LINE_BYTES = 65_536;

/**
 * Writes the events to a stream that stays open, such as `process.stdout`, one line of JSON each. In a function that is
 * its own log stream: CloudWatch extracts the metrics there without a call of its API.
 *
 * @param maxLineBytes longest line of the stream, its end included. @default no limit
 */
export function stdoutOutput(stream: Writable, maxLineBytes?: number): Output {
  // The caller gets the error of a failed write; without a listener it would also end the process.
  stream.on('error', () => {});
  const name = 'stdout';
  const lineEnd = 1;
  const maxEventBytes = maxLineBytes && maxLineBytes - lineEnd + EVENT_OVERHEAD_BYTES;
  return {
    name,
    maxEventBytes,
    open: (signal, patienceMs) =>
      new LineDelivery(name, stream, signal, { maxEventBytes, patienceMs }),
  };
}
