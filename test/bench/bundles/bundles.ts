import { execFile } from 'node:child_process';
import { mkdtemp, rm, stat, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { table } from '../../../cli/describe/table.ts';
import { bundleCollector, bundleSidecar, COLLECTOR_FILES } from '../../../infra/build/bundle.ts';
import { REPOSITORY } from '../../../infra/build/paths.ts';
import { defaultDocument } from '../../../lambda/config/native/default.ts';

/** Starts of a function, each in a process of its own. */
const STARTS = 15;

const START = fileURLToPath(new URL('start.ts', import.meta.url));

/** Configurations of the function, by what it reads of its files. */
const CONFIGURATIONS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'the built-in default': {},
  'the same as a document': { FARGAUGE_CONFIG: JSON.stringify(defaultDocument()) },
};

/** Bytes of each file of the function and of the sidecar, and the CPU time in which the function is imported. */
export async function runBundles(): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'fargauge-bench-'));
  try {
    // The parts of the AWS SDK that the Lambda runtime has.
    await symlink(join(REPOSITORY, 'node_modules'), join(folder, 'node_modules'));
    const { file } = await bundleCollector(join(folder, 'collector'));
    const sidecar = await bundleSidecar(join(folder, 'sidecar'));
    console.log('sizes: bytes of the files of the bundles\n');
    const files = COLLECTOR_FILES.map((name) => join(folder, 'collector', name));
    const rows = [...files, sidecar.file].map(async (path) => {
      const { size } = await stat(path);
      return [path.slice(folder.length + 1), size.toLocaleString('en-US')];
    });
    console.log(table(['file', 'bytes'], await Promise.all(rows)));
    console.log(
      `\nsizes: CPU milliseconds, of all threads, to import the function, with its configuration: ${STARTS} processes\n`,
    );
    const imports: string[][] = [];
    for (const [name, env] of Object.entries(CONFIGURATIONS)) {
      imports.push([name, ...(await importsOf(file, env))]);
    }
    console.log(table(['configuration', 'least', 'median', 'most'], imports));
    console.log();
  } finally {
    await rm(folder, { recursive: true });
  }
}

async function importsOf(file: string, env: Readonly<Record<string, string>>): Promise<string[]> {
  const times: number[] = [];
  for (let start = 0; start < STARTS; start++) {
    const { stdout } = await promisify(execFile)(process.execPath, [START, file], {
      env: { AWS_REGION: 'us-east-1', FARGAUGE_CLUSTER: 'bench', ...env },
    });
    times.push(Number(stdout));
  }
  times.sort((a, b) => a - b);
  return [0, Math.floor(STARTS / 2), STARTS - 1].map((index) => (times[index] ?? 0).toFixed(0));
}
