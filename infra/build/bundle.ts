import { randomUUID } from 'node:crypto';
import { chmod, mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { isBuiltin } from 'node:module';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type BuildOptions, build, type Plugin } from 'esbuild';
import { COLLECTOR_DIRECTORY, REPOSITORY, SIDECAR_DIRECTORY } from './paths.ts';
import {
  caseOfAscii,
  httpByProperty,
  noEventStreams,
  noJsonSchemas,
  pureSchemas,
  versionsOnly,
} from './plugins.ts';

const COLLECTOR_ENTRY = join(REPOSITORY, 'lambda/handler.ts');
const EC2_ENTRY = join(REPOSITORY, 'lambda/discovery/aws/ec2-client.ts');
const STS_ENTRY = join(REPOSITORY, 'lambda/discovery/aws/temporary-credentials.ts');
const SIDECAR_ENTRY = join(REPOSITORY, 'sidecar/main.ts');
const SIDECAR_DOCKERFILE = join(REPOSITORY, 'sidecar/node.Dockerfile');

/** CommonJS packages call `require` for Node.js's own modules, which an ES module does not have. */
export const REQUIRE = `import{createRequire}from'node:module';const require=createRequire(import.meta.url);`;

/** Node.js gets one CommonJS file of this package, of which a bundle keeps all; the ES modules beside it do the same. */
export const YAML_MODULES = fileURLToPath(
  import.meta.resolve('yaml').replace('/dist/', '/browser/dist/'),
);

/** A file beside that of the function, which it reads only if the configuration needs it: a cold start without is shorter. */
interface Part {
  readonly file: string;
  /** Imports of it in the function's modules. */
  readonly imports: RegExp;
  readonly entry: Entry;
}

/** A module's path, or its text. */
type Entry = string | { readonly text: string };

const PARTS: readonly Part[] = [
  // For tasks on instances.
  { file: 'ec2.mjs', imports: /\/ec2-client\.ts$/, entry: EC2_ENTRY },
  // For roles, also of other accounts.
  { file: 'sts.mjs', imports: /\/temporary-credentials\.ts$/, entry: STS_ENTRY },
  // For a configuration that is a document; the built-in default is none.
  {
    file: 'yaml.mjs',
    imports: /^yaml$/,
    entry: {
      text: "export { isScalar, LineCounter, parse, parseDocument, Scalar, visit } from 'yaml';",
    },
  },
];

/** The files of a function's code. */
export const COLLECTOR_FILES: readonly string[] = ['index.mjs', ...PARTS.map(({ file }) => file)];

const SHEBANG = '#!/usr/bin/env node';

/**
 * Parts of the AWS SDK that the Lambda runtime provides, so the bundle leaves them out: clients that few configurations
 * need, and credential providers that a function, which finds its credentials in the environment, never uses. See
 * docs/decisions/0006-clients-of-the-runtime.md.
 */
export const OF_THE_RUNTIME = [
  '@aws-sdk/client-s3',
  '@aws-sdk/client-secrets-manager',
  '@aws-sdk/client-ssm',
  '@aws-sdk/credential-provider-ini',
  '@aws-sdk/credential-provider-process',
  '@aws-sdk/credential-provider-sso',
  '@aws-sdk/credential-provider-web-identity',
] as const;

/** One bundled program. */
export interface Bundle {
  /** Path of the file that runs, with its source map beside it. */
  readonly file: string;
  readonly bytes: number;
  /** Modules that it imports at run time and that are not part of Node.js. */
  readonly missing: readonly string[];
}

/** Bundles the Lambda function into `index.mjs` in `outdir`, whose export `handler` Lambda calls, and its other files beside it. */
export async function bundleCollector(
  outdir: string = COLLECTOR_DIRECTORY,
  entry: string = COLLECTOR_ENTRY,
): Promise<Bundle> {
  const [made] = await Promise.all([
    bundle(entry, join(outdir, 'index.mjs'), REQUIRE, OF_THE_RUNTIME, [
      apart,
      httpByProperty,
      caseOfAscii,
    ]),
    ...PARTS.map((part) =>
      bundle(part.entry, join(outdir, part.file), REQUIRE, OF_THE_RUNTIME, [httpByProperty]),
    ),
  ]);
  return made;
}

