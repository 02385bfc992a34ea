import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { ROOT } from './places.ts';

/** How long a process may take to end after SIGTERM before it is killed. */
const STOP_MS = 5_000;

/** What of the surroundings a child process gets to see: no credentials, no proxies, no settings of the test runner. */
const INHERITED = ['PATH', 'HOME', 'LANG', 'TZ', 'TMPDIR'] as const;

/** A process that a test started and that the test ends, by `await using` or `stop`. */
export interface Child extends AsyncDisposable {
  readonly pid: number;
  /** All that it wrote so far. */
  stdout(): string;
  stderr(): string;
  /** The first match of `pattern` in what it writes to either stream; rejects if it ends without one. */
  says(pattern: RegExp): Promise<RegExpMatchArray>;
  /** The exit code; null after a signal. */
  readonly ended: Promise<number | null>;
  /** Ends this process, and it alone, by its id. */
  stop(): Promise<void>;
}

/** Starts a program in the repository's root with nothing but `env` and a few harmless variables. */
export function start(
  command: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Child {
  const child = spawn(command, args, {
    cwd: ROOT,
    env: { ...inherited(), ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const out = collect(child, 'stdout');
  const err = collect(child, 'stderr');
  const ended = endOf(child);
  // A failure to start is told by whoever awaits the end; nobody has to.
  ended.catch(() => {});

  const says = (pattern: RegExp) =>
    new Promise<RegExpMatchArray>((resolve, reject) => {
      const look = () => {
        const found = out.text().match(pattern) ?? err.text().match(pattern);
        if (found === null) return;
        out.stream.off('data', look);
        err.stream.off('data', look);
        resolve(found);
      };
      out.stream.on('data', look);
      err.stream.on('data', look);
      look();
      const never = (how: string) =>
        reject(
          new Error(`${command} ${how} and never said ${pattern}:\n${out.text()}${err.text()}`),
        );
      ended.then(
        (code) => never(`ended with ${code}`),
        (error) => never(`${error}`),
      );
    });

  const stop = async () => {
    const kill = setTimeout(() => child.kill('SIGKILL'), STOP_MS);
    child.kill('SIGTERM');
    await ended.catch(() => null);
    clearTimeout(kill);
  };

  return {
    pid: child.pid ?? Number.NaN,
    stdout: out.text,
    stderr: err.text,
    says,
    ended,
    stop,
    [Symbol.asyncDispose]: stop,
  };
}

/** What a program that ran to its end left behind. */
export interface Finished {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a program to its end. */
export async function runToEnd(
  command: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<Finished> {
  await using child = start(command, args, env);
  const code = await child.ended;
  return { code, stdout: child.stdout(), stderr: child.stderr() };
}

function inherited(): Record<string, string> {
  return Object.fromEntries(
    INHERITED.flatMap((name) => {
      const value = process.env[name];
      return value === undefined ? [] : [[name, value]];
    }),
  );
}

function collect(child: ChildProcess, name: 'stdout' | 'stderr') {
  const stream = child[name];
  if (stream === null) throw new TypeError(`Expected ${name} to be a pipe`);
  let text = '';
  stream.setEncoding('utf8').on('data', (chunk: string) => {
    text += chunk;
  });
  return { stream, text: () => text };
}

async function endOf(child: ChildProcess): Promise<number | null> {
  const [code] = await once(child, 'close');
  return code as number | null;
}
