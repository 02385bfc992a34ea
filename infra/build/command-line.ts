import { globSync, readFileSync } from 'node:fs';
import { cp, mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { isBuiltin } from 'node:module';
import { dirname, join } from 'node:path';
import { build, type Plugin } from 'esbuild';
import { type Bundle, PROGRAM, REQUIRE, writeFiles } from './bundle.ts';
import { writePage } from './page.ts';
import { CLI_DIRECTORY, REPOSITORY } from './paths.ts';

/** The oldest Node.js on which the command line runs from the package. */
export const OLDEST_NODE = 20;

/** The command line, and the programs that its demo starts. */
const ENTRIES = {
  index: 'cli/main.ts',
  app: 'cli/demo/task/app.ts',
  load: 'cli/demo/task/load.ts',
  sidecar: 'sidecar/main.ts',
};

/** Files that a command reads, from the folder of its module. */
const FILES = ['demo/fargauge.yaml'] as const;

/** What Node.js 20 lacks, of all that the programs use: the integration tests run them on it. */
const OF_NEWER_NODE = [
  'Promise.withResolvers??=function(){let resolve,reject;const promise=new this((a,b)=>{resolve=a;reject=b});return{promise,resolve,reject}};',
  'Map.groupBy??=(items,keyOf)=>{const groups=new Map;let n=0;for(const item of items){const key=keyOf(item,n++);const group=groups.get(key);group?group.push(item):groups.set(key,[item])}return groups};',
].join('');

/** The command of the package: in JavaScript that any Node.js reads, so that an old one says why it cannot go on. */
const LAUNCHER = `#!/usr/bin/env node
'use strict';
if (Number(process.versions.node.split('.')[0]) < ${OLDEST_NODE}) {
  console.error('fargauge needs Node.js ${OLDEST_NODE} or newer; this is ' + process.versions.node + ', ' + process.execPath);
  process.exitCode = 2;
} else {
  // The AWS SDK's warning that it will need a newer one from next year on; the version of this package is pinned.
  process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED = 'true';
  import('./index.mjs');
}
`;

/**
 * Bundles the command line for machines without the repository: `fargauge.cjs` and the files that it needs, all in
 * `outdir`, which has nothing else.
 */
export async function bundleCli(outdir: string = CLI_DIRECTORY): Promise<Bundle> {
  const { metafile, outputFiles } = await build({
    ...PROGRAM,
    entryPoints: ENTRIES,
    outdir,
    outExtension: { '.js': '.mjs' },
    target: `node${OLDEST_NODE}`,
    // What few calls need, such as a client of AWS, is in files of its own.
    splitting: true,
    chunkNames: 'parts/[name]-[hash]',
    plugins: [...PROGRAM.plugins, withoutZstandard, usedClients],
    banner: { js: `${REQUIRE}${OF_NEWER_NODE}` },
  });
  await writeFiles(outputFiles);
  await Promise.all(FILES.map((file) => put(join(REPOSITORY, 'cli', file), join(outdir, file))));
  await writePage(join(outdir, 'explore'));
  const file = join(outdir, 'fargauge.cjs');
  await writeFile(file, LAUNCHER, { mode: 0o755 });
  await removeOthers(outdir, [file, ...outputFiles.map(({ path }) => path)]);
  const outputs = Object.values(metafile.outputs);
  const imported = outputs.flatMap(({ imports }) => imports).filter(({ external }) => external);
  return {
    file,
    bytes: outputFiles
      .filter(({ path }) => path.endsWith('.mjs'))
      .reduce((sum, { contents }) => sum + contents.length, 0),
    missing: [...new Set(imported.map(({ path }) => path).filter((path) => !isBuiltin(path)))],
  };
}

/** Before version 22.15, Node.js has no Zstandard: an import of its functions would be an error. `--state` asks for them. */
const withoutZstandard: Plugin = {
  name: 'without-zstandard',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^node:zlib$/ }, ({ namespace, path }) =>
      namespace === 'zlib' ? { path, external: true } : { path, namespace: 'zlib' },
    );
    onLoad({ filter: /./, namespace: 'zlib' }, () => ({
      contents: `
        import zlib from 'node:zlib';
        export default zlib;
        export * from 'node:zlib';
        const missing = () => { throw new Error('Node.js ' + process.versions.node + ' has no Zstandard') };
        export const { zstdCompress = missing, zstdDecompress = missing } = zlib;
      `,
    }));
  },
};

/** A client that is imported when it is needed, and the one name that is taken of it. */
const TAKEN = /\{ (\w+) \} = await import\('(@aws-sdk\/[\w-]+)'\)/g;

/** A client of AWS that is imported when it is needed comes along as a whole: this leaves what no module takes of it. */
const usedClients: Plugin = {
  name: 'used-clients',
  setup({ onResolve, onLoad }) {
    const names = new Map<string, Set<string>>();
    for (const path of globSync('lambda/**/*.ts', { cwd: REPOSITORY })) {
      const text = readFileSync(join(REPOSITORY, path), 'utf8');
      for (const [, name = '', client = ''] of text.matchAll(TAKEN)) {
        names.set(client, (names.get(client) ?? new Set()).add(name));
      }
    }
    onResolve({ filter: /^@aws-sdk\// }, ({ kind, path }) =>
      kind === 'dynamic-import' && names.has(path) ? { path, namespace: 'used' } : undefined,
    );
    onLoad({ filter: /./, namespace: 'used' }, ({ path }) => ({
      contents: `export { ${[...(names.get(path) ?? [])].join()} } from '${path}';`,
      resolveDir: REPOSITORY,
    }));
  },
};

/** Parts of earlier builds, whose names have other hashes. */
async function removeOthers(outdir: string, made: readonly string[]): Promise<void> {
  const folder = join(outdir, 'parts');
  const others = (await readdir(folder)).filter((name) => !made.includes(join(folder, name)));
  await Promise.all(others.map((name) => rm(join(folder, name), { force: true })));
}

async function put(from: string, to: string): Promise<void> {
  await mkdir(dirname(to), { recursive: true });
  await cp(from, to);
}
