/**
 * `npm run release -- VERSION [SECTION]`: makes the files of a release in `dist/release`, after `npm run build`. The version must be that
 * of `package.json`; a leading v of a tag does not count. Its notes are the section of the changelog, by default that of the version.
 */

import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { COLLECTOR_FILES } from '../build/bundle.ts';
import { COLLECTOR_DIRECTORY, REPOSITORY } from '../build/paths.ts';
import { zip } from './archive.ts';
import { changesOf } from './changes.ts';
import { makeDeb } from './deb.ts';
import { releaseTemplate } from './template.ts';

const FOLDER = join(REPOSITORY, 'dist/release');

/** Not a file to download, but the text beside them. */
const NOTES = 'notes.md';
const CHECKSUMS = 'SHA256SUMS';

const [, , tag = '', section] = process.argv;
const { version } = JSON.parse(await readFile(join(REPOSITORY, 'package.json'), 'utf8'));
if (tag.replace(/^v/, '') !== version) {
  refuse(`expected the version of package.json, ${version}, got "${tag}"`);
}
const notes = changesOf(
  await readFile(join(REPOSITORY, 'CHANGELOG.md'), 'utf8'),
  section ?? version,
);
if (typeof notes !== 'string') refuse(notes.problem);
await rm(FOLDER, { recursive: true, force: true });
await mkdir(FOLDER, { recursive: true });
await writeFile(join(FOLDER, NOTES), notes);
await writeFile(
  join(FOLDER, 'fargauge.template.json'),
  `${JSON.stringify(releaseTemplate(), undefined, 2)}\n`,
);
await zip(
  join(FOLDER, 'fargauge-lambda.zip'),
  COLLECTOR_FILES.map((name) => join(COLLECTOR_DIRECTORY, name)),
);
await makeDeb(FOLDER);
await promisify(execFile)('npm', ['pack', '--ignore-scripts', '--pack-destination', FOLDER], {
  cwd: REPOSITORY,
});
await writeFile(join(FOLDER, CHECKSUMS), await checksums());

/** Ends the process before anything is made. */
function refuse(problem: string): never {
  process.stderr.write(`${problem}\n`);
  process.exit(2);
}

/** In the format of `sha256sum --check`. */
async function checksums(): Promise<string> {
  const names = (await readdir(FOLDER)).filter((name) => name !== NOTES).sort();
  const lines = names.map(async (name) => {
    const hash = createHash('sha256').update(await readFile(join(FOLDER, name)));
    return `${hash.digest('hex')}  ${name}\n`;
  });
  return (await Promise.all(lines)).join('');
}
