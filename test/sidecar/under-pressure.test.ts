import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface, type Interface } from 'node:readline';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { BEHAVIOURS } from '../bench/chaos-sidecar/behaviours.ts';
import { startRestlessEndpoint } from '../bench/sidecar/endpoint.ts';
import { MeasuredSidecar } from '../bench/sidecar/measured.ts';
import { sidecarBundle } from '../bundles.ts';
import { sidecarCommand, sidecarRuntime } from './sidecar-process.ts';

/** Of each behaviour. */
const SCRAPES = 10;

/** Private bytes: the budget of the program; on Node.js the most of `npm run bench -- chaos-sidecar` is 45 MB. */
const MOST_BYTES = sidecarRuntime() === 'node' ? 80e6 : 18e6;

let command: readonly string[];

beforeAll(async () => {
  const [program = '', ...bundle] = sidecarCommand((await sidecarBundle()).file);
  const flags = sidecarRuntime() === 'node' ? ['--lite-mode'] : [];
  command = [program, ...flags, ...bundle];
});

/** The clients and the application of a behaviour, in a process of their own. */
class Pressure implements AsyncDisposable {
  readonly #process: ChildProcess;
  readonly #lines: Interface;

  constructor(behaviour: string) {
    this.#process = spawn(process.execPath, [join(import.meta.dirname, 'crowd.ts'), behaviour], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    this.#lines = createInterface(this.#process.stdout!);
  }

  async line(): Promise<string> {
    const [line] = (await once(this.#lines, 'line')) as [string];
    return line;
  }

  /** Resolves when all clients have been at the door of the sidecar. */
  async begin(url: string): Promise<void> {
    const here = this.line();
    this.#process.stdin!.write(`${url}\n`);
    await here;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const exited = once(this.#process, 'exit');
    this.#process.kill('SIGKILL');
    await exited;
  }
}

describe('A sidecar serves an honest scraper, in bounded memory, under the pressure of', () => {
  it.each(BEHAVIOURS.map(({ name }) => name))(
    '%s',
    async (name) => {
      await using pressure = new Pressure(name);
      await using endpoint = await startRestlessEndpoint();
      const FARGAUGE_TARGETS = await pressure.line();
      await using sidecar = await MeasuredSidecar.start(command, endpoint.uri, {
        FARGAUGE_TARGETS,
      });
      endpoint.misbehave(BEHAVIOURS.find((each) => each.name === name)?.metadata);
      await pressure.begin(sidecar.url);
      for (let scrape = 0; scrape < SCRAPES; scrape++) {
        const response = await fetch(`${sidecar.url}/metrics`);
        expect(response.status).toBe(200);
        expect(await response.text()).toContain('\nee_ecs_metrics_exporter_success ');
        expect(sidecar.memory().anonymous).toBeLessThan(MOST_BYTES);
      }
    },
    60_000,
  );
});
