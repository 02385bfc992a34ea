import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type Aws, startAws } from '../../cli/demo/aws/server.ts';
import { type ScrapedServer, serveMetrics } from '../cli/target.ts';
import { extractMetrics } from '../integration/support/emf.ts';
import { type S3Server, startS3 } from '../state/s3-server.ts';
import { environmentFor, type FunctionProcess, startFunction } from './function-process.ts';

const GROUP = '/shop';

let aws: Aws;
let s3: S3Server;

beforeEach(async () => {
  [aws, s3] = await Promise.all([startAws(), startS3()]);
});

afterEach(async () => {
  await Promise.all([aws.close(), s3[Symbol.asyncDispose]()]);
});

/** Environments of one function, each a process, with one state in S3. */
describe('two environments that are invoked at once', () => {
  it('publish what a counter grew by once', async () => {
    // GIVEN a counter whose first value is stored, and a target that keeps the next scrape waiting
    const held = new Held();
    await using target = await serveMetrics(async (scrape) => {
      if (scrape === 2) await held.until;
      return counter(scrape);
    });
    await using one = await startFunction(environment(target));
    await using other = await startFunction(environment(target));
    await one.invoke();

    // WHEN the second invocation comes while the first one is scraping
    const first = one.invoke();
    await isScraped(target, 2);
    const second = await other.invoke();
    held.release();

    // THEN it leaves the cycle to the first one, and says so
    expect(second).toMatchObject({
      kind: 'result',
      result: { skipped: expect.stringMatching(/^another cycle is under way, until 20.*Z/) },
    });
    expect(await first).toMatchObject({ kind: 'result', result: { state: { conflicts: 0 } } });
    // The next cycle is that of the environment which had nothing to do: it goes on where the other one ended.
    await other.invoke();
    expect(increases()).toEqual([10, 10]);
    const { figures, log } = await other.end();
    expect(figures).toMatchObject({ CyclesSkipped: [1], TargetsUp: [1] });
    expect(log).toContainEqual(expect.objectContaining({ message: 'cycle skipped' }));
  });

  it('publish what a counter grew by once, whoever comes first, again and again', async () => {
    await using target = await serveMetrics(counter);
    await using one = await startFunction(environment(target));
    await using other = await startFunction(environment(target));
    await one.invoke();
    for (let minute = 0; minute < 8; minute++) await both(one, other);
    await other.invoke();

    // Each scrape adds ten: all that was scraped after the first time is in the sum, once.
    expect(increases().reduce((sum, each) => sum + each)).toBe(10 * (target.scrapes - 1));
    for (const each of [one, other]) {
      const { StateConflicts = [Number.NaN] } = (await each.end()).figures;
      expect(StateConflicts.reduce((sum, count) => sum + count, 0)).toBe(0);
    }
  });

  it('count the increase twice where the lease cannot be had, and count that as conflicts', async () => {
    // GIVEN
    s3.instead = (_, name) => (name.endsWith('.lease') ? ACCESS_DENIED : undefined);
    const held = new Held();
    await using target = await serveMetrics(async (scrape) => {
      if (scrape === 2) await held.until;
      return counter(scrape);
    });
    await using one = await startFunction(environment(target));
    await using other = await startFunction(environment(target));
    await one.invoke();

    // WHEN
    const first = one.invoke();
    await isScraped(target, 2);
    await other.invoke();
    held.release();

    // THEN the slow one answers with its older value, 120, and the other one with 130: both since 110
    expect(await first).toMatchObject({ kind: 'result', result: { state: { conflicts: 1 } } });
    await one.invoke();
    // Of 30 by which the counter grew, the ten before the slow scrape are there twice.
    expect(increases()).toEqual([10, 20, 10]);
    expect((await one.end()).log).toContainEqual(
      expect.objectContaining({
        message: 'lease failed',
        error: expect.stringContaining('it needs s3:PutObject'),
      }),
    );
  });
});

describe('two environments of a divided collector that begin a cycle at once', () => {
  it('begin one, and no second one while its shards may run', async () => {
    await using target = await serveMetrics(counter);
    const env = { ...environment(target), FARGAUGE_SHARDS: '2' };
    await using one = await startFunction(env);
    await using other = await startFunction(env);

    const answers = await Promise.all([one, other].map((each) => each.invokeWith('discover', {})));
    expect(answers.filter(({ kind }) => kind === 'result')).toHaveLength(1);
    expect(answers).toContainEqual(
      expect.objectContaining({ kind: 'error', name: 'CycleUnderWayError' }),
    );
    expect(await other.invokeWith('discover', {})).toMatchObject({ name: 'CycleUnderWayError' });
  });
});

const ACCESS_DENIED = { status: 403, code: 'AccessDenied' };

class Held {
  release: () => void = () => {};
  readonly until = new Promise<void>((resolve) => {
    this.release = resolve;
  });
}

/** A counter that grows by ten from scrape to scrape. */
function counter(scrape: number): string {
  return `# TYPE orders_total counter\norders_total ${100 + 10 * scrape}\n`;
}

async function isScraped(target: ScrapedServer, times: number): Promise<void> {
  while (target.scrapes < times) await new Promise(setImmediate);
}

async function both(one: FunctionProcess, other: FunctionProcess): Promise<void> {
  const answers = await Promise.all([one.invoke(), other.invoke()]);
  expect(answers.map(({ kind }) => kind)).toEqual(['result', 'result']);
}

function environment({ address }: ScrapedServer): Record<string, string> {
  return {
    ...environmentFor(aws),
    AWS_ENDPOINT_URL_S3: s3.url,
    FARGAUGE_STATE: 's3://states/shop',
    FARGAUGE_CONFIG: JSON.stringify({
      log_group_name: GROUP,
      scrape_configs: [{ job_name: 'shop', static_configs: [{ targets: [address] }] }],
      emf_processor: {
        metric_namespace: 'Shop',
        metric_declaration: [
          { source_labels: ['job'], dimensions: [['job']], metric_selectors: ['^orders_'] },
        ],
      },
    }),
  };
}

function increases(): number[] {
  return aws.logs
    .events({ group: GROUP })
    .flatMap(({ message }) => extractMetrics(message))
    .flatMap(({ values }) => values);
}
