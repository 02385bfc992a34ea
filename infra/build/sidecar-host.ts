import { execFile } from 'node:child_process';
import { copyFile, mkdir, readFile, stat, writeFile } from 'node:fs/promises';
import { arch, homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { build } from 'esbuild';
import { REPOSITORY, SIDECAR_DIRECTORY } from '../paths.ts';

const HOST = join(REPOSITORY, 'sidecar/host');

const DOCKERFILE = join(REPOSITORY, 'sidecar/Dockerfile');

/** What cargo keeps between two builds. */
const TARGET_DIRECTORY = join(REPOSITORY, 'dist/host/target');
const BUNDLE = join(REPOSITORY, 'dist/host/sidecar.mjs');

const PROGRAM = 'fargauge-sidecar';

const run = promisify(execFile);

/** Modules that stand in for those of Node.js. */
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
const TARGETS: Readonly<Record<Architecture, string>> = {
  amd64: 'x86_64-unknown-linux-musl',
  arm64: 'aarch64-unknown-linux-musl',
};

/** The architecture of this machine. */
export const OWN_ARCHITECTURE: Architecture = arch() === 'arm64' ? 'arm64' : 'amd64';

/** A program, or why it cannot be built here. */
export type Built =
  | { readonly architecture: Architecture; readonly file: string; readonly bytes: number }
  | { readonly architecture: Architecture; readonly reason: string };

/** Bundles a program for the sidecar's host: with the modules of `sidecar/host/js` in the place of those of Node.js. */
export async function bundleForHost(
  entry: string = join(REPOSITORY, 'sidecar/main.ts'),
  outfile: string = BUNDLE,
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
    inject: [join(HOST, 'js/globals.ts')],
    logLevel: 'warning',
  });
  return outfile;
}

/** Where the program of an architecture lies, with the Dockerfile of its image. */
export function hostDirectory(architecture: Architecture, sidecar = SIDECAR_DIRECTORY): string {
  return join(sidecar, architecture);
}

/** Builds the sidecar's program, with its Dockerfile beside it, for each architecture that this machine can build for. */
export async function buildHosts(): Promise<Built[]> {
  const bundle = await bundleForHost();
  const all: Built[] = [];
  for (const architecture of ARCHITECTURES) {
    const directory = hostDirectory(architecture);
    const built = await buildHost(bundle, join(directory, PROGRAM), architecture);
    if ('file' in built) {
      await writeFile(join(directory, 'Dockerfile'), imageOf(await readFile(DOCKERFILE, 'utf8')));
    }
    all.push(built);
  }
  return all;
}

/**
 * Compiles the host with a bundle in it: one static program that needs nothing else. The same sources give the same bytes, wherever the
 * repository lies.
 *
 * @param file where the program goes
 * @throws Error with the compiler's words, where the tools are there but fail
 */
export async function buildHost(
  bundle: string,
  file: string,
  architecture: Architecture = OWN_ARCHITECTURE,
): Promise<Built> {
  const target = TARGETS[architecture];
  const reason = await whyNot(target);
  if (reason !== undefined) return { architecture, reason };
  const command = (await isThere('cargo', ['zigbuild', '--help'])) ? 'zigbuild' : 'build';
  await run(
    'cargo',
    [command, '--release', '--locked', '--target', target, '--target-dir', TARGET_DIRECTORY],
    {
      cwd: HOST,
      env: { ...process.env, ...reproducible(), FARGAUGE_BUNDLE: bundle },
      maxBuffer: 1e8,
    },
  );
  await mkdir(dirname(file), { recursive: true });
  await copyFile(join(TARGET_DIRECTORY, target, 'release', PROGRAM), file);
  return { architecture, file, bytes: (await stat(file)).size };
}

/** What is missing for a target. */
async function whyNot(target: string): Promise<string | undefined> {
  if (!(await isThere('cargo', ['--version']))) return 'cargo is not installed';
  const directory = ['--print', 'target-libdir', '--target', target];
  const { stdout } = await run('rustc', directory).catch(() => ({ stdout: '' }));
  if (!(await isDirectory(stdout.trim()))) return `\`rustup target add ${target}\` is missing`;
  if (await isThere('cargo', ['zigbuild', '--help'])) return undefined;
  if (target !== TARGETS[OWN_ARCHITECTURE]) return 'cargo-zigbuild is not installed';
  if (await isThere('musl-gcc', ['--version'])) return undefined;
  return 'neither musl-gcc nor cargo-zigbuild is installed';
}

/** Settings that keep the places of this machine out of the program. */
function reproducible(): Record<string, string> {
  const cargo = process.env.CARGO_HOME ?? join(homedir(), '.cargo');
  const places = [
    [cargo, '/cargo'],
    [REPOSITORY, '/fargauge'],
  ];
  return {
    RUSTFLAGS: places.map(([from, to]) => `--remap-path-prefix=${from}=${to}`).join(' '),
    CFLAGS: places.map(([from, to]) => `-ffile-prefix-map=${from}=${to}`).join(' '),
    SOURCE_DATE_EPOCH: '0',
  };
}

/** The Dockerfile with the program beside it, in the place of one for each platform. */
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
