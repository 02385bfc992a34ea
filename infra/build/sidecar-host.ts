import { execFile } from 'node:child_process';
import { copyFile, mkdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { arch, homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { build } from 'esbuild';
import { billOfMaterials } from './bill-of-materials.ts';
import { REPOSITORY, SIDECAR_DIRECTORY } from './paths.ts';

const HOST = join(REPOSITORY, 'sidecar/host');

const DOCKERFILE = join(REPOSITORY, 'sidecar/Dockerfile');

/** Cargo's files between two builds. */
const TARGET_DIRECTORY = join(REPOSITORY, 'dist/host/target');
const BUNDLE = join(REPOSITORY, 'dist/host/sidecar.mjs');

const PROGRAM = 'fargauge-sidecar';

const run = promisify(execFile);

/** Modules that replace those of Node.js. */
const STAND_INS = {
  'node:events': 'events.ts',
  'node:fs': 'fs.ts',
  'node:net': 'net.ts',
  'node:string_decoder': 'string-decoder.ts',
} as const;

/** Architectures as Docker names them. */
export const ARCHITECTURES = ['amd64', 'arm64'] as const;

export type Architecture = (typeof ARCHITECTURES)[number];

/** As Rust names them. */
const CPUS: Readonly<Record<Architecture, string>> = { amd64: 'x86_64', arm64: 'aarch64' };

/** The architecture of this machine. */
export const OWN_ARCHITECTURE: Architecture = arch() === 'arm64' ? 'arm64' : 'amd64';

/** A program, or the reason why it cannot be built here. */
export type Built =
  | {
      readonly architecture: Architecture;
      readonly file: string;
      readonly bytes: number;
      /** As Rust names it. */
      readonly target: string;
    }
  | { readonly architecture: Architecture; readonly reason: string };

/**
 * Bundles a program for the sidecar's host, with the modules of `sidecar/host/js` instead of those of Node.js.
 *
 * @param globals a module with the globals of Node.js
 */
export async function bundleForHost(
  entry: string = join(REPOSITORY, 'sidecar/main.ts'),
  outfile: string = BUNDLE,
  globals: string = join(HOST, 'js/globals.ts'),
): Promise<string> {
  const standIns = Object.entries(STAND_INS).map(([name, file]) => [name, join(HOST, 'js', file)]);
  await build({
    entryPoints: [entry],
    outfile,
    absWorkingDir: REPOSITORY,
    platform: 'neutral',
    target: 'es2024',
    format: 'esm',
    bundle: true,
    minify: true,
    legalComments: 'none',
    alias: Object.fromEntries(standIns),
    inject: [globals],
    logLevel: 'warning',
  });
  return outfile;
}

/** The folder of an architecture's program, with the Dockerfile of its image. */
export function hostDirectory(architecture: Architecture, sidecar = SIDECAR_DIRECTORY): string {
  return join(sidecar, architecture);
}

/**
 * Builds the sidecar's program, with its Dockerfile and its bill of materials beside it, for each architecture that this machine can build for.
 *
 * @param sidecar gets a folder for each of them
 */
export async function buildHosts(sidecar = SIDECAR_DIRECTORY): Promise<Built[]> {
  const bundle = await bundleForHost();
  const all: Built[] = [];
  for (const architecture of ARCHITECTURES) {
    const directory = hostDirectory(architecture, sidecar);
    // A program of older sources must not be packed.
    await rm(directory, { recursive: true, force: true });
    const built = await buildHost(bundle, join(directory, PROGRAM), architecture);
    if ('file' in built) {
      await writeImage(directory);
      const bill = await billOfMaterials(HOST, built.file, built.target);
      await writeFile(join(directory, `${PROGRAM}.cdx.json`), bill);
    }
    all.push(built);
  }
  return all;
}

/**
 * Compiles the host with a bundle in it into one static program. Equal sources give equal bytes, in any folder.
 *
 * @param file path of the program
 * @throws Error with the compiler's message if the build fails
 */
export async function buildHost(
  bundle: string,
  file: string,
  architecture: Architecture = OWN_ARCHITECTURE,
): Promise<Built> {
  const plan = await planFor(architecture);
  if ('reason' in plan) return { architecture, ...plan };
  const { command, target, flags } = plan;
  await run(
    'cargo',
    [command, '--release', '--locked', '--target', target, '--target-dir', TARGET_DIRECTORY],
    {
      cwd: HOST,
      env: { ...process.env, ...reproducible(flags), FARGAUGE_BUNDLE: bundle },
      maxBuffer: 1e8,
    },
  );
  await mkdir(dirname(file), { recursive: true });
  await copyFile(join(TARGET_DIRECTORY, target, 'release', PROGRAM), file);
  return { architecture, file, bytes: (await stat(file)).size, target };
}

interface Plan {
  readonly command: 'build' | 'zigbuild';
  readonly target: string;
  /** Flags of the compiler. */
  readonly flags: readonly string[];
}

/** The build for an architecture, or the reason why it is impossible. */
async function planFor(architecture: Architecture): Promise<Plan | { readonly reason: string }> {
  const isOwn = architecture === OWN_ARCHITECTURE;
  const target = `${CPUS[architecture]}-unknown-linux-musl`;
  if (!(await isThere('cargo', ['--version']))) return { reason: 'cargo is not installed' };
  const reasons: string[] = [];
  if (!(await hasLibrary(target))) reasons.push(`\`rustup target add ${target}\` is missing`);
  const hasZig = await isThere('cargo', ['zigbuild', '--help']);
  const hasMusl = isOwn && (await isThere('musl-gcc', ['--version']));
  if (!hasZig && !hasMusl) reasons.push(`${isOwn ? 'musl-gcc or ' : ''}cargo-zigbuild is missing`);
  if (reasons.length === 0) return { command: hasMusl ? 'build' : 'zigbuild', target, flags: [] };
  const own = `${CPUS[architecture]}-unknown-linux-gnu`;
  if (!isOwn || !(await hasLibrary(own))) return { reason: reasons.join(', ') };
  // Good enough for tests, but it takes more memory than a program with musl.
  return { command: 'build', target: own, flags: ['-Ctarget-feature=+crt-static'] };
}

/** Whether the compiler has Rust's standard library for a target. */
async function hasLibrary(target: string): Promise<boolean> {
  const { stdout } = await run('rustc', ['--print', 'target-libdir', '--target', target]).catch(
    () => ({ stdout: '' }),
  );
  return isDirectory(stdout.trim());
}

/** Settings that keep paths of this machine out of the program. */
function reproducible(flags: readonly string[]): Record<string, string> {
  const cargo = process.env.CARGO_HOME ?? join(homedir(), '.cargo');
  const places = [
    [cargo, '/cargo'],
    [REPOSITORY, '/fargauge'],
  ];
  return {
    RUSTFLAGS: [...flags, ...places.map(([from, to]) => `--remap-path-prefix=${from}=${to}`)].join(
      ' ',
    ),
    CFLAGS: places.map(([from, to]) => `-ffile-prefix-map=${from}=${to}`).join(' '),
    SOURCE_DATE_EPOCH: '0',
  };
}

/** Writes the Dockerfile of the image beside the program that lies in the directory. */
export async function writeImage(directory: string): Promise<void> {
  await writeFile(join(directory, 'Dockerfile'), imageOf(await readFile(DOCKERFILE, 'utf8')));
}

/** The Dockerfile with the program beside it, instead of one program for each platform. */
function imageOf(dockerfile: string): string {
  const image = dockerfile
    .replace(/^ARG TARGETARCH\n/m, '')
    .replace(/^COPY \S+/m, `COPY ${PROGRAM}`);
  if (image === dockerfile) throw new Error(`Expected an ARG and a COPY in ${DOCKERFILE}`);
  return image;
}

async function isThere(program: string, args: readonly string[]): Promise<boolean> {
  return run(program, args).then(
    () => true,
    () => false,
  );
}

async function isDirectory(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );
}
