import { cpSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { bundleCollector, bundleSidecar } from '../../../infra/build/bundle.ts';
import { bundleCli } from '../../../infra/build/command-line.ts';
import { compileConstructs } from '../../../infra/build/constructs.ts';
import { run } from '../install/command.ts';
import { ROOT } from './places.ts';

/** The packages of the CDK, which two versions of it share nothing of. */
const OF_THE_CDK = ['@aws-cdk', 'aws-cdk-lib', 'constructs'];

/** What is not a source, and would be large. */
const NO_SOURCES = ['.git', '.integration', 'cdk.out', 'coverage', 'dist', 'node_modules'];

interface Manifest {
  readonly version: string;
  readonly peerDependencies: Readonly<Record<string, string>>;
  readonly devDependencies: Readonly<Record<string, string>>;
}

/** Packs what npm would publish, without the sidecar's programs, which take minutes to build; the path of the archive. */
export async function packInto(folder: string): Promise<string> {
  await Promise.all([bundleCollector(), bundleSidecar(), bundleCli(), compileConstructs()]);
  const pack = ['pack', '--ignore-scripts', '--json', '--pack-destination', folder];
  const [{ filename }] = JSON.parse(run('npm', pack, { cwd: ROOT }));
  return join(folder, filename);
}

/** Installs the package as it is now into a folder, as its users do, with the oldest CDK that it takes. */
export async function installWithOldestCdk(folder: string): Promise<void> {
  const archive = await packInto(folder);
  const types = `@types/node@${manifestIn(ROOT).devDependencies['@types/node']}`;
  const cdk = Object.entries(oldestCdk()).map(([name, version]) => `${name}@${version}`);
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ type: 'module', private: true }));
  run('npm', ['install', '--no-audit', '--no-fund', archive, types, ...cdk], {
    cwd: folder,
  });
}

/** The least version of each package that its users bring along, such as `2.197.0` of `^2.197.0`. */
export function oldestCdk(): Readonly<Record<string, string>> {
  const ranges = Object.entries(manifestIn(ROOT).peerDependencies);
  return Object.fromEntries(ranges.map(([name, range]) => [name, range.replace(/^\^/, '')]));
}

/** The version of a package in `node_modules` of a folder. */
export function installedVersion(folder: string, name: string): string {
  return manifestIn(join(folder, 'node_modules', name)).version;
}

/** Copies the sources and tests into a folder that has all packages of the repository, but the CDK of another folder. */
export function copyWithCdkOf(installed: string, folder: string): void {
  for (const name of readdirSync(ROOT).filter((each) => !NO_SOURCES.includes(each))) {
    cpSync(join(ROOT, name), join(folder, name), { recursive: true });
  }
  mkdirSync(join(folder, 'node_modules'));
  for (const name of readdirSync(join(ROOT, 'node_modules'))) {
    const from = OF_THE_CDK.includes(name) ? installed : ROOT;
    symlinkSync(join(from, 'node_modules', name), join(folder, 'node_modules', name));
  }
}

function manifestIn(folder: string): Manifest {
  return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
}
