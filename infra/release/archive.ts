import { execFile } from 'node:child_process';
import { rm, utimes } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { promisify } from 'node:util';

/** The earliest time that an archive can hold, in seconds. */
const EARLIEST = 315_532_800;

/**
 * Packs files of one folder into an archive for Lambda, by the program `zip`: equal files give equal bytes.
 *
 * @param files paths, all in one folder
 */
export async function zip(archive: string, files: readonly string[]): Promise<void> {
  await rm(archive, { force: true });
  await Promise.all(files.map((file) => utimes(file, EARLIEST, EARLIEST)));
  const [first = ''] = files;
  // Without extra fields, which have the times of reading and the user.
  await promisify(execFile)(
    'zip',
    ['-q', '-X', '-9', archive, ...files.map((each) => basename(each))],
    {
      cwd: dirname(first),
      env: { ...process.env, TZ: 'UTC' },
    },
  );
}
