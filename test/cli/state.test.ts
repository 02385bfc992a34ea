import { readdir, writeFile } from 'node:fs/promises';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { CycleReport } from '../../lambda/report/report.ts';
import { type Folder, fargauge, jsonLines, startFargauge, temporaryFolder } from './fargauge.ts';
import { type ScrapedServer, serveMetrics } from './target.ts';

let folder: Folder;
let target: ScrapedServer;
let args: readonly string[];

beforeEach(async () => {
  folder = await temporaryFolder();
  target = await serveMetrics(
    (scrape) => `# TYPE orders_total counter\norders_total ${100 + 10 * scrape}\n`,
  );
  const config = await folder.file('fargauge.yaml', {
    log_group_name: 'shop',
    scrape_configs: [{ job_name: 'shop', static_configs: [{ targets: [target.address] }] }],
    emf_processor: {
      metric_namespace: 'Shop',
      metric_declaration: [
        { source_labels: ['job'], dimensions: [['job']], metric_selectors: ['^orders_'] },
      ],
    },
  });
  args = ['collect', '--config', config, '--state', folder.path('state')];
});

afterEach(async () => {
  await target[Symbol.asyncDispose]();
  await folder.remove();
});

/** The counters' increases in what was printed. */
const increases = (stdout: string) =>
  jsonLines<{ orders_total: number }>(stdout).map(({ orders_total }) => orders_total);

describe('collect --state', () => {
  it('counts from where the last run ended', async () => {
    expect(increases((await fargauge(args)).stdout)).toEqual([]);
    const second = await fargauge([...args, '--json']);
    expect(increases(second.stdout)).toEqual([10]);
    const [report] = jsonLines<CycleReport>(second.stderr);
    expect(report?.state).toMatchObject({ targets: 1, series: 1, reads: 1, writes: 1 });
    expect(await readdir(folder.path('.'))).toEqual(['fargauge.yaml', 'state']);
  });

  it('forgets after --forget-after', async () => {
    await fargauge(args);
    await target[Symbol.asyncDispose]();
    const every = ['--every', '100ms', '--forget-after', '2s', '--json'];
    await using collector = startFargauge([...args, ...every]);
    await collector.says(/"down":1,.*"series":1,/);
    await collector.says(/"series":0,/);
  });

  it('refuses a file that another process uses, and leaves it to that one', async () => {
    await using first = startFargauge([...args, '--every', '1h']);
    await first.says(/state: /);
    const second = await fargauge(args);
    expect(second).toMatchObject({ code: 1, stdout: '' });
    const state = folder.path('state');
    expect(second.stderr).toMatch(`${state} is in use by process ${first.pid} on `);
    process.kill(first.pid, 'SIGTERM');
    expect(await first.ended).toBe(0);
    expect((await fargauge(args)).code).toBe(0);
  });

  it('takes the file over from a process that was killed', async () => {
    await using first = startFargauge([...args, '--every', '1h']);
    await first.says(/state: /);
    process.kill(first.pid, 'SIGKILL');
    await first.ended;
    expect(increases((await fargauge(args)).stdout)).toEqual([10]);
  });

  it('begins anew where the file is broken, says so and keeps it', async () => {
    await writeFile(folder.path('state'), 'broken');
    const { code, stderr } = await fargauge(args);
    expect(code).toBe(0);
    expect(stderr).toMatch(
      /\nstate: The state begins anew; the old one is kept as .*\/state\.corrupt-/,
    );
    expect(await readdir(folder.path('.'))).toEqual([
      'fargauge.yaml',
      'state',
      expect.stringMatching(/^state\.corrupt-\d{4}-/),
    ]);
  });

  it('takes a path or an object of S3', async () => {
    const { code, stderr } = await fargauge(['collect', '--state', 's3://states']);
    expect(code).toBe(2);
    expect(stderr).toContain('Expected a path or s3://bucket/key, got "s3://states".');
  });
});
