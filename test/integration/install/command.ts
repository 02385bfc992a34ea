import { spawnSync } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';

/** How much of a failed command's output its error repeats. */
const TAIL_LINES = 30;

/** Bytes of output that are kept; a compiler can be talkative. */
const MAX_OUTPUT = 64 * 1024 * 1024;

interface Options {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
}

/** Runs a command to its end and returns its output; throws with the end of the output if it fails. */
export function run(command: string, args: readonly string[], { cwd, env }: Options = {}): string {
  const { error, signal, status, stderr, stdout } = spawnSync(command, args, {
    cwd,
    encoding: 'utf8',
    env: { ...environment(), ...env },
    maxBuffer: MAX_OUTPUT,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  if (error === undefined && status === 0) return stdout;
  const tail = `${stdout}${stderr}`.trimEnd().split('\n').slice(-TAIL_LINES).join('\n');
  const end = error?.message ?? (signal === null ? `exit code ${status}` : `signal ${signal}`);
  throw new Error(`${[command, ...args].join(' ')}: ${end}\n${tail}`);
}

/** Whether `command` is found on the search path. */
export function isOnPath(command: string): boolean {
  return searchPath().some((folder) => {
    try {
      accessSync(join(folder, command), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

/** The folders in which commands are looked for. */
export function searchPath(): readonly string[] {
  return (process.env.PATH ?? '').split(delimiter).filter((folder) => folder !== '');
}

/** This process's environment, with the Node.js that runs it first on the search path: npm and its scripts use it too. */
function environment(): NodeJS.ProcessEnv {
  return {
    ...process.env,
    PATH: [dirname(process.execPath), ...searchPath()].join(delimiter),
  };
}
