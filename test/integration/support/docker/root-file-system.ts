import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { isOnPath, run, searchPath } from '../../install/command.ts';
import { ROOT } from '../places.ts';

/** Programs that the commands of a Dockerfile cannot do without, with where they are found there. */
const PROGRAMS: readonly (readonly [program: string, path: string])[] = [
  [process.execPath, '/usr/local/bin/node'],
  ['/bin/sh', '/bin/sh'],
  ['/usr/bin/env', '/usr/bin/env'],
  ['/bin/chmod', '/bin/chmod'],
];

/**
 * Makes a root file system with Node.js and npm out of this machine's own files, in place of an official image: no image registry is
 * needed. What npm will be asked for lies in its cache there, so that a build needs no network either.
 */
export function makeRootFileSystem(folder: string): void {
  // As the root of every image: any user may enter it.
  chmodSync(folder, 0o755);
  for (const [program, path] of PROGRAMS) {
    copy(realpathSync(program), join(folder, path));
    for (const library of librariesOf(program)) copy(library, join(folder, library));
  }
  const modules = join(folder, 'usr/local/lib/node_modules');
  cpSync(npmFolder(), join(modules, 'npm'), { recursive: true, dereference: true });
  for (const name of ['npm', 'npx']) {
    symlinkSync(`../lib/node_modules/npm/bin/${name}-cli.js`, join(folder, 'usr/local/bin', name));
  }
  mkdirSync(join(folder, 'tmp'), { mode: 0o1777 });
  const registry = run('npm', ['config', 'get', 'registry']).trim();
  mkdirSync(join(folder, 'usr/local/etc'), { recursive: true });
  writeFileSync(
    join(folder, 'usr/local/etc/npmrc'),
    `cache=/npm-cache\noffline=true\nupdate-notifier=false\nregistry=${registry}\n`,
  );
  fillCache(join(folder, 'npm-cache'), join(folder, 'tmp/esbuild'));
}

/** Downloads what the Dockerfile installs, by the same steps, so that npm asks for the same things there. */
function fillCache(cache: string, scratch: string): void {
  mkdirSync(scratch);
  for (const file of ['package.json', 'package-lock.json']) {
    copyFileSync(join(ROOT, file), join(scratch, file));
  }
  const lock = JSON.parse(readFileSync(join(ROOT, 'package-lock.json'), 'utf8')) as {
    packages: Record<string, { version: string }>;
  };
  const bundler = `esbuild@${lock.packages['node_modules/esbuild']?.version}`;
  const flags = ['--cache', cache, '--ignore-scripts', '--no-audit', '--no-fund', '--save-exact'];
  run('npm', ['pkg', 'delete', 'dependencies', 'devDependencies'], { cwd: scratch });
  run('npm', ['install', ...flags, bundler], { cwd: scratch });
  rmSync(scratch, { recursive: true });
}

/** The shared libraries of a program, and the loader of them. */
function librariesOf(program: string): string[] {
  const { stdout } = spawnSync('ldd', [program], { encoding: 'utf8' });
  return [...stdout.matchAll(/(\/\S+) \(0x/g)].map(([, path = '']) => path);
}

function npmFolder(): string {
  if (!isOnPath('npm')) throw new Error('there is no npm on the search path');
  const link = searchPath()
    .map((folder) => join(folder, 'npm'))
    .find(existsSync);
  return dirname(dirname(realpathSync(link ?? 'npm')));
}

function copy(from: string, to: string): void {
  mkdirSync(dirname(to), { recursive: true });
  copyFileSync(from, to);
}
