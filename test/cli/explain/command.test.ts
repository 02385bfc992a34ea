import { readFile } from 'node:fs/promises';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type Folder, fargauge, jsonLines, temporaryFolder } from '../fargauge.ts';
import { serveMetrics } from '../target.ts';

const METRIC = 'keycloak_request_duration_sum';

let folder: Folder;

beforeEach(async () => {
  folder = await temporaryFolder();
});

afterEach(() => folder.remove());

/** A configuration that publishes the metric of these targets, and its path. */
const configured = (targets: readonly string[], more: object = {}) =>
  folder.file('config.json', {
    cluster_name: 'shop',
    scrape_configs: [{ job_name: 'keycloak', static_configs: [{ targets }] }],
    emf_processor: {
      metric_namespace: 'Shop',
      metric_declaration: [
        {
          source_labels: ['job'],
          label_matcher: '^keycloak$',
          dimensions: [['job']],
          metric_selectors: [`^${METRIC}$`],
          ...more,
        },
      ],
    },
  });

describe('`fargauge explain`', () => {
  it('answers from a saved page, without a network', async () => {
    const page = await folder.file(
      'page.prom',
      `# TYPE ${METRIC} counter\n${METRIC}{realm="a"} 5\n`,
    );
    const config = await configured(['a.invalid:80'], { label_matcher: '^other$' });
    const args = ['explain', METRIC, '--config', config, '--exposition', page];
    const { code, stdout } = await fargauge([...args, '--labels', 'ServiceName=auth,instance=a:1']);
    expect(code).toBe(1);
    expect(stdout).toContain(`${METRIC}{`);
    expect(stdout).toContain('ServiceName="auth"');
    expect(stdout).toContain('  not published: no_declaration: ');
    expect(stdout).toContain(
      '  to publish it, let label_matcher of metric_declaration[0] match "keycloak", such as by ^keycloak$\n',
    );
  });

  it('scrapes the targets of the configuration', async () => {
    await using target = await serveMetrics(() => `# TYPE ${METRIC} gauge\n${METRIC} 5\nother 1\n`);
    const config = await configured([target.address]);
    const { code, stdout } = await fargauge(['explain', METRIC, '--config', config]);
    expect(code).toBe(0);
    expect(stdout).toContain(`  published as Shop ${METRIC}{job="keycloak"} (value)\n`);
    const { stdout: all } = await fargauge([
      'explain',
      '--unmatched',
      '--config',
      config,
      '--json',
    ]);
    const [answer] = jsonLines<{ series: { name: string }[]; problems: string[] }>(all);
    expect(answer?.series.map(({ name }) => name)).toEqual([
      'other',
      'up',
      'scrape_duration_seconds',
      'scrape_samples_scraped',
      'scrape_samples_post_metric_relabeling',
    ]);
    expect(answer?.problems).toEqual([]);
  });

  it('writes a page in one file', async () => {
    const page = await folder.file('page.prom', `# TYPE ${METRIC} gauge\n${METRIC} 5\n`);
    const html = folder.path('report.html');
    const args = ['explain', '--config', await configured(['a:1']), '--exposition', page];
    const { code } = await fargauge([...args, '--html', html]);
    expect(code).toBe(0);
    const text = await readFile(html, 'utf8');
    expect(text).toMatch(/^<!doctype html>\n/);
    expect(text).toContain(`<summary><code>${METRIC}</code>: 1 published</summary>`);
    const nowhere = await fargauge([...args, '--html', folder.path('none/report.html')]);
    expect(nowhere).toMatchObject({ code: 2, stderr: expect.stringContaining('ENOENT') });
  });

  it('is in colours if they are asked for, and not in a pipe', async () => {
    const config = await configured([]);
    const args = ['explain', METRIC, '--config', config, '--exposition'];
    const page = await folder.file('page.prom', `# TYPE ${METRIC} gauge\n${METRIC} 5\n`);
    const plain = await fargauge([...args, page]);
    const inColours = await fargauge([...args, page], { FORCE_COLOR: '1' });
    expect(plain.stdout).not.toContain('\u001b');
    expect(inColours.stdout).toContain('\n\u001b[32m  published as \u001b[39mShop ');
  });

  it('names the closed port of a target that is down', async () => {
    const config = await configured(['127.0.0.1:1']);
    const { code, stdout } = await fargauge(['explain', METRIC, '--config', config]);
    expect(code).toBe(1);
    expect(stdout).toMatch(/^no series is selected among 4 with 4 names: up, /);
    expect(stdout).toMatch(/^down: keycloak http:\/\/127\.0\.0\.1:1\/metrics: connect_refused: /m);
  });

  it('says that there is no target', async () => {
    const { code, stdout } = await fargauge(['explain', METRIC, '--config', await configured([])]);
    expect(code).toBe(1);
    expect(stdout).toMatch(/^there is no series at all\nthere is no target\n/);
  });

  it('says which names there are if the series is absent', async () => {
    const page = await folder.file('page.prom', 'threads 1\n');
    const config = await configured(['a:1']);
    const { code, stdout } = await fargauge([
      'explain',
      METRIC,
      '--config',
      config,
      '--exposition',
      page,
    ]);
    expect({ code, stdout }).toEqual({
      code: 1,
      stdout: 'no series is selected among 1 with 1 names: threads\n',
    });
  });

  it.each([
    [
      ['a{b}'],
      "error: command-argument value 'a{b}' is invalid for argument 'selector'. expected label matchers",
    ],
    [['--labels', 'x'], 'Expected NAME=VALUE,…, got "x".'],
    [['--exposition', '/nonexistent/page'], '--exposition /nonexistent/page: ENOENT'],
  ])('refuses %j', async (args, message) => {
    const config = await configured(['a:1']);
    const { code, stderr } = await fargauge(['explain', ...args, '--config', config]);
    expect(code).toBe(2);
    expect(stderr).toContain(message);
  });
});
