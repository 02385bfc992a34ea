import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { type Aws, startAws } from '../../cli/demo/aws/server.ts';
import type { StatePlace } from '../../lambda/state/place.ts';
import { type ScrapedServer, serveMetrics } from '../cli/target.ts';
import { valuesOf } from '../emf/events.ts';
import { FAST_START } from '../fast-start.ts';
import type { Life, Point } from './crashing-collector.ts';

const PROGRAM = join(import.meta.dirname, 'crashing-collector.ts');

const TARGETS = 3;

/** What was published of the scrapes of one process. */
export interface Published {
  /** Scrapes whose increase is in no event that was delivered. */
  readonly lost: number;
  /** Scrapes whose increase is in two events, over all targets. */
  readonly twice: number;
  /** What the events add up to, less what the counters grew by and what was delivered twice. */
  readonly unexplained: number;
}

/**
 * Targets with a counter that grows by 2^n before the n-th scrape, so that the binary digits of a difference say which
 * scrapes it covers; collectors that die; and a stand-in for CloudWatch Logs that remembers what it took.
 */
export class CrashWorld implements AsyncDisposable {
  readonly #aws: Aws;
  readonly #targets: readonly ScrapedServer[];
  readonly #place: StatePlace;
  readonly #s3: string | undefined;

  private constructor(
    aws: Aws,
    targets: readonly ScrapedServer[],
    place: StatePlace,
    s3: string | undefined,
  ) {
    this.#aws = aws;
    this.#targets = targets;
    this.#place = place;
    this.#s3 = s3;
  }

  /** @param s3 the URL of S3, where the place is there */
  static async start(place: StatePlace, s3?: string): Promise<CrashWorld> {
    const targets = await Promise.all(
      Array.from({ length: TARGETS }, () =>
        serveMetrics((scrape) => `# TYPE orders_total counter\norders_total ${2 ** scrape - 1}\n`),
      ),
    );
    return new CrashWorld(await startAws(), targets, place, s3);
  }

  /** Lives after each other: each does a whole cycle and dies in the next one; the last one does two and lives. */
  async run(points: readonly Point[]): Promise<ReadonlyMap<Point, Published>> {
    const lives: { point: Point; from: number }[] = [];
    for (const point of points) {
      await this.#live({ cycles: 1, point });
      lives.push({ point, from: this.#scrapes });
    }
    await this.#live({ cycles: 2 });
    return new Map(lives.map(({ point, from }) => [point, this.#publishedOf(from)]));
  }

  /** Of all scrapes but the first, which only gives what the second is compared with. */
  get total(): Published {
    return this.#published((scrape) => scrape > 1);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#aws.close();
    for (const target of this.#targets) await target[Symbol.asyncDispose]();
  }

  /** Of the scrape in which a process died. */
  #publishedOf(scrape: number): Published {
    return this.#published((each) => each === scrape);
  }

  #published(isMeant: (scrape: number) => boolean): Published {
    let lost = 0;
    let twice = 0;
    let unexplained = 0;
    for (const { address } of this.#targets) {
      const differences = this.#differencesOf(address);
      let counted = 0;
      for (let scrape = 1; scrape <= this.#scrapes; scrape++) {
        const times = differences.filter((difference) => covers(difference, scrape)).length;
        if (scrape > 1) counted += times * 2 ** (scrape - 1);
        if (!isMeant(scrape)) continue;
        if (times === 0) lost += 1;
        twice += Math.max(times - 1, 0);
      }
      unexplained += differences.reduce((sum, each) => sum + each, 0) - counted;
    }
    return { lost, twice, unexplained };
  }

  #differencesOf(address: string): number[] {
    const events = this.#aws.logs.events({ group: '/crash' });
    return events
      .filter(({ message }) => JSON.parse(message).instance === address)
      .flatMap(({ message }) => valuesOf({ message } as never).orders_total ?? []);
  }

  get #scrapes(): number {
    return this.#targets[0]?.scrapes ?? 0;
  }

  /** @throws where the process ended otherwise than it was to */
  async #live(life: Pick<Life, 'cycles' | 'point'>): Promise<void> {
    const whole: Life = {
      ...life,
      targets: this.#targets.map(({ address }) => address),
      logs: this.#aws.url,
      place: this.#place,
      s3: this.#s3,
    };
    const child = fork(PROGRAM, [JSON.stringify(whole)], {
      // Without the options of the test runner.
      execArgv: [],
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
      env: { PATH: process.env.PATH, ...FAST_START },
    });
    const [code, signal] = await once(child, 'exit');
    const expected = life.point === undefined ? 0 : 'SIGKILL';
    if ((code ?? signal) !== expected) {
      throw new Error(`expected ${expected} ${life.point ?? ''}, got ${code ?? signal}`);
    }
  }
}

/** Whether the growth of 2^(n-1) before the n-th scrape is in a difference. */
function covers(difference: number, scrape: number): boolean {
  return Math.floor(difference / 2 ** (scrape - 1)) % 2 === 1;
}
