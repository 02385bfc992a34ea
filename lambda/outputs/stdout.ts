import type { Writable } from 'node:stream';
import type { Output } from '../model/delivery/event.ts';
import { EVENT_OVERHEAD_BYTES } from '../model/delivery/event-size.ts';
import { LineDelivery } from './lines.ts';

/**
 * Bytes of a line, its end included, that a function can write to its standard output: of a longer one its log stream may
 * get the parts as events, which are no JSON any more. No page of AWS says so; it was seen at multiples of 65,536 bytes,
 * which is what a pipe of Linux holds.
 * https://github.com/DataDog/dd-trace-js/pull/967
 * https://man7.org/linux/man-pages/man7/pipe.7.html
 */
export const MAX_LAMBDA_LINE_BYTES = 65_536;

/**
 * Writes the events to a stream that stays open, such as `process.stdout`, one line of JSON each. In a function that is
 * its own log stream: CloudWatch finds the metrics there without a call of its API.
 *
 * @param maxLineBytes that the stream can take in one line, its end included. @default any number
 */
export function stdoutOutput(stream: Writable, maxLineBytes?: number): Output {
  // A failed write is told to its caller; without a listener it would end the process as well.
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
