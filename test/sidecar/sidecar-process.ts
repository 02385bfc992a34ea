import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { FAST_START } from '../fast-start.ts';

const MAIN = join(import.meta.dirname, '../../sidecar/main.ts');

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

/** Starts `sidecar/main.ts`, or the program given, on loopback and any free port. */
export function startSidecar(
  env: Readonly<Record<string, string>>,
  {
    flags = [],
    program = MAIN,
    args = [],
  }: { flags?: readonly string[]; program?: string; args?: readonly string[] } = {},
): SidecarProcess {
  const child = spawn(process.execPath, [...flags, program, ...args], {
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
