import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type Aws, startAws } from '../../cli/demo/aws/server.ts';
import { serveMetrics } from '../cli/target.ts';
import { extractMetrics } from '../integration/support/emf.ts';
import { FunctionPool } from './function-pool.ts';
import { environmentFor } from './function-process.ts';

let aws: Aws;
let functions: FunctionPool;
beforeEach(async () => {
  aws = await startAws({ ecs: { clusters: ['demo'] } });
  functions = new FunctionPool();
});
afterEach(async () => {
  await functions[Symbol.asyncDispose]();
  await aws.close();
});

/** Publishes a counter into a namespace, by a collector with a name and a log level. */
function environment(address: string, namespace: string, level: string): Record<string, string> {
  const rule = { source_labels: ['job'], dimensions: [['job']], metric_selectors: ['^orders_'] };
  return {
    ...environmentFor(aws),
    AWS_LAMBDA_FUNCTION_NAME: `collector-of-${namespace}`,
    LOG_LEVEL: level,
    FARGAUGE_CONFIG: JSON.stringify({
      log_group_name: `/${namespace}`,
      scrape_configs: [{ job_name: 'shop', static_configs: [{ targets: [address] }] }],
      emf_processor: { metric_namespace: namespace, metric_declaration: [rule] },
    }),
  };
}

const published = (namespace: string) =>
  aws.logs
    .events({ group: `/${namespace}` })
    .flatMap(({ message }) => extractMetrics(message))
    .map(({ namespace: of, values }) => [of, values]);

describe('a function of a pool', () => {
  it('has nothing of the function that was before it in its process', async () => {
    await using target = await serveMetrics(
      (scrape) => `# TYPE orders_total counter\norders_total ${10 * scrape}\n`,
    );
    const cycles = async (namespace: string, level: string) => {
      await using lambda = await functions.start(environment(target.address, namespace, level));
      expect(lambda.loaded).toEqual({ kind: 'ready' });
      for (let cycle = 0; cycle < 2; cycle++) await lambda.invoke();
      return lambda.end();
    };
    const first = await cycles('First', 'DEBUG');
    const second = await cycles('Second', 'INFO');
    // Its own counters: nothing of the first scrape, then a difference. Its own cold start, name, log level and output.
    expect([published('First'), published('Second')]).toEqual([
      [['First', [10]]],
      [['Second', [10]]],
    ]);
    expect([first, second].map(({ figures }) => figures.ColdStart)).toEqual([[1], [1]]);
    expect([first, second].map(({ log }) => log.some(({ level }) => level === 'DEBUG'))).toEqual([
      true,
      false,
    ]);
    expect(first.stdout).toContain('collector-of-First');
    expect(second.stdout).toContain('collector-of-Second');
    expect(second.stdout).not.toContain('First');
  });

  it('has its process for itself, also after one that did not load and was ended twice', async () => {
    await using target = await serveMetrics(() => 'orders_open 1\n');
    const good = environment(target.address, 'Shop', 'INFO');
    await using broken = await functions.start({ ...good, FARGAUGE_CONFIG: '{"namespace": 1}' });
    expect(broken.loaded).toMatchObject({
      kind: 'error',
      message: expect.stringContaining('namespace'),
    });
    await broken.end();
    await broken.end();
    await using one = await functions.start(environment(target.address, 'One', 'INFO'));
    await using other = await functions.start(environment(target.address, 'Other', 'INFO'));
    await Promise.all([one.invoke(), other.invoke()]);
    expect([published('One'), published('Other')]).toEqual([[['One', [1]]], [['Other', [1]]]]);
  });
});
