import { execFile } from 'node:child_process';
import { rm } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { promisify } from 'node:util';
import { bundleCli, bundleCollector, bundleSidecar } from './bundle.ts';
import { REPOSITORY } from './paths.ts';
import { buildHosts } from './sidecar-host.ts';

const TSC = join(REPOSITORY, 'node_modules/typescript/bin/tsc');
const PROJECT = join(REPOSITORY, 'tsconfig.package.json');

/** Compiles the constructs for users of the package: JavaScript and types in `dist/package`. */
export async function compileConstructs(): Promise<void> {
  // Files of deleted sources must not be packed.
  await rm(join(REPOSITORY, 'dist/package'), { recursive: true, force: true });
  await promisify(execFile)(process.execPath, [TSC, '--project', PROJECT]);
}

if (import.meta.main) {
  const bundles = [await bundleCollector(), await bundleSidecar(), await bundleCli()];
  for (const { file, bytes } of bundles) {
    process.stdout.write(`${relative(REPOSITORY, file)}  ${bytes} bytes\n`);
  }
  for (const built of await buildHosts()) {
    const text =
      'file' in built
        ? `${relative(REPOSITORY, built.file)}  ${built.bytes} bytes`
        : `no sidecar for ${built.architecture}: ${built.reason}. Its image has Node.js instead`;
    process.stdout.write(`${text}\n`);
  }
  await compileConstructs();
}
