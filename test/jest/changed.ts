/** Runs the tests of what changed since the last commit: `npm run test:changed`. Further arguments are Jest's. */
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { REPOSITORY } from '../../infra/build/paths.ts';
import { relatedTests } from './related.ts';

const JEST = join(REPOSITORY, 'node_modules/jest/bin/jest.js');

const changed = [
  ...git('diff', '--name-only', '--no-renames', 'HEAD'),
  ...git('ls-files', '--others', '--exclude-standard'),
];
const files = new Map([...git('ls-files'), ...changed].map((file) => [file, textOf(file)]));
const tests = relatedTests(files, changed).filter((file) => existsSync(join(REPOSITORY, file)));
process.stdout.write(`${changed.length} files changed, ${tests.length} files of tests can tell\n`);
if (tests.length > 0) {
  const { status } = spawnSync(
    process.execPath,
    [JEST, '--runTestsByPath', ...process.argv.slice(2), ...tests],
    { cwd: REPOSITORY, stdio: 'inherit' },
  );
  process.exitCode = status ?? 1;
}

/** The lines of what git answers. */
function git(...args: string[]): string[] {
  const answer = execFileSync('git', args, { cwd: REPOSITORY, encoding: 'utf8' });
  return answer.split('\n').filter((line) => line !== '');
}

function textOf(file: string): string {
  const path = join(REPOSITORY, file);
  return file.endsWith('.ts') && existsSync(path) ? readFileSync(path, 'utf8') : '';
}
