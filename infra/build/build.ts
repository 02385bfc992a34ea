import { relative } from 'node:path';
import { bundleCollector, bundleSidecar } from './bundle.ts';
import { bundleCli } from './command-line.ts';
import { compileConstructs } from './constructs.ts';
import { REPOSITORY } from './paths.ts';
import { buildHosts } from './sidecar-host.ts';

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
