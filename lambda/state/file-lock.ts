import { link, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';

/** A lock that another process may take over meanwhile is tried for again, so often. */
const ATTEMPTS = 5;

/** Another text after each start of the machine, as Linux has it. */
const BOOT_ID = '/proc/sys/kernel/random/boot_id';

/** A file that another process uses. */
export class FileInUseError extends Error {
  override readonly name = 'FileInUseError';
}

/**
 * Keeps other processes that ask for the same lock from a file, until it is disposed of or the process ends. The lock is a
 * file beside it that names its holder; that of a process of this machine which is gone, or is of before the machine was
 * started, is taken over.
 *
 * @throws FileInUseError where the holder is alive, or of another machine so that nobody can tell
 */
export async function lockFile(path: string): Promise<AsyncDisposable> {
  const lock = `${path}.lock`;
  const own = `${lock}.${process.pid}`;
  const boot = await bootId();
  const me = `${[process.pid, hostname(), boot].filter(Boolean).join(' ')}\n`;
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    await writeFile(own, me);
    try {
      // With its content at once: there is no moment at which the lock does not say whose it is.
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
  // Moved first and looked at again: another process may have taken the lock over since.
  await rename(lock, own).catch(unlessMissing);
  const moved = await readFile(own, 'utf8').catch(unlessMissing);
  if (moved !== undefined && moved !== holder) await link(own, lock).catch(() => undefined);
  await rm(own, { force: true });
}

function mayBeAlive(holder: string, boot: string | undefined): boolean {
  const [pid = '', host, itsBoot] = holder.trim().split(/\s+/);
  if (host !== hostname()) return true;
  // Since the machine was started the number may have become that of any other process.
  if (itsBoot !== undefined && boot !== undefined && itsBoot !== boot) return false;
  // Ours from an earlier life: in a container it is often the same number.
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