/**
 * Bundles the sidecar into `index.mjs` in `outdir`: a program that needs only Node.js. The Dockerfile beside it makes
 * its image: it is the last stage of the sidecar's own, which also bundles.
 */
export async function bundleSidecar(
  outdir: string = SIDECAR_DIRECTORY,
  entry: string = SIDECAR_ENTRY,
): Promise<Bundle> {
  const made = await bundle(entry, join(outdir, 'index.mjs'), SHEBANG, []);
  // The image's health check runs it as a program.
  await chmod(made.file, 0o755);
  const dockerfile = await readFile(SIDECAR_DOCKERFILE, 'utf8');
  await writeFile(join(outdir, 'Dockerfile'), lastStage(dockerfile));
  return made;
}

/** The last stage of a Dockerfile, which copies the bundle beside it instead of the result of an earlier stage. */
function lastStage(dockerfile: string): string {
  const argument = /^ARG .*$/m.exec(dockerfile)?.[0];
  const stage = dockerfile.slice(dockerfile.lastIndexOf('\nFROM '));
  const standalone = stage.replace(/^COPY --from=\S+ \S+/m, 'COPY index.mjs');
  if (argument === undefined || standalone === stage) {
    throw new Error(`Expected an ARG and a COPY --from in ${SIDECAR_DOCKERFILE}`);
  }
  return `${argument}\n${standalone}`;
}

async function bundle(
  entry: Entry,
  file: string,
  banner: string,
  external: readonly string[],
  plugins: readonly Plugin[] = [],
): Promise<Bundle> {
  const { metafile, outputFiles } = await build({
    ...PROGRAM,
    ...(typeof entry === 'string'
      ? { entryPoints: [entry] }
      : { stdin: { contents: entry.text, resolveDir: REPOSITORY } }),
    outfile: file,
    // The Lambda runtime nodejs24.x; no build for an architecture, because there is no native code.
    target: 'node24',
    banner: { js: banner },
    external: [...external],
    plugins: [...plugins, ...PROGRAM.plugins],
  });
  await writeFiles(outputFiles);
  const output = metafile.outputs[relative(REPOSITORY, file)];
  if (!output) throw new Error(`esbuild reports nothing about ${file}`);
  const imported = output.imports.map(({ path }) => path);
  return {
    file,
    bytes: output.bytes,
    missing: [
      ...new Set(
        imported.filter(
          (path) => !isBuiltin(path) && !PARTS.some(({ file: part }) => path === `./${part}`),
        ),
      ),
    ],
  };
}

/** Writes what esbuild made. */
export async function writeFiles(
  files: readonly { readonly path: string; readonly contents: Uint8Array }[],
): Promise<void> {
  await Promise.all(
    files.map(async ({ path, contents }) => {
      await mkdir(dirname(path), { recursive: true });
      await writeWhole(path, contents);
    }),
  );
}

/** Writes a file that another process may be reading: it finds the old one or the new one, and no half of either. */
async function writeWhole(path: string, contents: Uint8Array): Promise<void> {
  const beside = `${path}.${randomUUID()}`;
  await writeFile(beside, contents);
  await rename(beside, path);
}

/** Leaves out what has a file of its own. */
const apart: Plugin = {
  name: 'apart',
  setup({ onResolve }) {
    for (const { file, imports } of PARTS) {
      onResolve({ filter: imports }, () => ({ path: `./${file}`, external: true }));
    }
  },
};

/** What all programs are bundled by. */
export const PROGRAM = {
  absWorkingDir: REPOSITORY,
  platform: 'node',
  format: 'esm',
  bundle: true,
  minify: true,
  sourcemap: 'linked',
  legalComments: 'none',
  // The AWS SDK's ES modules, of which the bundle contains only the used parts.
  mainFields: ['module', 'main'],
  alias: { yaml: YAML_MODULES },
  plugins: [pureSchemas, versionsOnly, noJsonSchemas, noEventStreams],
  metafile: true,
  logLevel: 'warning',
  write: false,
} satisfies BuildOptions;
