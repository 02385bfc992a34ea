import { closeSync, createWriteStream, openSync, readSync, statSync } from 'node:fs';
import type { Writable } from 'node:stream';
import type { DeliveryReport, Output } from '../model/event.ts';
import { LineDelivery } from './lines.ts';

/** Appends the events to a file, one line of JSON each. The file is opened for each delivery, so it may be rotated. */
export function fileOutput(
  path: string,
  openFile: (path: string) => Writable = (name) => createWriteStream(name, { flags: 'a' }),
): Output {
  const name = `file ${path}`;
  return {
    name,
    open: (signal, patienceMs) => {
      const stream = openFile(path);
      // A failed write is told to its caller; without a listener it would end the process as well.
      stream.on('error', () => {});
      if (endsInALine(path)) stream.write('\n');
      const delivery = new LineDelivery(name, stream, signal, { patienceMs });
      return {
        write: (events) => delivery.write(events),
        ready: () => delivery.ready(),
        close: async () => closed(await delivery.close(), stream, signal),
      };
    },
  };
}

/** Whether a full device, or the end of a process, left a part of a line, in which the next one would be lost. */
function endsInALine(path: string): boolean {
  let descriptor: number | undefined;
  try {
    const file = statSync(path);
    if (!file.isFile() || file.size === 0) return false;
    descriptor = openSync(path, 'r');
    const last = Buffer.alloc(1);
    readSync(descriptor, last, 0, 1, file.size - 1);
    return last.toString() !== '\n';
  } catch {
    // There is no such file, or it can only be written: what is wrong with it, its writes tell.
    return false;
  } finally {
    if (descriptor !== undefined) closeSync(descriptor);
  }
}

/** Closes the file. An error that only closing it brings out is in the report. */
async function closed(
  report: DeliveryReport,
  stream: Writable,
  signal: AbortSignal,
): Promise<DeliveryReport> {
  if (stream.closed) return report;
  await new Promise<void>((resolve) => {
    stream.once('close', resolve);
    if (signal.aborted) stream.destroy();
    else stream.end();
  });
  const { errored } = stream;
  if (errored === null || report.errors.length > 0) return report;
  return { ...report, errors: [`Closing ${report.output} failed. ${errored.message}`] };
}
