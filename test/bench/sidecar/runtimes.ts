import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { bundleSidecar } from '../../../infra/build/bundle.ts';
import { REPOSITORY } from '../../../infra/build/paths.ts';
import { buildHost, bundleForHost } from '../../../infra/build/sidecar-host.ts';

/** How the sidecar is run, and how it is run in haste until SIGUSR2. */
export interface Runtime {
  readonly name: string;
  readonly bytes: number;
  readonly command: readonly string[];
  readonly hasty: readonly string[];
}

/**
 * The sidecar as its two images run it, both built anew: on Node.js, and the program, where it can be built. `FARGAUGE_BENCH_FLAGS` tries other
 * flags of V8 than the image's.
 */
export async function sidecarRuntimes(): Promise<Runtime[]> {
  return [await nodeRuntime(), ...(await hostRuntime())];
}

async function nodeRuntime(): Promise<Runtime> {
  const { file } = await bundleSidecar(join(REPOSITORY, 'dist/bench/sidecar'));
  const haste = await bundleSidecar(
    join(REPOSITORY, 'dist/bench/sidecar-haste'),
    join(import.meta.dirname, 'haste.ts'),
  );
  const flags = process.env.FARGAUGE_BENCH_FLAGS?.split(' ').filter(Boolean) ?? imageFlags();
  return {
    name: ['Node.js', ...flags].join(' '),
    bytes: statSync(file).size,
    command: [process.execPath, ...flags, file],
    hasty: [process.execPath, ...flags, '--import', haste.file, file],
  };
}

/** Nothing, and a word about it, where it cannot be built. */
async function hostRuntime(): Promise<Runtime[]> {
  const folder = join(REPOSITORY, 'dist/bench/sidecar-host');
  const haste = join(import.meta.dirname, 'host-haste.ts');
  const hastyBundle = await bundleForHost(undefined, join(folder, 'hasty.mjs'), haste);
  const hasty = await buildHost(hastyBundle, join(folder, 'hasty'));
  const built = await buildHost(await bundleForHost(), join(folder, 'fargauge-sidecar'));
  if ('reason' in built || 'reason' in hasty) {
    console.log(`Node.js alone: ${'reason' in built ? built.reason : ''}\n`);
    return [];
  }
  return [{ name: 'program', bytes: built.bytes, command: [built.file], hasty: [hasty.file] }];
}

/** What stands between `node` and the program in the image's entry point. */
function imageFlags(): string[] {
  const dockerfile = readFileSync(join(REPOSITORY, 'sidecar/node.Dockerfile'), 'utf8');
  const [, words = '[]'] = /^ENTRYPOINT (\[.*\])$/m.exec(dockerfile) ?? [];
  return (JSON.parse(words) as string[]).slice(1, -1);
}
