import { createHash } from 'node:crypto';
import { open, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { FileWork } from '../model/waiting/file-work.ts';
import type { StateFormatError } from './format.ts';
import { asideName, type StateStore, StateStoreError, type StoredObject } from './store.ts';

/** The used part of `node:fs/promises`. */
export type Files = Pick<
  typeof import('node:fs/promises'),
  'open' | 'readFile' | 'rename' | 'writeFile'
>;

/**
 * The state in a file of this machine. A new state replaces the old one whole: written beside it, flushed to the disk,
 * renamed. Users of the file must hold its lock (`lockFile`); the store detects a writer without it by the content.
 */
export function fileStore(
  path: string,
  files: Files = { open, readFile, rename, writeFile },
): StateStore {
  // One after the other: a write that hangs since an earlier cycle must not replace the result of a later one.
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
    // The lock keeps others out.
    isShared: false,
    read: async (signal, known) => {
      const object = await read(signal);
      return known !== undefined && object?.version === known ? 'unchanged' : object;
    },
    // Ignores the cycle's signal: the state is written even if the delivery used up the cycle, because nobody kills
    // this process at its end. A file system that hangs costs two seconds.
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

/** Readers always see the old content or the new one, even if the process or the machine ends. */
async function replace(path: string, bytes: Uint8Array, files: Files): Promise<void> {
  const beside = `${path}.tmp`;
  await files.writeFile(beside, bytes, { flush: true });
  await files.rename(beside, path);
  // The rename reaches the disk only with the folder.
  await using folder = await files.open(dirname(path));
  await folder.sync();
}

function versionOf(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('base64');
}

function unlessMissing(error: NodeJS.ErrnoException): undefined {
  if (error.code !== 'ENOENT') throw error;
}
