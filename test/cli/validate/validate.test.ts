import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Folder, fargauge, jsonLines, temporaryFolder } from '../fargauge.ts';

const RIGHT = `scrape_configs: [{ job_name: web, static_configs: [{ targets: ['localhost:9100'] }] }]
emf_processor:
  metric_namespace: Shop
  metric_declaration:
    - source_labels: [job]
      label_matcher: web
      dimensions: [[job]]
      metric_selectors: ['^node_load1$']
`;
const WARNED = `${RIGHT}global: { external_labels: { site: a } }\n`;
const WRONG = `cluster_name: shop
scrape_configs:
  - job_name: web
    scrape_timeout: soon
  - scheme: gopher
`;

let folder: Folder;
let paths: Readonly<Record<'right' | 'warned' | 'wrong', string>>;

beforeAll(async () => {
  folder = await temporaryFolder();
  paths = {
    right: await folder.file('right.yaml', RIGHT),
    warned: await folder.file('warned.yaml', WARNED),
    wrong: await folder.file('wrong.yaml', WRONG),
  };
});

afterAll(() => folder.remove());

describe('`fargauge validate`', () => {
  it('says that a right configuration is ok', async () => {
    expect(await fargauge(['validate', paths.right])).toEqual({
      code: 0,
      stdout: `${paths.right}: ok\n`,
      stderr: '',
    });
  });

  it('lists all errors of all configurations, with place, line, expected and given', async () => {
    const { wrong, right } = paths;
    expect(await fargauge(['validate', wrong, right])).toEqual({
      code: 2,
      stdout: `${wrong}: 3 errors
  error: ${wrong}: scrape_configs[0].scrape_timeout: expected a Prometheus duration up to 24 days, such as "30s" or "1m30s", given "soon" (string) (line 4)
  error: ${wrong}: scrape_configs[1].job_name: expected a string that is not empty, given nothing (line 5)
  error: ${wrong}: scrape_configs[1].scheme: expected "http" or "https", given "gopher" (string) (line 5)
${right}: ok
`,
      stderr: '',
    });
  });

  it('warns, which is a failure only with --strict', async () => {
    const stdout = `${paths.warned}: 1 warning
  warning: ${paths.warned}: global.external_labels: has no effect: only remote write adds these labels, and no output is remote write
`;
    expect(await fargauge(['validate', paths.warned])).toEqual({ code: 0, stdout, stderr: '' });
    expect(await fargauge(['validate', '--strict', paths.warned])).toMatchObject({
      code: 1,
      stdout,
    });
  });

  it('prints one line of JSON for a program', async () => {
    const { code, stdout } = await fargauge(['validate', '--json', paths.wrong, paths.warned]);
    expect(code).toBe(2);
    expect(jsonLines(stdout)).toEqual([
      {
        configurations: [
          {
            name: paths.wrong,
            errors: expect.arrayContaining([
              {
                source: paths.wrong,
                path: 'scrape_configs[1].scheme',
                expected: '"http" or "https"',
                given: '"gopher" (string)',
                message: expect.any(String),
                line: 5,
                column: 13,
              },
            ]),
            warnings: [],
            notChecked: [],
          },
          { name: paths.warned, errors: [], warnings: [expect.any(String)], notChecked: [] },
        ],
      },
    ]);
  });

  it('looks into no secret that only AWS has, and says so', async () => {
    const path = await folder.file(
      'secret.yaml',
      `scrape_configs:
  - job_name: web
    static_configs: [{ targets: ['localhost:9100'] }]
    scheme: https
    bearer_token: aws:ssm:/token
    tls_config: { ca: 'aws:ssm:/ca', cert: 'aws:ssm:/cert', key: 'aws:secretsmanager:key' }
`,
    );
    const line = (reference: string) =>
      `  not checked, because validate uses no network: ${reference}\n`;
    expect(await fargauge(['validate', path])).toEqual({
      code: 0,
      stdout: `${path}: 4 not checked\n${['aws:secretsmanager:key', 'aws:ssm:/ca', 'aws:ssm:/cert', 'aws:ssm:/token'].map(line).join('')}`,
      stderr: '',
    });
  });

  it('reads the configuration of the environment if no path is given', async () => {
    const { code, stdout } = await fargauge(['validate'], { FARGAUGE_CONFIG: 's3://bucket/key' });
    expect(code).toBe(2);
    expect(stdout).toContain('validate uses no network. Copy the document into a file');
    expect(await fargauge(['validate', '--cluster', 'shop'])).toMatchObject({ code: 0 });
  });

  it('checks both documents of the CloudWatch Agent', async () => {
    const agent = await folder.file('agent.json', {
      logs: { metrics_collected: { prometheus: { cluster_name: 7 } } },
    });
    const args = ['validate', agent, '--prometheus-config', paths.wrong];
    const { code, stdout } = await fargauge(args);
    expect(code).toBe(2);
    expect(stdout).toContain(`error: ${agent}: logs.metrics_collected.prometheus.`);
    expect(stdout).toContain(`error: ${paths.wrong}: scrape_configs[1].scheme: expected `);
  });

  it.each([
    [['--template', 'x.json', 'a.yaml'], '--template and the path of a configuration exclude'],
    [['--prometheus-config', 'p.yaml', 'a.json', 'b.json'], '--prometheus-config goes with one'],
  ])('refuses %j', async (args, message) => {
    const { code, stderr } = await fargauge(['validate', ...args]);
    expect(code).toBe(2);
    expect(stderr).toContain(`error: ${message}`);
  });
});
