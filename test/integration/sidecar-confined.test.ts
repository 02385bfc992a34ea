import { chmod, copyFile, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  buildHost,
  bundleForHost,
  hostDirectory,
  OWN_ARCHITECTURE,
  writeImage,
} from '../../infra/build/sidecar-host.ts';
import { readValue } from '../sidecar/exposition/read-text.ts';
import { startMetadataStandIn, status } from '../sidecar/metadata-stand-in.ts';
import { sampleStats, sampleTask } from '../sidecar/sample-documents.ts';
import { startSidecar } from '../sidecar/sidecar-process.ts';
import { runToEnd, start } from './support/child.ts';
import { startDockerEngine } from './support/docker/engine.ts';
import type { Seen } from './support/one-family.ts';

const BUILD_MS = 900_000;

const ENGINE_MS = 120_000;

/** More than the health check of the image may take. */
const PORT = 9557;

const DAEMON_PORT = 9558;

const ONE_FAMILY = join(import.meta.dirname, 'support/one-family.ts');

const directory = hostDirectory(OWN_ARCHITECTURE);
const program = join(directory, 'fargauge-sidecar');

/** Debian's Rust has no library for musl: the program with glibc in it is larger, and needs more memory. */
let isSmall: boolean;
beforeAll(async () => {
  const built = await buildHost(await bundleForHost(), program);
  if ('reason' in built) throw new Error(built.reason);
  isSmall = built.target.endsWith('-musl');
  if (!isSmall) console.info(`${built.target}: limits of memory and size are left out`);
}, BUILD_MS);

