import { link, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';

/** Attempts to take a lock that other processes take over at the same time. */
const ATTEMPTS = 5;

/** Linux writes another text here after each start of the machine. */
const BOOT_ID = '/proc/sys/kernel/random/boot_id';

/** A file that another process uses. */
export class FileInUseError extends Error {
  override readonly name = 'FileInUseError';
}

/**
 * Locks a file against other processes that ask for the same lock, until disposal or the end of the process. The lock
 * is a file beside it that names its holder. A lock of a process that no longer runs on this machine is taken over.
 *
 * @throws FileInUseError if the holder is alive, or on another machine, where this cannot be checked
 */
export async function lockFile(path: string): Promise<AsyncDisposable> {
  const lock = `${path}.lock`;
  const own = `${lock}.${process.pid}`;
  const boot = await bootId();
  const me = `${[process.pid, hostname(), boot].filter(Boolean).join(' ')}\n`;
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    await writeFile(own, me);
    try {
      // Created with its content: at no moment is there a lock without a holder.
      await link(own, lock);
      return { [Symbol.asyncDispose]: () => rm(lock, { force: true }) };
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    } finally {
      await rm(own);
    }
    await removeStale(path, lock, own, boot);
  }
  throw new FileInUseError(`${path} is in use: other processes take its lock ${lock} in turns`);
}

async function removeStale(
  path: string,
  lock: string,
  own: string,
  boot: string | undefined,
): Promise<void> {
  const holder = await readFile(lock, 'utf8').catch(unlessMissing);
  if (holder === undefined) return;
  if (mayBeAlive(holder, boot)) {
    const [pid, host] = holder.split(/\s/);
    throw new FileInUseError(
      `${path} is in use by process ${pid} on ${host}; if that process is gone, remove ${lock}`,
    );
  }
  // Moves the lock first and checks it again, because another process may have taken it over since.
  await rename(lock, own).catch(unlessMissing);
  const moved = await readFile(own, 'utf8').catch(unlessMissing);
  if (moved !== undefined && moved !== holder) await link(own, lock).catch(() => undefined);
  await rm(own, { force: true });
}

function mayBeAlive(holder: string, boot: string | undefined): boolean {
  const [pid = '', host, itsBoot] = holder.trim().split(/\s+/);
  if (host !== hostname()) return true;
  // Another process may have got the number since the start of the machine.
  if (itsBoot !== undefined && boot !== undefined && itsBoot !== boot) return false;
  // Our own number from an earlier life: containers often reuse it.
  if (Number(pid) === process.pid) return false;
  try {
    process.kill(Number(pid), 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ESRCH';
  }
}

async function bootId(): Promise<string | undefined> {
  const text = await readFile(BOOT_ID, 'utf8').catch(() => undefined);
  return text?.trim();
}

function unlessMissing(error: NodeJS.ErrnoException): undefined {
  if (error.code !== 'ENOENT') throw error;
}
