import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
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

const MAIN = join(REPOSITORY, 'sidecar/main.ts');
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

/**
 * The command that starts the sidecar on the runtime that `FARGAUGE_SIDECAR` names: `node`, where nothing is said, `host` for the program
 * that `npm run build` makes, or `arm64` for the one of that architecture under emulation.
 *
 * @param main the sources or the bundle of them, for Node.js
 */
export function sidecarCommand(main: string = MAIN): readonly string[] {
  const runtime = process.env.FARGAUGE_SIDECAR ?? 'node';
  if (runtime === 'node') return [process.execPath, main];
  if (runtime === 'host') return [HOST];
  if (runtime === 'arm64') return [EMULATOR, programFor('arm64')];
  throw new Error(`FARGAUGE_SIDECAR: expected node, host or arm64, got ${JSON.stringify(runtime)}`);
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
