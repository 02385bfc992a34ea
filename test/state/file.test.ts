import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { fileStore } from '../../lambda/state/file.ts';
import { StateStoreError } from '../../lambda/state/store.ts';
import { AMPLE, stored } from './states.ts';

let folder: string;
let path: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fargauge-state-'));
  path = join(folder, 'state');
});

afterEach(() => rm(folder, { recursive: true }));

const text = () => readFile(path, 'utf8');
const BYTES = Buffer.from('a state');

describe('a state in a file', () => {
  it('is none before it was written', async () => {
    expect(await fileStore(path).read(AMPLE)).toBeUndefined();
  });

  it('is what was written, and nothing else stays behind', async () => {
    const store = fileStore(path);
    const first = await store.write(BYTES, undefined, AMPLE);
    expect(await store.read(AMPLE)).toEqual({ bytes: BYTES, ...(first as object) });
    const { version } = await stored(store);
    expect(await store.read(AMPLE, version)).toBe('unchanged');
    expect(await store.read(AMPLE, 'another version')).toEqual({ bytes: BYTES, version });
    expect(await store.write(Buffer.from('another'), version, AMPLE)).not.toBe('conflict');
    expect(await text()).toBe('another');
    expect(await readdir(folder)).toEqual(['state']);
  });

  it('is not replaced where it is another one', async () => {
    const store = fileStore(path);
    await store.write(BYTES, undefined, AMPLE);
    expect(await store.write(Buffer.from('mine'), undefined, AMPLE)).toBe('conflict');
    expect(await store.write(Buffer.from('mine'), 'another version', AMPLE)).toBe('conflict');
    expect(await text()).toBe('a state');
  });

  it('does not mind what an earlier write left unfinished', async () => {
    await writeFile(`${path}.tmp`, 'half a sta');
    const store = fileStore(path);
    expect(await store.read(AMPLE)).toBeUndefined();
    await store.write(BYTES, undefined, AMPLE);
    expect(await text()).toBe('a state');
  });

  it('is set aside under a name beside it', async () => {
    const object = { bytes: BYTES, version: '' };
    const aside = await fileStore(path).setAside(object, 'newer', Date.UTC(2026, 4, 1), AMPLE);
    expect(aside).toBe(`${path}.newer-2026-05-01T000000.000Z`);
    expect(await readFile(aside)).toEqual(BYTES);
  });

  it.each([
    ['Reading', () => fileStore(folder).read(AMPLE), /EISDIR/],
    ['Writing', () => fileStore(join(folder, 'a/b')).write(BYTES, undefined, AMPLE), /ENOENT/],
  ])('says what was wrong where %s fails', async (what, run, reason) => {
    const failure = run();
    await expect(failure).rejects.toThrow(StateStoreError);
    await expect(failure).rejects.toThrow(new RegExp(`^${what} the state ${folder}.* failed\\. `));
    await expect(failure).rejects.toThrow(reason);
  });
});
