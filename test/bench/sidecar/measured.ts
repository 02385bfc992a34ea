import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';

/** A sidecar in a process of its own, measured from outside. Linux only. */
export class MeasuredSidecar implements AsyncDisposable {
  readonly url: string;
  /** From the start of the process until it listens. */
  readonly startMs: number;
  readonly #process: ChildProcess;

  private constructor(process: ChildProcess, url: string, startMs: number) {
    this.#process = process;
    this.url = url;
    this.startMs = startMs;
  }

  /**
   * @param command the program and its arguments
   * @param env variables beside those of the endpoint and the address
   */
  static async start(
    [program = '', ...args]: readonly string[],
    metadataUri: string,
    env: Readonly<Record<string, string>> = {},
  ): Promise<MeasuredSidecar> {
    const startedAt = performance.now();
    const child = spawn(program, args, {
      env: {
        ECS_CONTAINER_METADATA_URI_V4: metadataUri,
        ECS_METRICS_EXPORTER_HOST: '127.0.0.1',
        ECS_METRICS_EXPORTER_PORT: '0',
        ...env,
      },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    for await (const line of createInterface({ input: child.stderr })) {
      const match = /listening on (\S+) port (\d+)/.exec(line);
      if (match === null) continue;
      return new MeasuredSidecar(
        child,
        `http://${match[1]}:${match[2]}`,
        performance.now() - startedAt,
      );
    }
    throw new Error('the sidecar ended before it listened');
  }

  signal(signal: NodeJS.Signals): void {
    this.#process.kill(signal);
  }

  /** Resident bytes: all, those that no file backs, and the most that there ever were. */
  memory(): { readonly resident: number; readonly anonymous: number; readonly highest: number } {
    const status = readFileSync(`/proc/${this.#process.pid}/status`, 'utf8');
    const bytes = (name: string) =>
      Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(status)?.[1]) * 1024;
    return {
      resident: bytes('VmRSS'),
      anonymous: bytes('RssAnon'),
      highest: bytes('VmHWM'),
    };
  }

  /** Seconds of CPU time of all threads that live. */
  cpuSeconds(): number {
    const folder = `/proc/${this.#process.pid}/task`;
    const times = readdirSync(folder).map((thread) =>
      Number(readFileSync(`${folder}/${thread}/schedstat`, 'utf8').split(' ', 1)[0]),
    );
    return times.reduce((sum, time) => sum + time, 0) / 1e9;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const exited = once(this.#process, 'exit');
    this.#process.kill('SIGKILL');
    await exited;
  }
}
