import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { type ClientRequest, get } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { type Child, runToEnd, start } from '../child.ts';

/**
 * Own to this engine: what runs on the machine already is not touched. Without bridge and packet filter, which containers
 * may not set up for others; with the storage driver that works on every file system.
 */
const FLAGS = [
  ...['--bridge=none', '--iptables=false', '--ip6tables=false', '--ip-forward=false'],
  ...['--ip-masq=false', '--storage-driver=vfs'],
];

/** A Docker engine that a test started. */
export interface DockerEngine extends AsyncDisposable {
  /** Where it listens, as clients have it in DOCKER_HOST. */
  readonly host: string;
  /** Runs the client; its output without the line feed at the end. Rejects where it fails. */
  docker(...args: string[]): Promise<string>;
  /** A document of the engine's API. */
  api(path: string): Promise<unknown>;
  /** Calls `seen` with each document of a stream of the API, until the engine ends. */
  stream(path: string, seen: (document: unknown) => void): void;
}

/** Starts an engine, or says why none can be started here. */
export async function startDockerEngine(): Promise<DockerEngine | { readonly reason: string }> {
  // Short: the path of a socket has at most 107 characters.
  const folder = await mkdtemp(join(tmpdir(), 'fargauge-docker-'));
  const socketPath = join(folder, 'docker.sock');
  await mkdir(join(folder, 'data'));
  const daemon = start('dockerd', [
    ...FLAGS,
    `--host=unix://${socketPath}`,
    `--data-root=${join(folder, 'data')}`,
    `--exec-root=${join(folder, 'exec')}`,
    `--pidfile=${join(folder, 'pid')}`,
  ]);
  try {
    await daemon.says(/API listen on/);
  } catch (error) {
    await rm(folder, { recursive: true, force: true });
    return { reason: String(error).split('\n').slice(-5).join('\n') };
  }
  return engineAt(socketPath, folder, daemon);
}

function engineAt(socketPath: string, folder: string, daemon: Child): DockerEngine {
  const host = `unix://${socketPath}`;
  const docker = async (...args: string[]) => {
    const { code, stdout, stderr } = await runToEnd('docker', args, {
      DOCKER_HOST: host,
      // The classic builder, which comes with the engine.
      DOCKER_BUILDKIT: '0',
    });
    if (code !== 0) throw new Error(`docker ${args.join(' ')}: ${code}\n${stdout}${stderr}`);
    return stdout.trimEnd();
  };
  const streams: ClientRequest[] = [];
  return {
    host,
    docker,
    async api(path) {
      const { promise, resolve, reject } = Promise.withResolvers<string>();
      get({ socketPath, path, agent: false }, (response) => {
        let text = '';
        response.setEncoding('utf8').on('data', (chunk) => {
          text += chunk;
        });
        response.on('end', () => resolve(text));
      }).on('error', reject);
      return JSON.parse(await promise);
    },
    stream(path, seen) {
      const request = get({ socketPath, path, agent: false }, (response) => {
        const lines = createInterface({ input: response });
        // It ends in the middle: when the test does.
        lines.on('line', (line) => seen(JSON.parse(line))).on('error', () => {});
      });
      streams.push(request.on('error', () => {}));
    },
    async [Symbol.asyncDispose]() {
      for (const request of streams) request.destroy();
      const ids = (await docker('ps', '--all', '--quiet')).split('\n').filter(Boolean);
      if (ids.length > 0) await docker('rm', '--force', ...ids);
      await daemon.stop();
      // The network namespace of `--network=host` stays mounted.
      await runToEnd('umount', [join(folder, 'exec/netns/default')]);
      await rm(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
    },
  };
}
