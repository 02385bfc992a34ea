import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface, type Interface } from 'node:readline';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { BEHAVIOURS } from '../bench/chaos-sidecar/behaviours.ts';
import { startRestlessEndpoint } from '../bench/sidecar/endpoint.ts';
import { MeasuredSidecar } from '../bench/sidecar/measured.ts';
import { sidecarBundle } from '../bundles.ts';

/** Of each behaviour. */
const SCRAPES = 10;

/** Of a scrape. */
const ATTEMPTS = 3;

/** Private bytes: the most of `npm run bench -- chaos-sidecar` is 45 MB, of which what hangs, drips or pours has half. */
const MOST_BYTES = 80e6;

let program: string;

beforeAll(async () => {
  ({ file: program } = await sidecarBundle());
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

/** A connection whose request is late, as on a busy machine, gives way to the answers of a crowd. Then the page must say so. */
const DISPLACED = /^ee_exporter_connections_displaced_total\{state="silent"\} [1-9]/m;

/** What an honest scraper gets, which tries again where it lost its place. */
async function scraped(url: string) {
  const lost: unknown[] = [];
  while (lost.length < ATTEMPTS) {
    try {
      const response = await fetch(`${url}/metrics`);
      return { status: response.status, page: await response.text(), lost: lost.length };
    } catch (error) {
      lost.push(error);
    }
  }
  throw new AggregateError(lost, `expected an answer within ${ATTEMPTS} attempts`);
}

describe('A sidecar serves an honest scraper, in bounded memory, under the pressure of', () => {
  it.each(BEHAVIOURS.map(({ name }) => name))(
    '%s',
    async (name) => {
      await using pressure = new Pressure(name);
      await using endpoint = await startRestlessEndpoint();
      const FARGAUGE_TARGETS = await pressure.line();
      await using sidecar = await MeasuredSidecar.start(
        [process.execPath, '--lite-mode', program],
        endpoint.uri,
        {
          FARGAUGE_TARGETS,
        },
      );
      endpoint.misbehave(BEHAVIOURS.find((each) => each.name === name)?.metadata);
      await pressure.begin(sidecar.url);
      for (let scrape = 0; scrape < SCRAPES; scrape++) {
        const { status, page, lost } = await scraped(sidecar.url);
        expect(status).toBe(200);
        expect(page).toContain('\nee_ecs_metrics_exporter_success ');
        if (lost > 0) expect(page).toMatch(DISPLACED);
        expect(sidecar.memory().anonymous).toBeLessThan(MOST_BYTES);
      }
    },
    60_000,
  );
});
