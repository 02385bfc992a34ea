import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import {
  type Architecture,
  hostDirectory,
  OWN_ARCHITECTURE,
} from '../../infra/build/sidecar-host.ts';
import { FAST_START } from '../fast-start.ts';

const REPOSITORY = join(import.meta.dirname, '../..');

const SOURCES = join(REPOSITORY, 'sidecar');
const MAIN = join(SOURCES, 'main.ts');
const HOST = programFor(OWN_ARCHITECTURE);

/** Of Debian's package qemu-user-static. */
export const EMULATOR = '/usr/bin/qemu-aarch64-static';

/** How a process ended, with all that it wrote; `lines` are those of stderr. */
export interface Ending {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly lines: readonly string[];
  /** What it wrote to stdout. */
  readonly output: string;
}

/** A sidecar in a process of its own. */
export interface SidecarProcess extends AsyncDisposable {
  readonly process: ChildProcess;
  /** Resolves with the first line, written before or after, that holds the text. */
  line(text: string): Promise<string>;
  /** Its base URL, once it listens. */
  url(): Promise<string>;
  readonly ending: Promise<Ending>;
}

/** What runs the sidecar: Node.js, the program, or that of the other architecture under emulation. */
export type SidecarRuntime = 'node' | 'host' | 'arm64';

/**
 * The runtime that `FARGAUGE_SIDECAR` names. By default it is what ships, where `npm run build` has made it of the sources as they are, else
 * Node.js.
 */
export function sidecarRuntime(): SidecarRuntime {
  const runtime = process.env.FARGAUGE_SIDECAR || (isCurrent(HOST) ? 'host' : 'node');
  if (runtime === 'node' || runtime === 'host' || runtime === 'arm64') return runtime;
  throw new Error(`FARGAUGE_SIDECAR: expected node, host or arm64, got ${JSON.stringify(runtime)}`);
}

/**
 * The command that starts the sidecar on its runtime.
 *
 * @param main the sources or the bundle of them, for Node.js
 */
export function sidecarCommand(main: string = MAIN): [string, ...string[]] {
  const runtime = sidecarRuntime();
  if (runtime === 'node') return [process.execPath, main];
  if (runtime === 'host') return [HOST];
  return [EMULATOR, programFor('arm64')];
}

/** Whether a program is there and no source of the sidecar is newer. */
function isCurrent(program: string): boolean {
  if (!existsSync(program)) return false;
  const sources = readdirSync(SOURCES, { recursive: true, withFileTypes: true });
  const builtAt = statSync(program).mtimeMs;
  return sources.every(
    (entry) => !entry.isFile() || statSync(join(entry.parentPath, entry.name)).mtimeMs < builtAt,
  );
}

function programFor(architecture: Architecture): string {
  return join(hostDirectory(architecture), 'fargauge-sidecar');
}

/** Starts the sidecar, or what the command given starts, on loopback and any free port. */
export function startSidecar(
  env: Readonly<Record<string, string>>,
  {
    command = sidecarCommand(),
    args = [],
  }: { command?: readonly string[]; args?: readonly string[] } = {},
): SidecarProcess {
  const [program = '', ...first] = command;
  const child = spawn(program, [...first, ...args], {
    env: {
      ...FAST_START,
      ECS_METRICS_EXPORTER_PORT: '0',
      ECS_METRICS_EXPORTER_HOST: '127.0.0.1',
      ...env,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const lines: string[] = [];
  const reader = createInterface({ input: child.stderr });
  reader.on('line', (line) => lines.push(line));
  const ending = Promise.all([once(child, 'exit'), once(reader, 'close'), text(child.stdout)]).then(
    ([[code, signal], , output]) => ({ code, signal, lines, output }),
  );
  const sidecar: SidecarProcess = {
    process: child,
    ending,
    async line(text) {
      for (;;) {
        const found = lines.find((line) => line.includes(text));
        if (found !== undefined) return found;
        const ended = await Promise.race([once(reader, 'line').then(() => false), ending]);
        if (ended) throw new Error(`ended without "${text}": ${lines.join('\n')}`);
      }
    },
    async url() {
      const [, host, port] = /listening on (.+) port (\d+)$/.exec(await sidecar.line('listening'))!;
      return `http://${host}:${port}`;
    },
    async [Symbol.asyncDispose]() {
      child.kill('SIGKILL');
      await ending;
    },
  };
  return sidecar;
}
