import { isBuiltin } from 'node:module';
import { join, relative } from 'node:path';
import { build, type Plugin } from 'esbuild';
import { COLLECTOR_DIRECTORY, REPOSITORY, SIDECAR_DIRECTORY } from './paths.ts';

const COLLECTOR_ENTRY = join(REPOSITORY, 'lambda/handler.ts');
const SIDECAR_ENTRY = join(REPOSITORY, 'sidecar/main.ts');

/** CommonJS packages call `require` for Node.js's own modules, which an ES module does not have. */
const REQUIRE = `import{createRequire}from'node:module';const require=createRequire(import.meta.url);`;

/** A module of a package that the bundle has in another form, and that form. */
interface Replacement {
  readonly module: RegExp;
  readonly contents: string;
}

/**
 * What brings in far more than the collector uses of it. A name that is imported and not exported here fails the build.
 */
const REPLACEMENTS: readonly Replacement[] = [
  {
    // Its one CommonJS file loads everything: fetch, WebSocket, caches, mocks. Like that file, it gives dispatchers
    // their methods.
    module: /^undici$/,
    contents: `import Client from 'undici/lib/dispatcher/client.js';
      import Dispatcher from 'undici/lib/dispatcher/dispatcher.js';
      import errors from 'undici/lib/core/errors.js';
      import request from 'undici/lib/api/api-request.js';
      Object.assign(Dispatcher.prototype, { request });
      export { Client, errors };`,
  },
  {
    // The HTTP parser for a WebAssembly without SIMD, which Node.js 24 has on arm64 and x64.
    module: /\/llhttp-wasm\.js$/,
    contents: 'export {};',
  },
  {
    // Profiles, SSO, web identity and more: Lambda gives the role's credentials in the environment.
    // https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html#configuration-envvars-runtime
    module: /^@aws-sdk\/credential-provider-node$/,
    contents: `import { fromEnv } from '@aws-sdk/credential-provider-env';
      export const defaultProvider = () => fromEnv();`,
  },
];

/** One bundled program. */
export interface Bundle {
  /** Path of the one file that runs; its source map lies beside it. */
  readonly file: string;
  readonly bytes: number;
  /** Modules that it imports when it runs and that Node.js does not bring along: none, unless something is wrong. */
  readonly missing: readonly string[];
}

/** Bundles the Lambda function into `index.mjs` in `outdir`, whose export `handler` Lambda calls. */
export function bundleCollector(
  outdir: string = COLLECTOR_DIRECTORY,
  entry: string = COLLECTOR_ENTRY,
): Promise<Bundle> {
  return bundle(entry, outdir, REQUIRE);
}

/** Bundles the sidecar into `index.mjs` in `outdir`: a program that needs nothing but Node.js. */
export function bundleSidecar(
  outdir: string = SIDECAR_DIRECTORY,
  entry: string = SIDECAR_ENTRY,
): Promise<Bundle> {
  return bundle(entry, outdir, '');
}

async function bundle(entry: string, outdir: string, banner: string): Promise<Bundle> {
  const file = join(outdir, 'index.mjs');
  const { metafile } = await build({
    entryPoints: [entry],
    outfile: file,
    absWorkingDir: REPOSITORY,
    platform: 'node',
    // The Lambda runtime nodejs24.x; no build for an architecture, as there is no native code.
    target: 'node24',
    format: 'esm',
    bundle: true,
    minify: true,
    sourcemap: 'linked',
    legalComments: 'none',
    // The AWS SDK's ES modules, of which only what is used gets into the bundle.
    mainFields: ['module', 'main'],
    banner: { js: banner },
    plugins: [replaceModules],
    metafile: true,
    logLevel: 'warning',
  });
  const output = metafile.outputs[relative(REPOSITORY, file)];
  if (!output) throw new Error(`esbuild says nothing of ${file}`);
  return {
    file,
    bytes: output.bytes,
    missing: output.imports.map(({ path }) => path).filter((path) => !isBuiltin(path)),
  };
}

const replaceModules: Plugin = {
  name: 'replace-modules',
  setup({ onResolve, onLoad }) {
    REPLACEMENTS.forEach(({ module, contents }, index) => {
      const namespace = `replacement-${index}`;
      onResolve({ filter: module }, ({ path, resolveDir }) => ({
        path,
        namespace,
        pluginData: resolveDir,
      }));
      onLoad({ filter: module, namespace }, ({ pluginData }) => ({
        contents,
        resolveDir: pluginData,
      }));
    });
  },
};

if (import.meta.main) {
  for (const { file, bytes } of [await bundleCollector(), await bundleSidecar()]) {
    process.stdout.write(`${relative(REPOSITORY, file)}  ${bytes} bytes\n`);
  }
}
