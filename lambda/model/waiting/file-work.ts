import { unlessAborted } from './unless-aborted.ts';

/** Milliseconds for which anything waits for a file: a file system that takes longer hangs. */
export const FILE_TIMEOUT_MS = 2_000;

/** Threads that Node.js has for files, compression, and the names of hosts: https://nodejs.org/api/cli.html#uv_threadpool_sizesize */
const THREADS = Number(process.env.UV_THREADPOOL_SIZE) || 4;

/** What all work on files of the process may take of them: where all of it hangs, names are still resolved. */
const MAX_EVERYWHERE = Math.max(THREADS - 1, 1);

/** What is under way in the process. */
const everywhere = new Set<Promise<void>>();

/**
 * Work on files that nobody waits for too long. What hangs keeps a thread until it ends. So the number of pieces under way is
 * bounded, of each kind of work and of all together.
 */
export class FileWork {
  readonly #maxRunning: number;
  readonly #running = new Set<Promise<void>>();

  /** @param maxRunning pieces under way at the same time; others wait */
  constructor(maxRunning: number) {
    this.#maxRunning = maxRunning;
  }

  /**
   * What the work gives. Rejects after two seconds, or with the signal. Then it may go on, and nobody hears of it any more.
   *
   * @param what begins the message of what took too long: `reading /etc/targets.json`
   */
  async do<T>(what: string, work: () => Promise<T>, signal?: AbortSignal): Promise<T> {
    const until = within(signal);
    return inTime(what, until, async () => {
      for (let full = this.#full; full !== undefined; full = this.#full) {
        await unlessAborted(Promise.race(full), until);
      }
      until.throwIfAborted();
      return unlessAborted(this.#run(work), until);
    });
  }

  /** What there is no room beside. */
  get #full(): ReadonlySet<Promise<void>> | undefined {
    if (this.#running.size >= this.#maxRunning) return this.#running;
    return everywhere.size >= MAX_EVERYWHERE ? everywhere : undefined;
  }

  #run<T>(work: () => Promise<T>): Promise<T> {
    const promise = work();
    const end = (): void => {
      this.#running.delete(ended);
      everywhere.delete(ended);
    };
    // How it ends is for who waits for it.
    const ended = promise.then(end, end);
    this.#running.add(ended);
    everywhere.add(ended);
    return promise;
  }
}

/** Of the process, as the threads are: two hang at most. */
const READINGS = new FileWork(2);

/** By path. Who wants what is being read waits for that, and takes no other thread. */
const underWay = new Map<string, Promise<unknown>>();

/** What is read at a path. Rejects as `FileWork.do` does. */
export function readingOf<T>(
  path: string,
  read: () => Promise<T>,
  signal?: AbortSignal,
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
  return READINGS.do(what, shared, signal);
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
