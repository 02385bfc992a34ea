import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Aws, startAws } from '../../cli/demo/aws/server.ts';
import { ROOT } from '../integration/support/places.ts';
import { credentialsFor, type Folder, fargauge, temporaryFolder } from './fargauge.ts';
import { type ScrapedServer, serveMetrics } from './target.ts';

const HELP = '(--help says more)';

describe('a wrong call of fargauge', () => {
  it.each([
    [['collect', '--evry', '60s'], "error: unknown option '--evry'\n(Did you mean --every?)"],
    [['collect', '--output', 'file'], 'error: --output file and --output-file <path> go together'],
    [
      ['collect', '--output-file', '/tmp/events.json'],
      'error: --output file and --output-file <path> go together',
    ],
    [
      ['collect', '--every', '0s'],
      `error: option '--every <duration>' argument '0s' is invalid. Expected a duration such as 500ms, 10s or 1m, from 1ms to 24 days, got "0s".`,
    ],
    [
      ['collect', '--endpoint-url', 'localhost:5000'],
      `error: option '--endpoint-url <url>' argument 'localhost:5000' is invalid. Expected a URL such as http://127.0.0.1:5000, got "localhost:5000".`,
    ],
    [
      ['demo', '--threshold', '101'],
      `error: option '--threshold <percent>' argument '101' is invalid. Expected a number from 0 to 100, got "101".`,
    ],
  ])('%j is told, with exit code 2', async (args, message) => {
    expect(await fargauge(args)).toEqual({ code: 2, stdout: '', stderr: `${message}\n${HELP}\n` });
  });

  it('without a command says what there is, with exit code 2', async () => {
    const { code, stderr } = await fargauge([]);
    expect(code).toBe(2);
    expect(stderr).toMatch(/^Usage: fargauge .*\n[\s\S]*collect [\s\S]*demo /);
  });

  it('is none if it asks for the version', async () => {
    const { version } = JSON.parse(await readFile(join(ROOT, 'package.json'), 'utf8'));
    expect(await fargauge(['--version'])).toEqual({ code: 0, stdout: `${version}\n`, stderr: '' });
  });

  it('is none if it asks for help', async () => {
    const { code, stdout, stderr } = await fargauge(['collect', '--help']);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(/^Usage: fargauge collect /);
  });
});

describe('a broken configuration of `fargauge collect`', () => {
  let aws: Aws;
  let target: ScrapedServer;
  let folder: Folder;

  beforeAll(async () => {
    aws = await startAws({ ecs: { clusters: ['shop'] } });
    target = await serveMetrics(() => 'a 1\n');
    folder = await temporaryFolder();
  });

  afterAll(async () => {
    await aws.close();
    await target[Symbol.asyncDispose]();
    await folder.remove();
  });

  /** Runs with all that a right configuration would need. */
  function collect(...args: string[]) {
    return fargauge(
      ['collect', '--output', 'cloudwatch-logs', '--endpoint-url', aws.url, ...args],
      credentialsFor(aws),
    );
  }

  it('ends the start with all of its errors, each with its place, and starts nothing', async () => {
    const config = await folder.file(
      'broken.yaml',
      `
cluster_name: shop
log_group_name: 'what?'
scrape_configs:
  - job_name: web
    scrape_timeout: soon
    static_configs:
      - targets: ['${target.address}']
  - scheme: gopher
emf_processor:
  metric_namespace: 7
  metric_declaration:
    - label_matcher: '('
      metric_selectors: ['(']
`,
    );

    const { code, stdout, stderr } = await collect('--config', config);

    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    const [head, ...lines] = stderr.trimEnd().split('\n');
    expect(head).toBe(`${lines.length} errors in the configuration`);
    for (const path of [
      'log_group_name',
      'scrape_configs[0].scrape_timeout',
      'scrape_configs[1].job_name',
      'scrape_configs[1].scheme',
      'emf_processor.metric_namespace',
      'emf_processor.metric_declaration[0].label_matcher',
      'emf_processor.metric_declaration[0].metric_selectors[0]',
    ]) {
      const place = `- ${config}: ${path}: expected `;
      expect(lines).toContainEqual(expect.stringContaining(place));
    }
    expect(lines.filter((line) => !/: expected .+, given .+/.test(line))).toEqual([]);
    expect(target.scrapes).toBe(0);
    expect(callsOf(aws)).toBe(0);
  });

  it('names the errors of both documents of the CloudWatch Agent', async () => {
    const agent = await folder.file('agent.json', {
      logs: {
        metrics_collected: {
          prometheus: {
            cluster_name: 'shop',
            log_group_name: '/ecs/shop',
            emf_processor: {
              metric_namespace: 'Shop',
              metric_declaration: [{ dimensions: 'job' }],
            },
          },
        },
      },
    });
    const prometheus = await folder.file('prometheus.yaml', 'scrape_configs: [{ job_name: [] }]');

    const { code, stderr } = await collect('--config', agent, '--prometheus-config', prometheus);

    expect(code).toBe(2);
    expect(stderr).toContain(
      `${agent}: logs.metrics_collected.prometheus.emf_processor.metric_declaration[0].dimensions: expected `,
    );
    expect(stderr).toContain(`${prometheus}: scrape_configs[0].job_name: expected `);
    expect(callsOf(aws)).toBe(0);
  });

  it('may be a file that cannot be read', async () => {
    const { code, stderr } = await collect('--config', folder.path('missing.yaml'));
    expect(code).toBe(2);
    expect(stderr).toContain('--config: expected a file that can be read, given ');
  });

  it('may be none at all: without a cluster there is nothing to collect', async () => {
    const { code, stderr } = await collect();
    expect(code).toBe(2);
    expect(stderr).toContain('ecs_service_discovery.sd_target_cluster');
    expect(callsOf(aws)).toBe(0);
  });
});

function callsOf({ calls }: Aws): number {
  return ['ListTasks', 'DescribeTasks', 'CreateLogGroup', 'CreateLogStream', 'PutLogEvents']
    .map((operation) => calls.count(operation))
    .reduce((sum, count) => sum + count, 0);
}
