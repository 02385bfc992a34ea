import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { chmod, copyFile, mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  buildHost,
  bundleForHost,
  hostDirectory,
  OWN_ARCHITECTURE,
} from '../../infra/build/sidecar-host.ts';
import { readValue } from '../sidecar/exposition/read-text.ts';
import { bytes } from '../sidecar/host/conformance/bytes.ts';
import { language } from '../sidecar/host/conformance/language.ts';
import { sockets } from '../sidecar/host/conformance/sockets.ts';
import { surroundings } from '../sidecar/host/conformance/surroundings.ts';
import { startMetadataStandIn } from '../sidecar/metadata-stand-in.ts';
import { sampleStats, sampleTask } from '../sidecar/sample-documents.ts';
import { EMULATOR, sidecarCommand, startSidecar } from '../sidecar/sidecar-process.ts';
import { ROOT } from './support/places.ts';

/** The budget of the image: it holds the program alone. */
const MAX_BYTES = 2_500_000;

/** Rust compiles for a minute or two, more where other programs run beside it. */
const BUILD_MS = 900_000;

const CONFORMANCE = join(ROOT, 'test/sidecar/host/conformance/main.ts');
const HOST = join(ROOT, 'sidecar/host');

/** Suites that start the sidecar as a process. */
const SUITES = [
  'test/sidecar/process',
  'test/sidecar/history-process',
  'test/sidecar/daemon/process',
  'test/deployed',
];

interface Seen {
  readonly code: number | null;
  readonly output: string;
}

const program = join(hostDirectory(OWN_ARCHITECTURE), 'fargauge-sidecar');
let folder: string;
let conformance: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fargauge-host-'));
  conformance = join(folder, 'conformance');
  for (const [entry, file] of [
    [CONFORMANCE, conformance],
    [undefined, program],
  ] as const) {
    const built = await buildHost(await bundleForHost(entry, join(folder, 'bundle.mjs')), file);
    if ('reason' in built) throw new Error(built.reason);
  }
}, BUILD_MS);

afterAll(() => rm(folder, { recursive: true }));

describe("The sidecar's host", () => {
  it.each(Object.keys({ ...bytes, ...language, ...sockets, ...surroundings }))(
    'shows what Node.js shows: %s',
    async (scenario) => {
      const onNode = await see(scenario, [process.execPath, CONFORMANCE]);

      expect(await see(scenario, [conformance])).toEqual(onNode);
      // Scenarios that note nothing are about the end of the process.
      expect(onNode.output === '' || onNode.output.endsWith('over\n')).toBe(true);
    },
  );

  it(
    'passes the tests of its own crate, and its linter finds nothing',
    async () => {
      const target = ['--target-dir', join(ROOT, 'dist/host/target')];
      const env = { FARGAUGE_BUNDLE: await bundleForHost() };

      expect(await end(spawnIn(HOST, ['cargo', 'test', '--locked', ...target], env))).toMatchObject(
        {
          code: 0,
        },
      );
      if ((await end(spawnIn(HOST, ['cargo', 'clippy', '--version']))).code !== 0) {
        console.info('clippy is not installed here: the linter is left out');
        return;
      }
      const clippy = ['cargo', 'clippy', '--locked', '--all-targets', ...target];
      expect(await end(spawnIn(HOST, clippy, env))).toMatchObject({ code: 0 });
    },
    BUILD_MS,
  );
});

describe('The program of the sidecar', () => {
  it('fits into an image of 2.5 MB', async () => {
    expect((await stat(program)).size).toBeLessThan(MAX_BYTES);
  });

  it(
    'passes the tests of the sidecar as a process',
    async () => {
      expect(await complaintsOf(SUITES, 'host')).toBe('');
    },
    BUILD_MS,
  );

  it(
    'passes them for arm64 as well, under emulation',
    async () => {
      const file = join(hostDirectory('arm64'), 'fargauge-sidecar');
      const built = await buildHost(await bundleForHost(), file, 'arm64');
      if ('reason' in built || !existsSync(EMULATOR)) {
        const reason = 'reason' in built ? built.reason : `${EMULATOR} is not installed`;
        console.info(`arm64 is left out: ${reason}`);
        return;
      }
      expect(await complaintsOf(SUITES.slice(0, 3), 'arm64')).toBe('');
    },
    BUILD_MS,
  );

  it('needs no file but itself, and serves as the first process, without root', async () => {
    await using standIn = await startMetadataStandIn();
    standIn.serve(sampleTask(), sampleStats(0));
    const root = await mkdtemp(join(folder, 'root-'));
    await chmod(root, 0o755);
    await copyFile(program, join(root, 'fargauge-sidecar'));
    const inside = [
      'unshare',
      '--pid',
      '--fork',
      '--kill-child',
      'chroot',
      '--userspec=1000:1000',
      root,
    ];
    await using sidecar = startSidecar(
      { ECS_CONTAINER_METADATA_URI_V4: standIn.uri, PATH: process.env.PATH ?? '' },
      { command: [...inside, '/fargauge-sidecar'] },
    );

    const response = await fetch(`${await sidecar.url()}/metrics`);

    expect(readValue(await response.text(), 'ee_task_cpu_utilization_percent')).toBe(40);
    const { pid } = sidecar.process;
    const inner = Number(await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8'));
    process.kill(inner, 'SIGTERM');
    expect(await sidecar.ending).toMatchObject({ code: 0 });
  });

  it('does not know names, and does not wait for one', async () => {
    process.env.FARGAUGE_SIDECAR = 'host';
    const command = sidecarCommand();
    delete process.env.FARGAUGE_SIDECAR;
    await using sidecar = startSidecar(
      { ECS_CONTAINER_METADATA_URI_V4: 'http://metadata.invalid/v4/0' },
      { command },
    );

    expect(await sidecar.line('failed')).toContain('getaddrinfo ENOTFOUND metadata.invalid');
    expect((await fetch(`${await sidecar.url()}/health`)).status).toBe(200);
  });
});

/** What the suites say where they fail on a runtime of the sidecar. */
async function complaintsOf(suites: readonly string[], runtime: string): Promise<string> {
  const jest = ['npm', 'run', 'test:unit', '--', ...suites];
  const { code, output } = await end(spawnIn(ROOT, jest, { FARGAUGE_SIDECAR: runtime }));
  return code === 0 ? '' : output;
}

/** Runs a scenario; the one of a signal gets its signal. The engines word what nobody catches differently, so stderr is not seen. */
async function see(scenario: string, command: readonly string[]): Promise<Seen> {
  const child = spawnIn(ROOT, [...command, scenario]);
  let output = '';
  child.stderr?.resume();
  child.stdout?.on('data', (chunk) => {
    if (String(chunk).startsWith('ready')) child.kill('SIGTERM');
    output += chunk;
  });
  const [code] = await once(child, 'close');
  return { code, output };
}

function spawnIn(
  cwd: string,
  [file = '', ...args]: readonly string[],
  env: Readonly<Record<string, string>> = {},
): ChildProcess {
  return spawn(file, args, {
    cwd,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

/** How it ended, with all that it said. */
async function end(child: ChildProcess): Promise<Seen> {
  const [[code], output, complaints] = await Promise.all([
    once(child, 'exit'),
    text(child.stdout!),
    text(child.stderr!),
  ]);
  return { code, output: output + complaints };
}
