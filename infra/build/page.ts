import { mkdir, writeFile } from 'node:fs/promises';
import { basename, join, relative } from 'node:path';
import { gzipSync } from 'node:zlib';
import { build, type Plugin } from 'esbuild';
import { YAML_MODULES } from './bundle.ts';
import { PAGE_DIRECTORY, REPOSITORY } from './paths.ts';
import { noJsonSchemas } from './plugins.ts';

const EXPLORE = join(REPOSITORY, 'cli/explore');
const STAND_INS = join(EXPLORE, 'engine/stand-ins');

/** Browsers of two years ago, which have `Map.groupBy` and workers of modules. */
const TARGET = ['chrome121', 'firefox121', 'safari17.4'];

/** A file of the page. */
export interface PageFile {
  /** Without a folder. */
  readonly name: string;
  readonly contents: Uint8Array;
}

/**
 * Bundles the page of `fargauge explore`: the page and the engine that its worker runs, which is the collector's own code.
 *
 * @param entries the modules that become files
 */
export async function bundlePage(
  entries: Readonly<Record<string, string>> = {
    index: join(EXPLORE, 'page/index.html'),
    icon: join(EXPLORE, 'page/icon.svg'),
    style: join(EXPLORE, 'page/style.css'),
    page: join(EXPLORE, 'page/main.tsx'),
    engine: join(EXPLORE, 'engine/worker.ts'),
  },
): Promise<readonly PageFile[]> {
  const { outputFiles } = await build({
    entryPoints: { ...entries },
    outdir: PAGE_DIRECTORY,
    absWorkingDir: REPOSITORY,
    platform: 'browser',
    target: TARGET,
    format: 'esm',
    bundle: true,
    minify: true,
    legalComments: 'none',
    jsx: 'automatic',
    jsxImportSource: 'preact',
    loader: { '.html': 'copy', '.svg': 'copy' },
    // Node.js has it as a global.
    inject: [join(STAND_INS, 'buffer.ts')],
    alias: { yaml: YAML_MODULES },
    plugins: [standIns, withoutEval, noJsonSchemas],
    logLevel: 'warning',
    write: false,
  });
  return outputFiles.map(({ path, contents }) => ({ name: basename(path), contents }));
}

/** Writes the files of the page into `outdir`, compressed, as they are served. */
export async function writePage(outdir: string = PAGE_DIRECTORY): Promise<readonly PageFile[]> {
  const files = await bundlePage();
  await mkdir(outdir, { recursive: true });
  await Promise.all(
    files.map(({ name, contents }) => writeFile(join(outdir, `${name}.gz`), gzipSync(contents))),
  );
  return files;
}

/** The collector's modules import a few modules of Node.js, whose used parts the engine has for a browser. */
const standIns: Plugin = {
  name: 'stand-ins',
  setup({ onResolve }) {
    onResolve({ filter: /^node:/ }, ({ path }) => ({
      path: join(STAND_INS, `${path.slice('node:'.length)}.ts`),
    }));
  },
};

/** The package has no side effects, but for the setting that the engine begins with. */
const withoutEval: Plugin = {
  name: 'without-eval',
  setup({ onResolve }) {
    onResolve({ filter: /\/without-eval\.ts$/ }, () => ({
      path: join(EXPLORE, 'engine/without-eval.ts'),
      sideEffects: true,
    }));
  },
};

if (import.meta.main) {
  for (const { name, contents } of await writePage(process.argv[2])) {
    const path = join(relative(REPOSITORY, PAGE_DIRECTORY), name);
    process.stdout.write(`${path}  ${contents.length} bytes\n`);
  }
}
