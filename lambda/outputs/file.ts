import { close, createWriteStream, open, write, writev } from 'node:fs';
import { open as openFile, stat } from 'node:fs/promises';
import type { Writable } from 'node:stream';
import { promisify } from 'node:util';
import type { DeliveryReport, Output } from '../model/delivery/event.ts';
import { FileWork } from '../model/waiting/file-work.ts';
import { unlessAborted } from '../model/waiting/unless-aborted.ts';
import { LineDelivery } from './lines.ts';

/** Appends the events to a file, one line of JSON each. It opens the file for each delivery, so the file may be rotated. */
export function fileOutput(
  path: string,
  append: (path: string, signal: AbortSignal) => Writable = appender(),
): Output {
  const name = `file ${path}`;
  return {
    name,
    open: (signal, patienceMs) => {
      const stream = append(path, signal);
      // The caller gets the error of a failed write; without a listener it would also end the process.
      stream.on('error', () => {});
      const delivery = new LineDelivery(name, stream, signal, { patienceMs });
      return {
        write: (events) => delivery.write(events),
        ready: () => delivery.ready(),
        close: async () => closed(await delivery.close(), stream, signal),
      };
    },
  };
}

/** Opens files one after the other, so that a file system that hangs keeps only one thread. */
function appender() {
  const turns = new FileWork(1);
  let closedBefore = Promise.resolve();
  return (path: string, signal: AbortSignal): Writable => {
    const before = closedBefore;
    const opening = async (): Promise<number> => {
      await before;
      const descriptor = await openAtALine(path);
      // The delivery has ended meanwhile.
      if (stream.destroyed) await promisify(close)(descriptor);
      return descriptor;
    };
    const stream = createWriteStream(path, {
      fs: {
        open: (_path: string, _flags: string, _mode: number, done: Opened) => {
          turns.do(`opening ${path}`, opening, signal).then((opened) => done(null, opened), done);
        },
        write,
        writev,
        close,
      },
    });
    closedBefore = new Promise((resolve) => stream.once('close', resolve));
    return stream;
  };
}

/** As in `fs.open`. */
type Opened = (error: Error | null, descriptor?: number) => void;

/** Opens a file for appending. Ends an incomplete last line, which a full device or a killed process may have left. */
async function openAtALine(path: string): Promise<number> {
  const isBroken = await endsInALine(path);
  const descriptor = await promisify(open)(path, 'a');
  if (isBroken) await promisify(write)(descriptor, '\n');
  return descriptor;
}

/** Whether the last line is complete. */
async function endsInALine(path: string): Promise<boolean> {
  try {
    const found = await stat(path);
    const { size } = found;
    if (!found.isFile() || size === 0) return false;
    await using file = await openFile(path);
    const { buffer } = await file.read({ buffer: Buffer.alloc(1), position: size - 1 });
    return buffer.toString() !== '\n';
  } catch {
    // The file does not exist, or cannot be read: its writes report any error.
    return false;
  }
}

/** Closes the file. The report contains an error that only the close reveals. */
async function closed(
  report: DeliveryReport,
  stream: Writable,
  signal: AbortSignal,
): Promise<DeliveryReport> {
  if (stream.closed) return report;
  const isClosed = new Promise<void>((resolve) => {
    stream.once('close', resolve);
  });
  if (signal.aborted) {
    stream.destroy();
    return report;
  }
  stream.end();
  await unlessAborted(isClosed, signal).catch(() => stream.destroy());
  const why = stream.errored?.message ?? (stream.closed ? undefined : 'It hangs');
  if (why === undefined || report.errors.length > 0) return report;
  return { ...report, errors: [`Closing ${report.output} failed. ${why}`] };
}
