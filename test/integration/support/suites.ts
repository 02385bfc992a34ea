import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { ROOT } from './places.ts';

/** How a program ended, with all that it said. */
export interface Ended {
  readonly code: number | null;
  readonly output: string;
}

/** What test files say where they fail on a runtime of the sidecar; nothing where they pass. */
export async function complaintsOf(
  suites: readonly string[],
  runtime: 'host' | 'arm64',
): Promise<string> {
  const jest = ['npm', 'run', 'test:unit', '--', ...suites];
  const { code, output } = await end(spawnIn(ROOT, jest, { FARGAUGE_SIDECAR: runtime }));
  return code === 0 ? '' : output;
}

export function spawnIn(
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

export async function end(child: ChildProcess): Promise<Ended> {
  const [[code], output, complaints] = await Promise.all([
    once(child, 'exit'),
    text(child.stdout!),
    text(child.stderr!),
  ]);
  return { code, output: output + complaints };
}
