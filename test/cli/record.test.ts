import { once } from 'node:events';
import { readFile, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gunzipSync, gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Recording } from '../../cli/recording/format.ts';
import { type Folder, fargauge, jsonLines, temporaryFolder } from './fargauge.ts';
import { deadAddress, type ScrapedServer, serveMetrics } from './target.ts';

const METRIC = 'keycloak_request_duration_sum';

let folder: Folder;

beforeEach(async () => {
  folder = await temporaryFolder();
});

afterEach(() => folder.remove());

const RULES = {
  metric_namespace: 'Shop',
  metric_declaration: [
    {
      source_labels: ['job'],
      label_matcher: '^keycloak$',
      dimensions: [['job']],
      metric_selectors: [`^${METRIC}$`],
    },
  ],
};

const gauge = (value: number, more = '') =>
  `# TYPE ${METRIC} gauge\n${METRIC}{realm="a"${more}} ${value}\n`;

function configured(targets: readonly string[], more: object = {}, document: object = {}) {
  return folder.file('config.json', {
    cluster_name: 'shop',
    scrape_configs: [{ job_name: 'keycloak', static_configs: [{ targets }], ...more }],
    emf_processor: RULES,
    ...document,
  });
}

async function recordingAt(path: string): Promise<Recording> {
  return JSON.parse(await readFile(path, 'utf8'));
}

describe('`fargauge record`', () => {
  it('saves pages and targets into a file that only its owner can read', async () => {
    await using target = await serveMetrics(() => gauge(5));
    const dead = await deadAddress();
    const path = folder.path('cycle.json');
    const config = await configured([target.address, dead]);

    const { code, stdout, stderr } = await fargauge(['record', path, '--config', config]);

    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toContain(`${path}: 2 targets, 1 of them down, 0 left out, `);
    expect(stdout).toContain(`down: keycloak http://${dead}/metrics: connect_refused: `);
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    const { targets } = await recordingAt(path);
    expect(targets).toEqual([
      {
        url: `http://${target.address}/metrics`,
        job: 'keycloak',
        entry: 'keycloak',
        labels: { job: 'keycloak', instance: target.address },
        discovered: expect.objectContaining({ __address__: target.address }),
        scrapedAt: expect.any(Number),
        durationMs: expect.any(Number),
        contentType: 'text/plain; version=0.0.4',
        page: gauge(5),
      },
      expect.objectContaining({
        down: { reason: 'connect_refused', text: expect.any(String) },
      }),
    ]);
  });

  it('writes a recording that explain reads as it would have scraped', async () => {
    await using target = await serveMetrics(() => gauge(5));
    const config = await configured([target.address]);
    const path = folder.path('cycle.json.gz');
    const scraped = await fargauge(['explain', METRIC, '--config', config, '--json']);
    await fargauge(['record', path, '--config', config, '--interval', '60s']);
    const written = await readFile(path);
    expect(JSON.parse(gunzipSync(written).toString())).toMatchObject({ interval: 60 });

    const recorded = await fargauge(['explain', METRIC, '--recording', path, '--json']);

    expect(recorded.code).toBe(0);
    expect(jsonLines(recorded.stdout)).toEqual(jsonLines(scraped.stdout));
  });

  it.each([
    ['with --history asks for so much of it', ['--history', '10m'], 600_000],
    ['without --history asks for none', [], undefined],
  ])(
    'of a target with a history %s, and its cost is that of one cycle',
    async (_, args, expected) => {
      const asked: URLSearchParams[] = [];
      const now = Date.now() / 1_000;
      const points = [3, 2, 1].map((minutes) => `${METRIC} ${minutes} ${now - 60 * minutes}\n`);
      const server = createServer(({ url = '' }, response) => {
        asked.push(new URL(url, 'http://target').searchParams);
        const type = 'application/openmetrics-text; version=1.0.0';
        response.writeHead(200, { 'content-type': type });
        response.end(`# TYPE ${METRIC} gauge\n${points.join('')}# EOF\n`);
      }).listen(0, '127.0.0.1');
      await once(server, 'listening');
      try {
        const { port } = server.address() as AddressInfo;
        const config = await configured([`127.0.0.1:${port}`], { history: true });
        const path = folder.path('cycle.json');
        const { code } = await fargauge(['record', path, '--config', config, ...args]);
        expect(code).toBe(0);
        const { recordedAt, targets } = await recordingAt(path);
        const since = asked[0]?.get('since') ?? undefined;
        expect(since && Math.round(Date.parse(recordedAt) - 1_000 * Number(since))).toEqual(
          expected,
        );
        expect(targets[0]?.page).toContain(points.join(''));
        const cost = await fargauge(['cost', '--recording', path, '--json']);
        const [estimate] = jsonLines<{
          destinations: { title: string; cycle: { samples: number } }[];
          savings: { bySamples: { name: string; samples: number }[] };
        }>(cost.stdout);
        // One sample of the metric, and four series about the scrape.
        const samples = estimate?.destinations.map(({ title, cycle }) => [title, cycle.samples]);
        expect(Object.fromEntries(samples ?? [])).toMatchObject({
          'EMF events': 1,
          'OTLP, all samples': 5,
          'workspace, all samples': 5,
        });
        const ofMetric = estimate?.savings.bySamples.find(({ name }) => name === METRIC);
        expect(ofMetric?.samples).toBe(1);
      } finally {
        server.close();
      }
    },
  );

  it('lets other rules explain it', async () => {
    await using target = await serveMetrics(() => gauge(5));
    const path = folder.path('cycle.json');
    await fargauge(['record', path, '--config', await configured([target.address])]);
    const [declaration] = RULES.metric_declaration;
    const others = { metric_declaration: [{ ...declaration, label_matcher: '^other$' }] };
    const config = await configured([], {}, { emf_processor: others });

    const { code, stdout } = await fargauge([
      'explain',
      METRIC,
      '--recording',
      path,
      '--config',
      config,
    ]);

    expect(code).toBe(1);
    expect(stdout).toContain('not published: no_declaration');
  });

  it('says which target was down when it was recorded', async () => {
    const dead = await deadAddress();
    const path = folder.path('cycle.json');
    const { code } = await fargauge(['record', path, '--config', await configured([dead])]);
    expect(code).toBe(1);
    const { stdout } = await fargauge(['explain', METRIC, '--recording', path]);
    expect(stdout).toContain(`down: keycloak http://${dead}/metrics: connect_refused: `);
  });

  it('replaces a file only with --force, and then its mode too', async () => {
    const config = await configured([]);
    const path = await folder.file('cycle.json', 'mine');
    const refused = await fargauge(['record', path, '--config', config]);
    expect(refused).toMatchObject({
      code: 2,
      stderr: `${path}: expected a new file, given one that exists; --force replaces it\n`,
    });
    expect(await readFile(path, 'utf8')).toBe('mine');

    await fargauge(['record', path, '--config', config, '--force']);

    expect(await recordingAt(path)).toMatchObject({ format: 'fargauge-recording', targets: [] });
    expect((await stat(path)).mode & 0o777).toBe(0o600);
  });

  it('names a folder that does not exist', async () => {
    const path = folder.path('nowhere/cycle.json');
    const { code, stderr } = await fargauge(['record', path, '--config', await configured([])]);
    expect({ code, stderr }).toEqual({
      code: 2,
      stderr: expect.stringContaining(`${path}: expected a file that can be written: ENOENT`),
    });
  });
});

