import { devNull } from 'node:os';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { CycleReport } from '../../lambda/report/report.ts';
import { startReceiver } from '../outputs/push/receiver.ts';
import {
  type Folder,
  fargaugeIntoHead,
  jsonLines,
  startFargauge,
  temporaryFolder,
} from './fargauge.ts';
import { deadAddress, serveMetrics } from './target.ts';

let folder: Folder;

beforeEach(async () => {
  folder = await temporaryFolder();
});

afterEach(() => folder.remove());

describe('`fargauge collect --every`', () => {
  it('publishes counters as their differences from cycle to cycle, until SIGINT', async () => {
    await using target = await serveMetrics(
      (scrape) => `# TYPE orders_total counter\norders_total ${100 + 10 * scrape}\n`,
    );
    const config = await folder.file('fargauge.yaml', rulesFor(target.address));
    await using collector = startFargauge(['collect', '--config', config, '--every', '50ms']);

    await collector.says(/("orders_total":.*\n[\s\S]*){3}/);
    process.kill(collector.pid, 'SIGINT');

    expect(await collector.ended).toBe(0);
    const events = jsonLines<{ orders_total: number }>(collector.stdout());
    const deltas = events.map(({ orders_total }) => orders_total);
    expect(deltas).toEqual(Array(target.scrapes - 1).fill(10));
    const reports = collector.stderr().match(/^\d{4}-.* 1 targets: 1 up, 0 down; /gm);
    expect(reports).toHaveLength(target.scrapes);
    expect(collector.stderr()).toMatch(/0 published, 0 rejected; dropped: .*1 first_sample/);
  });

  it('ends a pause at SIGTERM at once', async () => {
    await using target = await serveMetrics(() => '# TYPE orders_total counter\norders_total 1\n');
    const config = await folder.file('fargauge.yaml', rulesFor(target.address));
    await using collector = startFargauge([
      ...['collect', '--config', config, '--every', '1h', '--json'],
    ]);

    await collector.says(/}\n/);
    process.kill(collector.pid, 'SIGTERM');

    expect(await collector.ended).toBe(0);
    expect(jsonLines(collector.stderr())).toHaveLength(1);
  });

  it('ends a cycle as it should before it ends itself', async () => {
    const asked = Promise.withResolvers<void>();
    const answer = Promise.withResolvers<string>();
    await using target = await serveMetrics(() => {
      asked.resolve();
      return answer.promise;
    });
    const config = await folder.file('fargauge.yaml', rulesFor(target.address));
    await using collector = startFargauge(['collect', '--config', config, '--every', '1h']);

    await asked.promise;
    process.kill(collector.pid, 'SIGTERM');
    answer.resolve('# TYPE orders_created gauge\norders_created 5\n');

    expect(await collector.ended).toBe(0);
    expect(jsonLines(collector.stdout())).toEqual([expect.objectContaining({ orders_created: 5 })]);
    expect(target.scrapes).toBe(1);
  });

  it('goes on although an output is out of order, without which the others would wait', async () => {
    await using target = await serveMetrics(() => '# TYPE orders_open gauge\norders_open 1\n');
    await using broken = await startReceiver({ status: 503 });
    const config = await folder.file('fargauge.yaml', {
      ...rulesFor(target.address),
      outputs: [{ type: 'stdout' }, { type: 'remote_write', url: broken.url }],
    });
    await using collector = startFargauge(['collect', '--config', config, '--every', '50ms']);

    await collector.says(/("orders_open":.*\n[\s\S]*){2}/);
    process.kill(collector.pid, 'SIGTERM');

    expect(await collector.ended).toBe(0);
    expect(collector.stderr()).toContain('did not end by the deadline. It failed. HTTP 503');
  });

  it('goes on after a cycle that has failed, and its exit code is that of the last one', async () => {
    const config = await folder.file('fargauge.yaml', rulesFor(await deadAddress()));
    await using collector = startFargauge([
      ...['collect', '--config', config, '--every', '50ms', '--json'],
    ]);

    await collector.says(/(}\n[\s\S]*){2}/);
    process.kill(collector.pid, 'SIGTERM');

    expect(await collector.ended).toBe(1);
    for (const { targets } of jsonLines<CycleReport>(collector.stderr())) {
      expect(targets).toEqual({ discovered: 1, up: 0, down: 1, stopped: 0 });
    }
  });
});

describe('a reader that goes away', () => {
  it.each([
    ['of the events', [], 1],
    ['of the reports', ['--output', 'file', '--output-file', devNull], 0],
  ])('%s ends the cycles', async (_case, output, code) => {
    await using target = await serveMetrics(() => '# TYPE orders_open gauge\norders_open 1\n');
    const config = await folder.file('fargauge.yaml', rulesFor(target.address));
    const args = ['collect', '--config', config, '--every', '50ms', ...output];

    const finished = await fargaugeIntoHead(args);

    expect(finished.code).toBe(code);
    expect(finished.stderr).not.toContain('EPIPE\n    at ');
  });
});

/** Publishes what the targets call `orders_…`. */
function rulesFor(...addresses: readonly string[]) {
  return {
    log_group_name: 'shop',
    scrape_configs: [{ job_name: 'shop', static_configs: [{ targets: addresses }] }],
    emf_processor: {
      metric_namespace: 'Shop',
      metric_declaration: [
        { source_labels: ['job'], dimensions: [['job']], metric_selectors: ['^orders_'] },
      ],
    },
  };
}
