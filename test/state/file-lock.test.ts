import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { FileInUseError, lockFile } from '../../lambda/state/file-lock.ts';

/** The process, the machine and, on Linux, which start of it. */
const OURS = new RegExp(`^${process.pid} ${hostname()}( [0-9a-f-]{36})?\n$`);

let folder: string;
let path: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fargauge-lock-'));
  path = join(folder, 'state');
});

afterEach(() => rm(folder, { recursive: true }));

/** The id of a process that is gone. */
async function deadProcess(): Promise<number> {
  const child = fork('-e', ['0'], { execArgv: ['-e', '0'] });
  await once(child, 'exit');
  return child.pid ?? Number.NaN;
}

it('says whose it is, and leaves nothing behind', async () => {
  {
    await using _lock = await lockFile(path);
    expect(await readdir(folder)).toEqual(['state.lock']);
    expect(await readFile(`${path}.lock`, 'utf8')).toMatch(OURS);
  }
  expect(await readdir(folder)).toEqual([]);
});

it.each([
  ['a process that is alive', () => `${process.ppid} ${hostname()}`],
  ['a process of another machine, which nobody can ask', () => '1 elsewhere'],
])('is refused where it belongs to %s', async (_, holder) => {
  await writeFile(`${path}.lock`, `${holder()}\n`);
  const [pid, host] = holder().split(' ');
  await expect(lockFile(path)).rejects.toThrow(
    new FileInUseError(
      `${path} is in use by process ${pid} on ${host}; if that process is gone, remove ${path}.lock`,
    ),
  );
  expect(await readFile(`${path}.lock`, 'utf8')).toBe(`${holder()}\n`);
});

it.each<[string, () => Promise<number>, string?]>([
  ['a process that is gone', deadProcess],
  ['an earlier process with the same id, as containers have', async () => process.pid],
  [
    'a process of before the machine was started, whose id another one has now',
    async () => process.ppid,
    ' 00000000-0000-0000-0000-000000000000',
  ],
])('is taken over from %s', async (_, pid, boot = '') => {
  await writeFile(`${path}.lock`, `${await pid()} ${hostname()}${boot}\n`);
  await using _lock = await lockFile(path);
  expect(await readFile(`${path}.lock`, 'utf8')).toMatch(OURS);
  expect(await readdir(folder)).toEqual(['state.lock']);
});