if (process.getuid?.() === 0) {
  describe('The program of the sidecar, alone in a root file system that nobody can write to', () => {
    let root: string;
    beforeAll(async () => {
      root = await mkdtemp(join(tmpdir(), 'fargauge-root-'));
      await chmod(root, 0o755);
      await copyFile(program, join(root, 'fargauge-sidecar'));
    });
    afterAll(() => rm(root, { recursive: true }));

    it('serves as the first process, as user 1000 without capabilities, and ends as it is told', async () => {
      await using standIn = await startMetadataStandIn();
      standIn.serve(sampleTask(), sampleStats(0));
      await using sidecar = startSidecar(
        { ECS_CONTAINER_METADATA_URI_V4: standIn.uri, PATH: process.env.PATH ?? '' },
        { command: confined(root) },
      );

      const page = await (await fetch(`${await sidecar.url()}/metrics`)).text();
      expect(readValue(page, 'ee_task_cpu_utilization_percent')).toBe(40);
      const { pid } = sidecar.process;
      const inner = (await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8')).trim();
      const state = await readFile(`/proc/${inner}/status`, 'utf8');
      expect(state).toMatch(/^NSpid:\s+\d+\s+1$/m);
      expect(state).toMatch(/^Uid:(\s+1000){4}$/m);
      expect(state).toMatch(/^Gid:(\s+1000){4}$/m);
      expect(state).toMatch(/^NoNewPrivs:\s+1$/m);
      for (const set of ['CapInh', 'CapPrm', 'CapEff', 'CapAmb']) {
        expect(state).toMatch(new RegExp(`^${set}:\\s+0{16}$`, 'm'));
      }
      const mounts = await readFile(`/proc/${inner}/mountinfo`, 'utf8');
      expect(mounts).toMatch(/^\d+ \d+ \S+ \S+ \/ ro,/);
      expect(await readdir(`/proc/${inner}/root`)).toEqual(['fargauge-sidecar']);
      process.kill(Number(inner), 'SIGTERM');
      expect(await sidecar.ending).toMatchObject({ code: 0 });
    });

    it.each(['IPv4', 'IPv6'])(
      'serves and checks its health in a network that has %s alone',
      async (family) => {
        const seen = await runToEnd('unshare', [
          ...['--net', process.execPath, ONE_FAMILY, family],
          ...confined(root),
        ]);

        expect(seen).toMatchObject({ code: 0, stderr: '' });
        expect(JSON.parse(seen.stdout)).toEqual({ cpu: 40, health: 0 } satisfies Seen);
      },
    );
  });
} else {
  it('The program of the sidecar in a root file system of its own: left out', () =>
    console.info('only root can make one'));
}

describe('The program of the sidecar with little memory', () => {
  it.each([
    ['none for the engine', 2_600_000],
    ['none for its own figures', 3_090_000],
  ])('ends with an error line and exit code 1: %s', async (_, bytes) => {
    if (!isSmall) return;
    await using standIn = await startMetadataStandIn();
    standIn.serve(sampleTask(), sampleStats(0));
    await using sidecar = startSidecar(
      { ECS_CONTAINER_METADATA_URI_V4: standIn.uri, PATH: process.env.PATH ?? '' },
      { command: ['prlimit', `--as=${bytes}`, program] },
    );

    const { code, lines } = await sidecar.ending;

    expect(lines.join('\n')).toMatch(/^fargauge sidecar: .*out of memory/m);
    expect(code).toBe(1);
  });

  it('takes a document that is too large for a failed poll, and goes on', async () => {
    if (!isSmall) return;
    await using standIn = await startMetadataStandIn();
    standIn.serve(sampleTask(), sampleStats(0));
    standIn.answer('/task/stats', status(200, `{"a":"${'x'.repeat(4_000_000)}"}`));
    await using sidecar = startSidecar(
      { ECS_CONTAINER_METADATA_URI_V4: standIn.uri, PATH: process.env.PATH ?? '' },
      { command: ['prlimit', '--as=12000000', program] },
    );

    expect(await sidecar.line('failed')).toContain('memory');
    standIn.serve(sampleTask(), sampleStats(1));
    expect(await sidecar.line('answers again')).toContain('task metadata endpoint');
    expect((await fetch(`${await sidecar.url()}/metrics`)).status).toBe(200);
  });
});

const engine = await startDockerEngine();

if ('reason' in engine) {
  it('The image of the sidecar: left out, no Docker engine can be started here', () => {
    console.info(`dockerd: ${engine.reason}`);
  });
} else {
  describe('The image of the sidecar', () => {
    const { docker } = engine;
    afterAll(async () => engine[Symbol.asyncDispose](), ENGINE_MS);

    it(
      'holds one file, and is healthy by its own health check where nothing can be written and nothing is allowed',
      async () => {
        await using standIn = await startMetadataStandIn();
        standIn.serve(sampleTask(), sampleStats(0));
        await writeImage(directory);
        await docker('build', '--tag=program', '--quiet', directory);
        const id = await docker(
          ...['run', '--detach', '--network=host', '--read-only', '--cap-drop=ALL', '--memory=16m'],
          ...['--security-opt=no-new-privileges', '--health-interval=1s', '--pids-limit=4'],
          ...[`--env=ECS_CONTAINER_METADATA_URI_V4=${standIn.uri}`],
          ...[`--env=ECS_METRICS_EXPORTER_PORT=${PORT}`, 'program'],
        );
        const inspect = (format: string) => docker('inspect', `--format=${format}`, id);
        for (;;) {
          const health = await inspect('{{.State.Health.Status}}');
          if (health !== 'starting') {
            expect(health).toBe('healthy');
            break;
          }
          // Its checks are a second apart.
          await standIn.requested('/task/stats');
        }
        const page = await (await fetch(`http://127.0.0.1:${PORT}/metrics`)).text();
        expect(readValue(page, 'ee_task_cpu_utilization_percent')).toBe(40);
        const pid = await inspect('{{.State.Pid}}');
        const state = await readFile(`/proc/${pid}/status`, 'utf8');
        expect(state).toMatch(/^Uid:(\s+1000){4}$/m);
        expect(state).toMatch(/^CapBnd:\s+0{16}$/m);
        const size = Number(await docker('image', 'inspect', '--format={{.Size}}', 'program'));
        expect(size).toBeLessThan(isSmall ? 2_500_000 : 3_500_000);
        await docker('stop', id);
        expect(await inspect('{{.State.ExitCode}}')).toBe('0');
      },
      ENGINE_MS,
    );

    it(
      "opens its port in the network of a process outside, under the engine's own filter of system calls",
      async () => {
        // On an instance it is that of the first process, which root in a container may not look at everywhere.
        const namespace = `/proc/${process.pid}/ns/net`;
        await writeImage(directory);
        await docker('build', '--tag=program', '--quiet', directory);
        const id = await docker(
          ...['run', '--detach', '--network=none', '--pid=host', '--read-only', '--user=0:0'],
          ...['--cap-drop=ALL', '--cap-add=SETGID', '--cap-add=SETUID', '--cap-add=SYS_ADMIN'],
          ...[
            '--cap-add=SYS_PTRACE',
            '--env=ECS_CONTAINER_METADATA_URI_V4=http://127.0.0.1:1/v4/0a',
          ],
          ...[`--env=FARGAUGE_NETWORK_NAMESPACE=${namespace}`],
          ...[`--env=ECS_METRICS_EXPORTER_PORT=${DAEMON_PORT}`, 'program'],
        );
        const follower = start('docker', ['logs', '--follow', id], { DOCKER_HOST: engine.host });
        await follower.says(/listening in the network of .+ too/);

        expect((await fetch(`http://127.0.0.1:${DAEMON_PORT}/health`)).ok).toBe(true);
        const pid = await docker('inspect', '--format={{.State.Pid}}', id);
        const state = await readFile(`/proc/${pid}/status`, 'utf8');
        expect(state).toMatch(/^Uid:(\s+1000){4}$/m);
        expect(state).toMatch(/^CapEff:\s+0{16}$/m);
        await docker('stop', id);
        expect(await follower.ended).toBe(0);
      },
      ENGINE_MS,
    );
  });
}

/** The program as a container would have it: processes and mounts of its own, and nothing in its root but itself. */
function confined(root: string): readonly string[] {
  const script = `mount --bind "$0" "$0" && mount -o remount,ro,bind "$0" &&
    exec setpriv --no-new-privs --inh-caps=-all chroot --userspec=1000:1000 --groups= "$0" /fargauge-sidecar "$@"`;
  return [
    ...['unshare', '--pid', '--mount', '--fork', '--kill-child'],
    ...['sh', '-c', script, root],
  ];
}
