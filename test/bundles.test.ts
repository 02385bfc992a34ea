import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Bundle } from '../infra/build/bundle.ts';
import { onceInARun, RUN_FOLDER } from './bundles.ts';

const BUNDLE: Bundle = { file: '/dist/index.mjs', bytes: 1, missing: [] };

let folder: string;
let made: number;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fargauge-bundles-'));
  process.env[RUN_FOLDER] = folder;
  made = 0;
});
afterEach(() => rm(folder, { recursive: true }));

async function make(): Promise<Bundle> {
  made++;
  return BUNDLE;
}

describe('a bundle', () => {
  it('is made once in a run, also where several files need it at the same time', async () => {
    const needed = Array.from({ length: 5 }, () => onceInARun('collector', make));
    expect(await Promise.all(needed)).toEqual(needed.map(() => BUNDLE));
    expect(await onceInARun('collector', make)).toEqual(BUNDLE);
    expect(made).toBe(1);
    await onceInARun('sidecar', make);
    expect(made).toBe(2);
  });

  it('that cannot be made fails each file that needs it', async () => {
    const failing = () => Promise.reject(new Error('no entry'));
    const needed = [1, 2].map(() => onceInARun('collector', failing));
    const errors = await Promise.all(needed.map((each) => each.catch((error) => error.message)));
    expect(errors).toEqual(['Error: no entry', 'Error: no entry']);
  });

  it('is made by each call outside of a run', async () => {
    delete process.env[RUN_FOLDER];
    await onceInARun('collector', make);
    await onceInARun('collector', make);
    expect(made).toBe(2);
  });
});
