import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { REPOSITORY } from '../../infra/build/paths.ts';

const run = promisify(execFile);

const JEST = join(REPOSITORY, 'node_modules/jest/bin/jest.js');

/** A process that runs Jest. */
const SLOW = 60_000;

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fargauge-jest-'));
});
afterEach(() => rm(folder, { recursive: true }));

describe('files of tests in one process', () => {
  it(
    'have their own modules of the repository, share packages, and find the process as it was',
    async () => {
      const record = join(folder, 'record');
      const options = ['--runInBand', '--testMatch', '<rootDir>/test/jest/isolation/*.file.ts'];
      const { stderr } = await run(process.execPath, [JEST, ...options], {
        cwd: REPOSITORY,
        env: { ...process.env, FARGAUGE_TEST_RECORD: record },
      });
      expect(stderr).toContain('Tests:       2 passed, 2 total');
      expect(await readFile(record, 'utf8')).toBe('1\n2\n');
    },
    SLOW,
  );
});
