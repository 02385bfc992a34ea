import { dirname } from 'node:path';
import { unlessAborted } from './unless-aborted.ts';

/** Milliseconds after which a file system counts as hanging. */
export const FILE_TIMEOUT_MS = 2_000;

/** Threads that Node.js has for files, compression, and the names of hosts: https://nodejs.org/api/cli.html#uv_threadpool_sizesize */
const THREADS = Number(process.env.UV_THREADPOOL_SIZE) || 4;

/** Threads that all work on files may use. If all of it hangs, one thread still resolves names. */
const MAX_EVERYWHERE = Math.max(THREADS - 1, 1);

/** The running work of the process. */
const everywhere = new Set<Promise<void>>();

/**
 * Work on files with a time limit. Work that hangs keeps a thread until it ends, so the number of running pieces is
 * bounded, for each kind of work and for all together.
 */
export class FileWork {
  readonly #maxRunning: number;
  readonly #running = new Set<Promise<void>>();
  readonly #inFolders = new Map<string, Promise<void>>();

  /** @param maxRunning pieces that run at the same time; others wait */
  constructor(maxRunning: number) {
    this.#maxRunning = maxRunning;
  }

  /**
   * The result of the work. Rejects after two seconds, or with the signal; then the work may go on unseen.
   *
   * @param what beginning of the message about a timeout: `reading /etc/targets.json`
   * @param folder one piece runs in it at a time, so a folder that hangs keeps one thread. @default none
   */
  async do<T>(
    what: string,
    work: () => Promise<T>,
    signal?: AbortSignal,
    folder?: string,
  ): Promise<T> {
    const until = within(signal);
    return inTime(what, until, async () => {
      for (let room = this.#roomFor(folder); room !== undefined; room = this.#roomFor(folder)) {
        await unlessAborted(room, until);
      }
      until.throwIfAborted();
      return unlessAborted(this.#run(work, folder), until);
    });
  }

  /** Resolves when other work ends; undefined if there is room. */
  #roomFor(folder: string | undefined): Promise<void> | undefined {
    const inFolder = folder === undefined ? undefined : this.#inFolders.get(folder);
    if (inFolder !== undefined) return inFolder;
    if (this.#running.size >= this.#maxRunning) return Promise.race(this.#running);
    return everywhere.size >= MAX_EVERYWHERE ? Promise.race(everywhere) : undefined;
  }

  #run<T>(work: () => Promise<T>, folder: string | undefined): Promise<T> {
    const promise = work();
    const end = (): void => {
      this.#running.delete(ended);
      everywhere.delete(ended);
      if (folder !== undefined) this.#inFolders.delete(folder);
    };
    // The caller handles the result.
    const ended = promise.then(end, end);
    this.#running.add(ended);
    everywhere.add(ended);
    if (folder !== undefined) this.#inFolders.set(folder, ended);
    return promise;
  }
}

/** For the whole process, as the threads are. With the default of four threads, reads in two folders may hang. */
const READINGS = new FileWork(Math.max(MAX_EVERYWHERE - 1, 1));

/** By path. A second reader of a path waits for the first one, and takes no other thread. */
const underWay = new Map<string, Promise<unknown>>();

/**
 * The content at a path. Rejects as `FileWork.do` does.
 *
 * @param folder as of `FileWork.do`. @default that of the path
 */
export function readingOf<T>(
  path: string,
  read: () => Promise<T>,
  signal?: AbortSignal,
  folder: string = dirname(path),
): Promise<T> {
  const what = `reading ${path}`;
  const same = underWay.get(path) as Promise<T> | undefined;
  const until = within(signal);
  if (same !== undefined) return inTime(what, until, () => unlessAborted(same, until));
  const shared = (): Promise<T> => {
    const end = (): void => {
      underWay.delete(path);
    };
    const reading = read();
    underWay.set(path, reading);
    reading.then(end, end);
    return reading;
  };
  return READINGS.do(what, shared, signal, folder);
}

function within(signal: AbortSignal | undefined): AbortSignal {
  const own = AbortSignal.timeout(FILE_TIMEOUT_MS);
  return signal === undefined ? own : AbortSignal.any([signal, own]);
}

async function inTime<T>(what: string, until: AbortSignal, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!until.aborted || error !== until.reason) throw error;
    throw new Error(`${what} did not end in time: the file system may hang`);
  }
}