describe('secrets', () => {
  /** Each is planted at its own place, and all places must lose theirs. */
  const SECRETS = {
    basic: 'planted-basic-password',
    header: 'planted-header-value',
    parameter: 'planted-parameter',
    staticParameter: 'planted-static-param',
    relabeled: 'planted-by-relabeling',
    list: 'planted-in-the-list',
    bearer: 'planted-bearer-of-receiver',
    external: 'planted-in-environment',
    alert: 'planted-in-alerting',
    comment: 'planted-in-a-comment',
    file: 'planted-in-a-file',
    accessKey: 'planted/access+key',
    short: 'abc12',
  };

  let target: ScrapedServer;
  let list: ScrapedServer;

  beforeEach(async () => {
    // An application that repeats what it gets.
    const echo = [SECRETS.basic, SECRETS.header, SECRETS.file]
      .map((secret, index) => `echo{n="${index}",value="is ${secret}!"} 1\n`)
      .join('');
    const page = `# HELP echo ${SECRETS.header}\n${gauge(5, `,token="${SECRETS.parameter}"`)}${echo}short{v="${SECRETS.short}"} 1\n`;
    target = await serveMetrics(() => page);
    const groups = JSON.stringify([{ targets: [target.address] }]);
    list = await serveMetrics(() => groups, { contentType: 'application/json' });
  });

  afterEach(async () => {
    await target[Symbol.asyncDispose]();
    await list[Symbol.asyncDispose]();
  });

  it('that the configuration, the labels and the pages have are not in the file', async () => {
    const file = await folder.file('secret.txt', `${SECRETS.file}\n`);
    const config = await folder.file(
      'fargauge.yaml',
      `
# ${SECRETS.comment}
global:
  external_labels: {team: "\${TEAM_SECRET}"}
alerting:
  alertmanagers:
    - basic_auth: {username: me, password: ${SECRETS.alert}}
scrape_configs:
  - job_name: keycloak
    basic_auth: {username: reader, password: ${SECRETS.basic}}
    http_headers:
      X-Key: {secrets: [${SECRETS.header}]}
    params: {token: [${SECRETS.parameter}], short_key: [${SECRETS.short}]}
    static_configs:
      - targets: [${target.address}]
        labels: {__param_secret: ${SECRETS.staticParameter}}
    relabel_configs:
      - {target_label: __param_auth, replacement: ${SECRETS.relabeled}}
      - {source_labels: [__param_auth], target_label: shown}
      - {source_labels: [__param_token], target_label: token}
  - job_name: listed
    bearer_token_file: ${file}
    http_sd_configs: [{url: "http://${list.address}/?token=${SECRETS.list}"}]
remote_write:
  - url: https://receiver.invalid/
    authorization: {credentials: ${SECRETS.bearer}}
  - url: https://aps-workspaces.eu-west-1.amazonaws.com/workspaces/ws-1/api/v1/remote_write
    sigv4: {access_key: AKIA0, secret_key: ${SECRETS.accessKey}}
emf_processor: ${JSON.stringify(RULES)}
`,
    );
    const path = folder.path('cycle.json');

    const { code, stdout } = await fargauge(['record', path, '--config', config], {
      TEAM_SECRET: SECRETS.external,
    });

    expect(code).toBe(0);
    const text = await readFile(path, 'utf8');
    for (const secret of Object.values(SECRETS)) {
      expect(text).not.toContain(secret);
      expect(text).not.toContain(Buffer.from(secret).toString('base64'));
      expect(stdout).not.toContain(secret);
    }
    const recording = await recordingAt(path);
    expect(recording.targets[0]?.labels).toMatchObject({ shown: '<secret>', token: '<secret>' });
    expect(recording.targets[0]?.page).toContain(`${METRIC}{realm="a",token="<secret>"} 5`);
    expect(recording.targets[0]?.page).toContain('value="is <secret>!"');
    expect(recording.omitted).toEqual(
      expect.arrayContaining([
        { what: 'scrape_configs[0].basic_auth', reason: 'it may hold a secret' },
        { what: 'global.external_labels.team', reason: 'it refers to the environment' },
        { what: 'remote_write[1].sigv4.secret_key', reason: 'it may hold a secret' },
      ]),
    );
    expect(stdout).toContain(
      'not in the file: scrape_configs[0].basic_auth: it may hold a secret\n',
    );
    const explained = await fargauge(['explain', METRIC, '--recording', path]);
    expect(explained).toMatchObject({ code: 0, stderr: expect.not.stringContaining('error') });
  });
});

