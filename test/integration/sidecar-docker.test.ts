import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { readValue } from '../sidecar/exposition/read-text.ts';
import { run } from './install/command.ts';
import { type EngineEndpoint, serveEngine } from './support/docker/endpoint.ts';
import { type DockerEngine, startDockerEngine } from './support/docker/engine.ts';
import { makeRootFileSystem } from './support/docker/root-file-system.ts';
import { ROOT } from './support/places.ts';

const PORT = 9556;
const URL = `http://127.0.0.1:${PORT}`;

const MIB = 1_048_576;

/** Points of CPU utilization: at 1 s each, the 100 ms periods of the quota average out. */
const CPU_POINTS = 12;

/** Share of the quota's periods in which a load that burns all it gets is throttled. */
const THROTTLED_SHARE = 0.95;

const BURN = 'for(;;){}';

/** Takes memory until 80 % of the limit is its own; what it shares with other programs is not charged to it. */
const FILL = `const fs=require('fs'),held=[],full=${0.8 * 128 * MIB};
  const own=()=>1024*/RssAnon:\\s+(\\d+)/.exec(fs.readFileSync('/proc/self/status','utf8'))[1];
  while(own()<full)held.push(Buffer.alloc(262144,1));setInterval(()=>held.length,1e6)`;

const WRITE = `const fs=require('fs');const file=fs.openSync('/data','w');
  for(let n=0;n<50;n++)fs.writeSync(file,Buffer.alloc(${MIB},n));fs.fsyncSync(file);setInterval(()=>{},1e6)`;

const WAIT = 'setInterval(()=>{},1e6)';

/** What is read of the engine's stats. */
interface EngineStats {
  readonly read: string;
  readonly cpu_stats: {
    readonly cpu_usage: { readonly total_usage: number };
    readonly throttling_data: { readonly periods: number; readonly throttled_periods: number };
  };
  readonly blkio_stats: {
    readonly io_service_bytes_recursive: { readonly op: string; readonly value: number }[] | null;
  };
}

const engine = await startDockerEngine();

if ('reason' in engine) {
  it('The sidecar beside real containers: left out, no Docker engine can be started here', () => {
    console.info(`dockerd: ${engine.reason}`);
  });
} else {
  describe('The sidecar in its image, beside real containers', () => judge(engine));
}

