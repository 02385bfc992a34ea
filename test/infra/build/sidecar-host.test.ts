import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { buildHosts } from '../../../infra/build/sidecar-host.ts';

const { PATH } = process.env;

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fargauge-build-'));
});
afterEach(async () => {
  process.env.PATH = PATH;
  await rm(folder, { recursive: true });
});

it('a build without Rust says so, and leaves no program of older sources to be packed', async () => {
  await mkdir(join(folder, 'arm64'));
  await writeFile(join(folder, 'arm64/fargauge-sidecar'), 'old');
  process.env.PATH = folder;

  expect(await buildHosts(folder)).toEqual([
    { architecture: 'amd64', reason: 'cargo is not installed' },
    { architecture: 'arm64', reason: 'cargo is not installed' },
  ]);
  expect(await readdir(folder)).toEqual([]);
});
