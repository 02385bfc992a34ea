import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  buildHost,
  bundleForHost,
  hostDirectory,
  OWN_ARCHITECTURE,
} from '../../../infra/build/sidecar-host.ts';
import { startSidecar } from '../../sidecar/sidecar-process.ts';
import { type Child, runToEnd, start } from '../support/child.ts';
import { ROOT } from '../support/places.ts';
import { DAEMON_ADDRESS, INSTANCE_ADDRESSES, makeNetworks, type Networks } from './networks.ts';

const BUILD_MS = 900_000;

const PORT = '9546';

const TASKS = 3;

const program = join(hostDirectory(OWN_ARCHITECTURE), 'fargauge-sidecar');

/** As `InstanceDaemon` gives them. */
const CAPABILITIES = ['setgid', 'setuid', 'sys_admin', 'sys_ptrace'];

const FIGURE = /^ee_task_cpu_utilization_percent\{/gm;

if (process.getuid?.() === 0) {
  describe('A Managed Daemon in a network that only its instance reaches', () => judge());
} else {
  it('A Managed Daemon in a network of its own: left out', () =>
    console.info('only root can make one'));
}

function judge(): void {
  let networks: Networks;
  let endpoint: Child;
  let uri: string;

  beforeAll(async () => {
    const built = await buildHost(await bundleForHost(), program);
    if ('reason' in built) throw new Error(built.reason);
    networks = await makeNetworks();
    const [nsenter = '', ...args] = networks.daemon.command;
    const script = join(ROOT, 'test/integration/daemon/instance-endpoint.ts');
    endpoint = start(nsenter, [...args, process.execPath, script, String(TASKS)]);
    [uri] = await endpoint.says(/^http:\S+$/m);
  }, BUILD_MS);

  afterAll(async () => {
    await endpoint?.stop();
    await networks?.[Symbol.asyncDispose]();
  });

  /** A daemon in its network, as root with no other capabilities than those given. */
  const startDaemon = (
    namespace: string,
    capabilities: readonly string[] = CAPABILITIES,
    command: readonly string[] = [program],
  ) =>
    startSidecar(environment(namespace), {
      command: [...networks.daemon.command, ...confined(capabilities), ...command],
    });
  const environment = (namespace: string) => ({
    ECS_CONTAINER_METADATA_URI_V4: uri,
    ECS_METRICS_EXPORTER_HOST: '',
    ECS_METRICS_EXPORTER_PORT: PORT,
    FARGAUGE_SCOPE: 'instance',
    FARGAUGE_NETWORK_NAMESPACE: namespace,
    PATH: process.env.PATH ?? '',
  });

  it('answers at the addresses of the instance, of both families, and still at its own', async () => {
    await using daemon = startDaemon(networks.instance.file);
    expect(await daemon.line(' too, ')).toContain(
      `listening in the network of ${networks.instance.file} too, port ${PORT}`,
    );

    for (const address of INSTANCE_ADDRESSES) {
      const { status, text } = await networks.vpc.get(`${urlOf(address)}/metrics`);
      expect(status).toBe(200);
      expect(text.match(FIGURE)).toHaveLength(TASKS);
    }
    expect(await networks.vpc.get(urlOf(DAEMON_ADDRESS))).toMatchObject({ status: 0 });
    expect(await networks.instance.get(`${urlOf(DAEMON_ADDRESS)}/health`)).toMatchObject({
      status: 200,
    });
    const [nsenter = '', ...args] = networks.daemon.command;
    const health = [...args, ...confined(CAPABILITIES), program, 'health'];
    expect(await runToEnd(nsenter, health, environment(networks.instance.file))).toMatchObject({
      code: 0,
      stderr: '',
    });
  });

  it('is a user without any right as soon as it listens', async () => {
    await using daemon = startDaemon(networks.instance.file);
    await daemon.line(' too, ');
    await networks.vpc.get(`${urlOf(INSTANCE_ADDRESSES[0])}/health`);

    expectNoRights(await readFile(`/proc/${daemon.process.pid}/status`, 'utf8'));
  });

  it('frees the port of the instance when it ends, however it ends', async () => {
    for (const signal of ['SIGKILL', 'SIGTERM'] as const) {
      await using daemon = startDaemon(networks.instance.file);
      await daemon.line(' too, ');
      daemon.process.kill(signal);
      await daemon.ending;

      expect(await networks.vpc.get(urlOf(INSTANCE_ADDRESSES[0]))).toEqual({
        status: 0,
        text: 'ECONNREFUSED',
      });
    }
  });

  it.each<[what: string, file: () => string, capabilities: readonly string[], why: string]>([
    ['there is no such file', () => '/proc/none/ns/net', CAPABILITIES, 'there is no such file'],
    [
      'it may read the file of no namespace',
      () => networks.instance.file,
      ['setgid', 'setuid'],
      'SYS_PTRACE',
    ],
    [
      'it may enter no namespace',
      () => networks.instance.file,
      ['setgid', 'setuid', 'sys_ptrace'],
      'SYS_ADMIN',
    ],
    [
      'the file is no namespace',
      () => '/proc/1/status',
      CAPABILITIES,
      'it is no network namespace',
    ],
    [
      'the file is its own namespace',
      () => networks.daemon.file,
      CAPABILITIES,
      'it is the network of this container',
    ],
  ])(
    'still answers its instance, and says so in one line, if %s',
    async (_, file, capabilities, why) => {
      await using daemon = startDaemon(file(), capabilities);

      const line = await daemon.line('cannot listen in');
      expect(line).toContain(`in the network of ${file()}, port ${PORT}: `);
      expect(line).toContain(why);
      expect(await networks.instance.get(`${urlOf(DAEMON_ADDRESS)}/metrics`)).toMatchObject({
        status: 200,
      });
      expectNoRights(await readFile(`/proc/${daemon.process.pid}/status`, 'utf8'));
    },
  );

  it('still answers its instance if another program has the port there', async () => {
    const { command } = networks.instance;
    const taken = `require('net').createServer().listen(${PORT}, () => console.log('taken'))`;
    const [nsenter = '', ...args] = command;
    await using other = start(nsenter, [...args, process.execPath, '--eval', taken]);
    await other.says(/taken/);
    await using daemon = startDaemon(networks.instance.file);

    expect(await daemon.line('cannot listen in')).toContain('another program listens on the port');
    expect(await networks.instance.get(`${urlOf(DAEMON_ADDRESS)}/health`)).toMatchObject({
      status: 200,
    });
  });

  it('ends if it cannot give up its rights', async () => {
    await using daemon = startDaemon(networks.instance.file, ['sys_admin', 'sys_ptrace']);

    expect(await daemon.ending).toMatchObject({ code: 1 });
    expect(await daemon.line('setresuid')).toContain('EPERM');
  });

  it('on Node.js, answers its instance alone, without any right, and says that Node.js cannot', async () => {
    const main = join(ROOT, 'sidecar/main.ts');
    await using daemon = startDaemon(networks.instance.file, CAPABILITIES, [
      process.execPath,
      main,
    ]);

    expect(await daemon.line('cannot listen in')).toContain('Node.js cannot');
    expect(await networks.instance.get(`${urlOf(DAEMON_ADDRESS)}/metrics`)).toMatchObject({
      status: 200,
    });
    const status = await readFile(`/proc/${daemon.process.pid}/status`, 'utf8');
    expect(status).toMatch(/^Uid:(\s+1000){4}$/m);
    expect(status).toMatch(/^CapEff:\s+0{16}$/m);
  });
}

function confined(capabilities: readonly string[]): readonly string[] {
  const set = ['-all', ...capabilities.map((name) => `+${name}`)].join(',');
  return ['setpriv', '--inh-caps=-all', `--bounding-set=${set}`];
}

function urlOf(address: string): string {
  return `http://${address.includes(':') ? `[${address}]` : address}:${PORT}`;
}

function expectNoRights(status: string): void {
  expect(status).toMatch(/^Uid:(\s+1000){4}$/m);
  expect(status).toMatch(/^Gid:(\s+1000){4}$/m);
  expect(status).toMatch(/^Groups:\s*$/m);
  expect(status).toMatch(/^NoNewPrivs:\s+1$/m);
  for (const set of ['CapInh', 'CapPrm', 'CapEff', 'CapAmb']) {
    expect(status).toMatch(new RegExp(`^${set}:\\s+0{16}$`, 'm'));
  }
}