function judge({ docker }: DockerEngine): void {
  let folder: string;
  let endpoint: EngineEndpoint;
  let sidecar: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'fargauge-root-'));
    makeRootFileSystem(folder);
    const tarball = join(folder, '..', `${folder.split('/').at(-1)}.tar`);
    run('tar', ['--create', '--file', tarball, '--directory', folder, '.']);
    await docker('import', '--change=ENV PATH=/usr/local/bin:/usr/bin:/bin', tarball, 'node:local');
    await rm(tarball);
    await docker(
      ...['build', '--network=none', '--build-arg=NODE_IMAGE=node:local'],
      ...['--file', join(ROOT, 'sidecar/node.Dockerfile'), '--tag=sidecar', ROOT],
    );
    endpoint = await serveEngine(engine as DockerEngine);
    sidecar = await docker(
      ...['run', '--detach', '--network=host', '--read-only', '--user=1000:1000', '--cap-drop=ALL'],
      ...[`--env=ECS_CONTAINER_METADATA_URI_V4=${endpoint.url}/v4/0a`],
      ...[`--env=ECS_METRICS_EXPORTER_PORT=${PORT}`, 'sidecar'],
    );
    endpoint.add({ id: sidecar, name: 'sidecar' });
    await until(async () => (await page()).includes('ee_ecs_metrics_exporter_success 1'));
  }, 300_000);

  afterAll(async () => {
    await endpoint?.[Symbol.asyncDispose]();
    await (engine as DockerEngine)[Symbol.asyncDispose]();
    await rm(folder, { recursive: true, force: true });
  }, 120_000);

  it('runs with a read-only root file system, as a user without capabilities', async () => {
    const status = await docker(
      'exec',
      sidecar,
      'node',
      '-p',
      `require('fs').readFileSync('/proc/1/status','utf8')`,
    );

    expect(status).toMatch(/^Uid:\s+1000\s/m);
    expect(status).toMatch(/^CapEff:\s+0+$/m);
    await expect(
      docker('exec', sidecar, 'node', '-e', `require('fs').writeFileSync('/tmp/x','')`),
    ).rejects.toThrow('EROFS');
  });

  it('checks its own health by the command of its image', async () => {
    expect(await docker('exec', sidecar, '/fargauge-sidecar', 'health')).toBe('');
  });

  it.each([0.25, 0.5, 1])(
    'shows a load of %d CPU within 2 points of its limit',
    async (cpus) => {
      const name = `burn-${cpus}`;
      const id = await load(name, BURN, [`--cpus=${cpus}`], { cpu: cpus * 1024 });
      await sampled(name);
      const cursor = await cursorOf();
      let points: Point[] = [];
      await until(async () => {
        points = await pointsOf('ee_container_cpu_utilization_percent', name, cursor);
        return points.length > CPU_POINTS;
      });
      await docker('kill', id);
      const [first, last] = [points[0]!, points.at(-1)!].map(({ time }) =>
        (endpoint.stats(id) as EngineStats[]).find(({ read }) => Date.parse(read) === time),
      );
      const mean = meanOf(points);
      const truth = utilization(first!, last!, cpus);

      if (throttledShare(first!, last!) < THROTTLED_SHARE) {
        // The machine is busy with other things: the load did not get what its limit allows.
        console.info(`${name}: got ${truth.toFixed(1)} % of its limit`);
        expect(Math.abs(mean - truth)).toBeLessThan(2);
      } else expect(Math.abs(mean - 100)).toBeLessThan(2);
    },
    120_000,
  );

  it('shows memory within 1 % of docker stats', async () => {
    const id = await load('fill', FILL, ['--memory=128m'], { memory: 128 });
    await until(
      async () => ((await value('ee_container_memory_working_set_percent', 'fill')) ?? 0) > 70,
    );
    await sleep(3_000);
    const [shown = '', percent = ''] = (
      await docker('stats', '--no-stream', '--format={{.MemUsage}} {{.MemPerc}}', id)
    ).split(' / 128MiB ');
    const bytes = Number(shown.replace('MiB', '')) * MIB;
    const workingSet = await value('ee_container_memory_working_set_bytes', 'fill');
    const share = await value('ee_container_memory_working_set_percent', 'fill');
    await docker('kill', id);

    expect(Math.abs((workingSet ?? 0) / bytes - 1)).toBeLessThan(0.01);
    expect(Math.abs((share ?? 0) / Number(percent.replace('%', '')) - 1)).toBeLessThan(0.01);
    expect(share).toBeGreaterThan(75);
    expect(share).toBeLessThan(90);
  }, 60_000);

  it('shows block I/O within 1 % of what the kernel accounts', async () => {
    const id = await load('write', WRITE, [], {});
    await sampled('write');
    await sleep(5_000);
    const list = (endpoint.stats(id).at(-1) as EngineStats).blkio_stats.io_service_bytes_recursive;
    const written = await value('ee_container_block_write_bytes_total', 'write');
    await docker('kill', id);

    if (list === null) expect(written).toBeUndefined();
    else {
      const accounted = list
        .filter(({ op }) => op.toLowerCase() === 'write')
        .reduce((sum, entry) => sum + entry.value, 0);
      if (accounted === 0) {
        console.info('write: the kernel accounts no block I/O here; see the recorded documents');
        expect(written).toBe(0);
      } else {
        expect(Math.abs((written ?? 0) / accounted - 1)).toBeLessThan(0.01);
        expect(accounted).toBeGreaterThan(50 * MIB * 0.99);
      }
    }
  }, 60_000);

  it('shows the exit code of a container that was killed, and no figures of it', async () => {
    // By itself it could not: the first process of a container survives its own SIGKILL.
    await docker('kill', await load('die', WAIT, [], {}));
    await until(async () => (await value('ee_container_exit_code', 'die')) !== undefined);

    expect(await value('ee_container_exit_code', 'die')).toBe(137);
    expect(await value('ee_container_stats_available', 'die')).toBe(0);
    expect(await value('ee_container_cpu_utilization_percent', 'die')).toBeUndefined();
    expect(await value('ee_container_finished_timestamp_seconds', 'die')).toBeGreaterThan(0);
  }, 60_000);

  it('ends with exit code 0 when it is stopped', async () => {
    await docker('stop', sidecar);

    expect(await docker('inspect', '--format={{.State.ExitCode}}', sidecar)).toBe('0');
  }, 60_000);

  async function load(
    name: string,
    script: string,
    flags: readonly string[],
    limits: { cpu?: number; memory?: number },
  ): Promise<string> {
    const id = await docker(
      ...['run', '--detach', '--network=host', ...flags, 'node:local'],
      ...['/usr/local/bin/node', '-e', script],
    );
    endpoint.add({ id, name, ...limits });
    return id;
  }

  /** Until there are two samples of the container. */
  function sampled(name: string): Promise<void> {
    return until(async () => (await value('ee_container_cpu_usage_vcpus', name)) !== undefined);
  }
}

async function page(query = ''): Promise<string> {
  const response = await fetch(`${URL}/metrics${query}`).catch(() => undefined);
  return (await response?.text()) ?? '';
}

async function value(name: string, container: string): Promise<number | undefined> {
  return readValue(await page(), name, { container_name: container });
}

async function cursorOf(): Promise<string> {
  const response = await fetch(`${URL}/metrics?since=9999999999`);
  await response.text();
  return response.headers.get('fargauge-history-until') ?? '';
}

interface Point {
  readonly value: number;
  /** Milliseconds since the epoch. */
  readonly time: number;
}

async function pointsOf(name: string, container: string, since: string): Promise<Point[]> {
  const lines = (await page(`?since=${since}`)).split('\n');
  return lines
    .filter((line) => line.startsWith(`${name}{`) && line.includes(`container_name="${container}"`))
    .map((line) => {
      const [value, time] = line.split(' ').slice(-2).map(Number);
      return { value: value!, time: Math.round(time! * 1000) };
    });
}

/** Each point is the mean since the one before it. */
function meanOf(points: readonly Point[]): number {
  let sum = 0;
  for (const [index, { value, time }] of points.entries()) {
    const before = points[index - 1];
    if (before !== undefined) sum += value * (time - before.time);
  }
  return sum / (points.at(-1)!.time - points[0]!.time);
}

/** Percent of the limit, from two of the engine's stats. */
function utilization(before: EngineStats, after: EngineStats, cpus: number): number {
  const nanoseconds =
    after.cpu_stats.cpu_usage.total_usage - before.cpu_stats.cpu_usage.total_usage;
  const milliseconds = Date.parse(after.read) - Date.parse(before.read);
  return (nanoseconds / 1e6 / milliseconds / cpus) * 100;
}

function throttledShare(before: EngineStats, after: EngineStats): number {
  const [earlier, later] = [before.cpu_stats.throttling_data, after.cpu_stats.throttling_data];
  return (later.throttled_periods - earlier.throttled_periods) / (later.periods - earlier.periods);
}

/** Asks once a second, for as long as the test may take. */
async function until(isSo: () => Promise<boolean>): Promise<void> {
  while (!(await isSo())) await sleep(1_000);
}
