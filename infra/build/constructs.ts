import { execFile } from 'node:child_process';
import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { build } from 'esbuild';
import { writeFiles } from './bundle.ts';
import { CONSTRUCTS_DIRECTORY, REPOSITORY } from './paths.ts';

const TSC = join(REPOSITORY, 'node_modules/typescript/bin/tsc');
const PROJECT = join(REPOSITORY, 'tsconfig.package.json');

/** The types of the package's face. */
const TYPES = join(CONSTRUCTS_DIRECTORY, 'infra/index.d.ts');

/** A file of types that another one names, in the place of the JavaScript. */
const NAMED = /(?:\bfrom|\bimport\(|\bimport)\s*["'](\.[^"']+)\.[jt]s["']/g;

/** The constructs, and the program of the thread that reads their configurations, which is beside them. */
const ENTRIES = { index: 'infra/index.ts', program: 'infra/configuration/check/program.ts' };

/**
 * Makes the constructs for users of the package: JavaScript in `dist/package`, and their types below it.
 *
 * They are a CommonJS module, which `import` and `require` both take in each version of Node.js, and Jest without any
 * setting. There is one form only: with two, a program could load each class twice, and `instanceof` would fail.
 */
export async function compileConstructs(): Promise<void> {
  // Files of deleted sources must not be packed.
  await rm(CONSTRUCTS_DIRECTORY, { recursive: true, force: true });
  await Promise.all([
    promisify(execFile)(process.execPath, [TSC, '--project', PROJECT]),
    bundleConstructs(),
  ]);
  await removeOtherTypes();
  // TypeScript takes the types for those of a CommonJS module too, as Node.js does the JavaScript.
  await writeFile(join(CONSTRUCTS_DIRECTORY, 'package.json'), '{ "type": "commonjs" }\n');
}

async function bundleConstructs(): Promise<void> {
  const { outputFiles } = await build({
    entryPoints: ENTRIES,
    outdir: CONSTRUCTS_DIRECTORY,
    absWorkingDir: REPOSITORY,
    platform: 'node',
    target: 'node20',
    format: 'cjs',
    bundle: true,
    // Names stay, so that a stack trace can be read.
    minifyWhitespace: true,
    minifySyntax: true,
    packages: 'external',
    legalComments: 'none',
    define: { 'import.meta.url': 'moduleUrl' },
    banner: { js: "const moduleUrl = require('node:url').pathToFileURL(__filename).href;" },
    logLevel: 'warning',
    write: false,
  });
  await writeFiles(outputFiles);
}

/** Types that those of the constructs do not name would only make the package larger. */
async function removeOtherTypes(): Promise<void> {
  const named = new Set([TYPES]);
  // A set goes on with what is added meanwhile.
  for (const file of named) {
    for (const [, path = ''] of (await readFile(file, 'utf8')).matchAll(NAMED)) {
      named.add(`${join(dirname(file), path)}.d.ts`);
    }
  }
  const all = await readdir(CONSTRUCTS_DIRECTORY, { recursive: true });
  const others = all
    .filter((name) => name.endsWith('.d.ts'))
    .map((name) => join(CONSTRUCTS_DIRECTORY, name))
    .filter((file) => !named.has(file));
  await Promise.all(others.map((file) => rm(file)));
}
