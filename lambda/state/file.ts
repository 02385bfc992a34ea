import { createHash } from 'node:crypto';
import { open, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { FileWork } from '../model/waiting/file-work.ts';
import type { StateFormatError } from './format.ts';
import { asideName, type StateStore, StateStoreError, type StoredObject } from './store.ts';

/** The part of `node:fs/promises` that is used. */
export type Files = Pick<
  typeof import('node:fs/promises'),
  'open' | 'readFile' | 'rename' | 'writeFile'
>;

/**
 * The state in a file of this machine. A new one replaces it whole: written beside it, flushed to the disk, renamed. Who
 * uses a file must hold its lock (`lockFile`); a writer that does not is found out by what it wrote.
 */
export function fileStore(
  path: string,
  files: Files = { open, readFile, rename, writeFile },
): StateStore {
  // One after the other: what still hangs of an earlier cycle must not write over what a later one has written.
  const turns = new FileWork(1);
  const tried = async <T>(
    what: string,
    signal: AbortSignal | undefined,
    work: () => Promise<T>,
  ): Promise<T> => {
    try {
      return await turns.do(`${what} it`, work, signal);
    } catch (error) {
      const message = `${what} the state ${path} failed. ${(error as Error).message}`;
      throw new StateStoreError(message, { cause: error });
    }
  };
  const read = (signal?: AbortSignal): Promise<StoredObject | undefined> =>
    tried('Reading', signal, async () => {
      const bytes = await files.readFile(path).catch(unlessMissing);
      return bytes && { bytes, version: versionOf(bytes) };
    });
  return {
    // Who uses it holds its lock.
    isShared: false,
    read: async (signal, known) => {
      const object = await read(signal);
      return known !== undefined && object?.version === known ? 'unchanged' : object;
    },
    // Without the cycle's signal: what a delivery that took all of the cycle left to remember is written all the same, for
    // nobody kills this process at its end. A file system that hangs costs two seconds.
    write: async (bytes, version) => {
      const current = await read();
      if (current?.version !== version) return 'conflict';
      await tried('Writing', undefined, () => replace(path, bytes, files));
      return { version: versionOf(bytes) };
    },
    setAside: async ({ bytes }, kind: StateFormatError['kind'], now, signal) => {
      const name = asideName(path, kind, now);
      await tried('Setting aside', signal, () => files.writeFile(name, bytes, { flush: true }));
      return name;
    },
  };
}

/** Whoever reads the file, and whatever ends this process or the machine, sees the old content or the new. */
async function replace(path: string, bytes: Uint8Array, files: Files): Promise<void> {
  const beside = `${path}.tmp`;
  await files.writeFile(beside, bytes, { flush: true });
  await files.rename(beside, path);
  // The rename itself is only on the disk when the folder is.
  await using folder = await files.open(dirname(path));
  await folder.sync();
}

function versionOf(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('base64');
}

function unlessMissing(error: NodeJS.ErrnoException): undefined {
  if (error.code !== 'ENOENT') throw error;
}
