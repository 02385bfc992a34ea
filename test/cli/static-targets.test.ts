import { readFile } from 'node:fs/promises';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { startAws } from '../../cli/demo/aws/server.ts';
import { withHelp } from '../../lambda/model/targets/help.ts';
import type { CycleReport } from '../../lambda/report/report.ts';
import { extractMetrics } from '../integration/support/emf.ts';
import { type Folder, fargauge, jsonLines, temporaryFolder } from './fargauge.ts';
import { deadAddress, serveMetrics } from './target.ts';

let folder: Folder;

beforeEach(async () => {
  folder = await temporaryFolder();
});

afterEach(() => folder.remove());

describe('`fargauge collect` of static targets', () => {
  it('writes the events to stdout and the report to stderr, without AWS', async () => {
    await using target = await serveMetrics(() => '# TYPE queue_length gauge\nqueue_length 7\n');
    await using credentials = await serveMetrics(() => '{}');
    const aws = await startAws();
    const config = await folder.file('fargauge.yaml', rulesFor(target.address));

    const { code, stdout, stderr } = await fargauge(['collect', '--config', config], {
      // Where the SDK would go if it were asked for anything.
      AWS_ENDPOINT_URL: aws.url,
      AWS_CONTAINER_CREDENTIALS_FULL_URI: `http://${credentials.address}/`,
    });
    await aws.close();

    const lines = stdout.trimEnd().split('\n');
    expect({ code, lines: lines.length }).toEqual({ code: 0, lines: 1 });
    expect(lines.flatMap(extractMetrics)).toEqual([
      expect.objectContaining({
        namespace: 'Hosts',
        name: 'queue_length',
        dimensions: { job: 'web' },
        values: [7],
      }),
    ]);
    expect(stderr.trimEnd().split('\n')).toEqual([
      expect.stringMatching(/^\d{4}-\S+Z {2}1 targets: 1 up, 0 down; \d+ ms$/),
      expect.stringMatching(/^TARGET +JOB +STATE +SAMPLES +OFFERED +EVENTS$/),
      expect.stringMatching(`^http://${target.address}/metrics +web +up +1 +1 +1$`),
      'samples: 5 scraped, 1 published, 0 rejected; dropped: 4 no_declaration',
      expect.stringMatching(/^stdout: 1 events, 1 metric values, \d+ bytes in 1 requests$/),
    ]);
    expect(credentials.scrapes).toBe(0);
    for (const operation of ['ListTasks', 'PutLogEvents', 'CreateLogStream', 'CreateLogGroup']) {
      expect([operation, aws.calls.count(operation)]).toEqual([operation, 0]);
    }
  });

  it('appends the events to a file and writes the report to stdout', async () => {
    await using target = await serveMetrics((scrape) => `queue_length ${scrape}\n`);
    const config = await folder.file('fargauge.yaml', rulesFor(target.address));
    const events = folder.path('events.json');
    const args = ['collect', '--config', config, '--output', 'file', '--output-file', events];

    const first = await fargauge(args);
    const second = await fargauge([...args, '--json']);

    expect([first.code, second.code]).toEqual([0, 0]);
    expect([first.stderr, second.stderr]).toEqual(['', '']);
    expect(first.stdout).toContain(`file ${events}: 1 events, 1 metric values, `);
    expect(jsonLines<CycleReport>(second.stdout)).toEqual([
      expect.objectContaining({
        targets: { discovered: 1, up: 1, down: 0, stopped: 0 },
        deliveries: [expect.objectContaining({ output: `file ${events}`, events: 1 })],
      }),
    ]);
    const lines = (await readFile(events, 'utf8')).trimEnd().split('\n');
    expect(lines.flatMap(extractMetrics).map(({ values }) => values)).toEqual([[1], [2]]);
  });

  it('writes the events to all outputs that are named, by options before the configuration', async () => {
    await using target = await serveMetrics(() => 'queue_length 7\n');
    const [fromConfig, fromOption] = [folder.path('a.jsonl'), folder.path('b.jsonl')];
    const outputs = [{ type: 'stdout' }, { type: 'file', path: fromConfig }];
    const config = await folder.file('fargauge.json', { ...rulesFor(target.address), outputs });
    const collect = ['collect', '--config', config];

    const first = await fargauge(collect);
    const options = ['--output', 'file', '--output', 'stdout', '--output-file', fromOption];
    const second = await fargauge([...collect, ...options]);

    expect([first.code, second.code]).toEqual([0, 0]);
    for (const { stdout, stderr } of [first, second]) {
      expect(jsonLines(stdout)).toEqual([expect.objectContaining({ queue_length: 7 })]);
      expect(stderr).toMatch(/^stdout: 1 events, /m);
      expect(stderr).toMatch(/^file .*: 1 events, /m);
    }
    expect(jsonLines(await readFile(fromConfig, 'utf8'))).toHaveLength(1);
    expect(jsonLines(await readFile(fromOption, 'utf8'))).toHaveLength(1);
  });

  it('warns of outputs of the configuration that the options leave out', async () => {
    await using target = await serveMetrics(() => 'queue_length 7\n');
    const outputs = [
      { type: 'stdout' },
      { type: 'remote_write', url: 'http://localhost/write' },
      { type: 'cloudwatch-logs' },
    ];
    const config = await folder.file('fargauge.json', { ...rulesFor(target.address), outputs });

    const { code, stderr } = await fargauge(['collect', '--config', config, '--output', 'stdout']);

    expect(code).toBe(0);
    expect(stderr.match(/^warning: .*$/gm)).toEqual([
      'warning: remote_write http://localhost/write gets nothing, because --output takes precedence',
      'warning: cloudwatch-logs gets nothing, because --output takes precedence',
    ]);
  });

  it('goes on where a target is dead, and tells which and why', async () => {
    await using target = await serveMetrics(() => 'queue_length 7\n');
    const dead = await deadAddress();
    const config = await folder.file('fargauge.yaml', rulesFor(dead, target.address));

    const { code, stdout, stderr } = await fargauge(['collect', '--config', config]);

    expect(code).toBe(0);
    expect(jsonLines(stdout)).toEqual([expect.objectContaining({ queue_length: 7 })]);
    expect(stderr).toContain('2 targets: 1 up, 1 down');
    expect(stderr).toMatch(
      new RegExp(`^http://${dead}/metrics +web +down \\(connect_refused\\) `, 'm'),
    );
    expect(stderr).toContain(`\ndown: web http://${dead}/metrics: connect ECONNREFUSED ${dead}\n`);
  });

  it('has failed where all targets are dead and nothing was published', async () => {
    const dead = await deadAddress();
    const config = await folder.file('fargauge.yaml', rulesFor(dead));

    const { code, stdout, stderr } = await fargauge(['collect', '--config', config, '--json']);

    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    const [report] = jsonLines<CycleReport>(stderr);
    expect(report).toMatchObject({
      targets: { discovered: 1, up: 0, down: 1, stopped: 0 },
      scrapes: [{ up: false, reason: 'connect_refused' }],
    });
  });

  it('has failed where nothing of what was scraped is published, and says what differs from the rules', async () => {
    await using target = await serveMetrics(() => 'queue_size 7\n');
    const config = await folder.file('fargauge.yaml', rulesFor(target.address));

    const { code, stdout, stderr } = await fargauge(['collect', '--config', config]);

    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    const why =
      'metric_declaration[0] applies to "web", but none of its metric_selectors finds a match in queue_size: "^queue_length$"';
    expect(stderr).toContain(
      `nothing published: job web, 5 samples of 1 targets; dropped: 5 no_declaration: ${why}\n`,
    );
    expect(stderr).toContain(
      `${withHelp(`failed: none of 5 samples is published: job web: ${why}`, 'nothingPublished')}\n`,
    );
  });

  it('has failed where no event could be written', async () => {
    await using target = await serveMetrics(() => 'queue_length 7\n');
    const config = await folder.file('fargauge.yaml', rulesFor(target.address));
    const nowhere = folder.path('missing/events.json');

    const { code, stdout } = await fargauge([
      ...['collect', '--config', config, '--output', 'file', '--output-file', nowhere],
    ]);

    expect(code).toBe(1);
    expect(stdout).toContain('0 published, 1 rejected');
    expect(stdout).toContain('; rejected: 1 unavailable\n');
    expect(stdout).toContain(
      `failed: none of 1 events was delivered: Writing to file ${nowhere} failed. `,
    );
  });

  it('ends by its timeout although a target never answers, with what the others gave', async () => {
    await using target = await serveMetrics(() => 'queue_length 7\n');
    await using silent = await serveMetrics(() => new Promise(() => {}));
    const config = await folder.file('fargauge.yaml', rulesFor(silent.address, target.address));

    // Not a multiple of four milliseconds, of which the delivery gets one quarter.
    const args = ['collect', '--config', config, '--timeout', '1001ms', '--json'];
    const { code, stdout, stderr } = await fargauge(args);

    expect(code).toBe(0);
    expect(jsonLines(stdout)).toEqual([expect.objectContaining({ queue_length: 7 })]);
    const [report] = jsonLines<CycleReport>(stderr);
    expect(report?.durationMs).toBeLessThan(1_001);
    expect(report?.scrapes.find(({ up }) => !up)).toMatchObject({
      url: `http://${silent.address}/metrics`,
      reason: 'deadline',
    });
  });

  it('prints what a configuration has no effect with, and collects', async () => {
    await using target = await serveMetrics(() => '# TYPE queue_length gauge\nqueue_length 7\n');
    const config = await folder.file('agent.json', {
      traces: {},
      logs: {
        metrics_collected: { prometheus: { cluster_name: 'hosts', log_group_name: 'hosts' } },
      },
    });
    const prometheus = await folder.file('prometheus.json', {
      scrape_configs: [{ job_name: 'web', static_configs: [{ targets: [target.address] }] }],
    });

    const { code, stdout, stderr } = await fargauge([
      ...['collect', '--config', config, '--prometheus-config', prometheus],
    ]);

    expect(code).toBe(0);
    expect(stderr).toMatch(/^warning: .*traces/);
    expect(jsonLines(stdout)).toEqual([expect.objectContaining({ queue_length: 7, job: 'web' })]);
  });
});

/** Publishes the gauge `queue_length` of the job `web` by its job. */
function rulesFor(...addresses: readonly string[]) {
  return {
    log_group_name: 'hosts',
    scrape_configs: [{ job_name: 'web', static_configs: [{ targets: addresses }] }],
    emf_processor: {
      metric_namespace: 'Hosts',
      metric_declaration: [
        { source_labels: ['job'], dimensions: [['job']], metric_selectors: ['^queue_length$'] },
      ],
    },
  };
}