describe('a recording that cannot be read', () => {
  it.each<[string, string | Buffer, string]>([
    [
      'has another format',
      '{"format":"har"}',
      'format: expected "fargauge-recording", given "har"',
    ],
    ['is no JSON', 'x', 'expected a recording of fargauge record, in JSON, given "x" (string)'],
    [
      'unpacks to more than its bound',
      gzipSync(Buffer.alloc(65 * 2 ** 20)),
      'expected a recording of at most 67108864 bytes that can be read, given none: ',
    ],
    ['breaks off', gzipSync('{}').subarray(0, 12), 'given none: unexpected end of file'],
    [
      'has a configuration that is none',
      JSON.stringify({
        format: 'fargauge-recording',
        version: 1,
        recordedAt: '2026-12-01T05:30:00Z',
        configuration: 'scrape_configs: 5',
        targets: [],
        leftOut: [],
      }),
      'configuration of the recording: scrape_configs: expected a list, given 5 (number)',
    ],
    [
      'names a job that its configuration has not',
      JSON.stringify({
        format: 'fargauge-recording',
        version: 1,
        recordedAt: '2026-12-01T05:30:00Z',
        configuration: 'scrape_configs: [{job_name: a}]',
        targets: [
          { url: 'http://a/', job: 'b', labels: {}, discovered: {}, scrapedAt: 1, durationMs: 1 },
        ],
        leftOut: [],
      }),
      'expected the name of a job of the configuration (a), given b',
    ],
  ])('since it %s gives an error with place, expected and given', async (_, content, message) => {
    const path = folder.path('cycle.json');
    await writeFile(path, content);
    const { code, stdout, stderr } = await fargauge(['explain', '--recording', path]);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain(message);
    expect(stderr).not.toContain('\n    at ');
  });

  it('is named', async () => {
    const { code, stderr } = await fargauge(['explain', '--recording', '/nonexistent/cycle.json']);
    expect(code).toBe(2);
    expect(stderr).toMatch(/^\/nonexistent\/cycle\.json: expected a recording .*ENOENT/);
  });

  it('goes without a saved page', async () => {
    const args = ['explain', '--recording', 'a', '--exposition', 'b'];
    const { code, stderr } = await fargauge(args);
    expect(code).toBe(2);
    expect(stderr).toContain('--exposition and --recording exclude each other');
  });
});
