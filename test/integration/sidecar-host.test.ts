import { once } from 'node:events';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  buildHost,
  bundleForHost,
  hostDirectory,
  OWN_ARCHITECTURE,
} from '../../infra/build/sidecar-host.ts';
import { bytes } from '../sidecar/host/conformance/bytes.ts';
import { language } from '../sidecar/host/conformance/language.ts';
import { sockets } from '../sidecar/host/conformance/sockets.ts';
import { surroundings } from '../sidecar/host/conformance/surroundings.ts';
import { sidecarCommand, startSidecar } from '../sidecar/sidecar-process.ts';
import { ROOT } from './support/places.ts';
import { complaintsOf, end, spawnIn } from './support/suites.ts';

/** The budget of the image: it holds the program alone. With glibc in it, where Rust has no library for musl, it is larger. */
const MAX_BYTES = { musl: 2_500_000, gnu: 3_500_000 };

/** Rust compiles for a minute or two, more where other programs run beside it. */
const BUILD_MS = 900_000;

const CONFORMANCE = join(ROOT, 'test/sidecar/host/conformance/main.ts');
const HOST = join(ROOT, 'sidecar/host');

/** Suites that start the sidecar as a process. */
const SUITES = [
  'test/sidecar/process',
  'test/sidecar/history-process',
  'test/sidecar/bad-input',
  'test/sidecar/under-pressure',
  'test/sidecar/daemon/process',
  'test/e2e/demo',
  'test/e2e/managed-instances',
  'test/deployed',
];

interface Seen {
  readonly code: number | null;
  readonly output: string;
}

const program = join(hostDirectory(OWN_ARCHITECTURE), 'fargauge-sidecar');
let folder: string;
let conformance: string;
let library: keyof typeof MAX_BYTES;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fargauge-host-'));
  conformance = join(folder, 'conformance');
  for (const [entry, file] of [
    [CONFORMANCE, conformance],
    [undefined, program],
  ] as const) {
    const built = await buildHost(await bundleForHost(entry, join(folder, 'bundle.mjs')), file);
    if ('reason' in built) throw new Error(built.reason);
    library = built.target.endsWith('-musl') ? 'musl' : 'gnu';
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
    expect((await stat(program)).size).toBeLessThan(MAX_BYTES[library]);
  });

  it(
    'passes the tests of the sidecar as a process',
    async () => {
      expect(await complaintsOf(SUITES, 'host')).toBe('');
    },
    BUILD_MS,
  );

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
