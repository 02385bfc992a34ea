import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Aws, startAws } from '../../cli/demo/aws/server.ts';
import { REPOSITORY } from '../../infra/build/paths.ts';
import type { RejectReason } from '../../lambda/model/delivery/event.ts';
import { HELP_ENTRIES, HELP_PAGE } from '../../lambda/model/targets/help.ts';
import { SKIP_REASONS } from '../../lambda/model/targets/left-out.ts';
import type { ScrapeFailure } from '../../lambda/model/targets/scrape-error.ts';
import { DROP_TEXTS } from '../../lambda/report/drop-texts.ts';
import { credentialsFor, type Folder, fargauge, temporaryFolder } from '../cli/fargauge.ts';
import { serveMetrics } from '../cli/target.ts';
import { definition, definitionArn, task } from '../discovery/ecs/cluster/cluster-of.ts';

const PAGE = readFileSync(join(REPOSITORY, 'docs/troubleshooting.md'), 'utf8');

/** A target that is postponed is scraped again, and what comes of that is told. */
const FAILURES: Readonly<Record<Exclude<ScrapeFailure, 'postponed'>, true>> = {
  invalid_url: true,
  forbidden_address: true,
  target_limit: true,
  dns: true,
  connect_refused: true,
  connect_timeout: true,
  unreachable: true,
  connection_lost: true,
  not_http: true,
  tls: true,
  redirect: true,
  timeout: true,
  deadline: true,
  http_status: true,
  content_type: true,
  truncated: true,
  body_limit: true,
  memory: true,
  sample_limit: true,
  label_limit: true,
  label_name_length_limit: true,
  label_value_length_limit: true,
  invalid_series: true,
  invalid_body: true,
  internal: true,
};

const REJECTIONS: Readonly<Record<RejectReason, true>> = {
  too_old: true,
  too_new: true,
  expired: true,
  too_large: true,
  throttled: true,
  access_denied: true,
  deadline: true,
  unavailable: true,
  refused: true,
};

/** The text below a heading, up to the next one of the same rank. */
function section(heading: string): string {
  const [, rest = ''] = PAGE.split(`\n## ${heading}\n`);
  return rest.split('\n## ')[0] ?? '';
}

/** The reasons that the first column of a section's tables names. */
function documented(heading: string): readonly string[] {
  return [...section(heading).matchAll(/^\| (`[^|]+) \|/gm)].flatMap(([, cell = '']) =>
    [...cell.matchAll(/`(\w+)`/g)].map(([, reason = '']) => reason),
  );
}

/** The blocks of a section in a language; '' is that of what is printed. */
function blocks(heading: string, language: string): readonly string[] {
  const all = [...section(heading).matchAll(/^```(\w*)\n(.*?)^```$/gms)];
  return all.flatMap(([, of, text = '']) => (of === language ? [text] : []));
}

describe('the page on missing metrics', () => {
  it.each([
    ['The target is not there', SKIP_REASONS],
    ['The target is down', FAILURES],
    ['The sample is not published', DROP_TEXTS],
    ['The event is not accepted', REJECTIONS],
  ])('has each reason once: %s', (heading, reasons) => {
    expect([...documented(heading)].sort()).toEqual(Object.keys(reasons).sort());
  });

  it('has the remedies that the report has', () => {
    const text = section('The target is not there');
    for (const [reason, { remedy }] of Object.entries<{ remedy?: string }>(SKIP_REASONS)) {
      if (remedy === undefined) continue;
      expect(text).toMatch(new RegExp(`^\\| \`${reason}\` \\|`, 'm'));
      expect(text).toContain(` | ${remedy} |\n`);
    }
  });
});

/** The anchors of the headings. */
const ANCHORS = [...PAGE.matchAll(/^##+ (.*)$/gm)].map(([, heading = '']) =>
  heading
    .toLowerCase()
    .replace(/[^\w\- ]/g, '')
    .replaceAll(' ', '-'),
);

describe('the help of messages', () => {
  it('leads to this page in the repository that the package names', () => {
    const { repository } = JSON.parse(readFileSync(join(REPOSITORY, 'package.json'), 'utf8'));
    const place = repository.url.replace(/^git\+|\.git$/g, '');
    expect(HELP_PAGE).toBe(`${place}/blob/main/docs/troubleshooting.md`);
  });

  it.each(Object.entries(HELP_ENTRIES))('%s leads to a heading that is there', (_, anchor) => {
    expect(ANCHORS).toContain(anchor);
  });

  it.each(Object.keys(HELP_ENTRIES))('%s ends a message', (entry) => {
    const modules = globSync('{lambda,infra}/**/*.ts', { cwd: REPOSITORY });
    const using = modules.filter((path) =>
      readFileSync(join(REPOSITORY, path), 'utf8').includes(`'${entry}'`),
    );
    expect(using).not.toEqual([]);
  });
});

/** Entries at which no message of Fargauge can end, and whose message it is. */
const WITHOUT_MESSAGE: Readonly<Record<string, string>> = {
  dependencycycle: 'that of the CDK',
  eresolve: 'that of npm',
  'grafana-is-empty': 'Grafana has none',
  'no-rule-wants-it': 'a part of the section on samples that are not published',
};

describe('the list of symptoms', () => {
  const rows = section('By symptom')
    .split('\n')
    .filter((line) => /^\| (?!symptom)/.test(line))
    .map((line) => line.slice(2, -2).split(' | '));

  it('has those that users meet, each with the command that tells and a section that is there', () => {
    expect(rows.length).toBeGreaterThanOrEqual(11);
    for (const [symptom = '', tells = '', remedy = ''] of rows) {
      const links = [...remedy.matchAll(/\]\(#([\w-]+)\)/g)].map(([, anchor]) => anchor);
      expect({ symptom, tells, links }).toEqual({
        symptom: expect.stringMatching(/./),
        tells: expect.stringMatching(/`|the report's line/),
        links: expect.arrayContaining([expect.any(String)]),
      });
      for (const anchor of links) expect(ANCHORS).toContain(anchor);
    }
  });

  it('has an entry for each, at which a message ends, unless no message of ours is there', () => {
    const linked = rows.flatMap((row) =>
      [...(row[2] ?? '').matchAll(/\]\(#([\w-]+)\)/g)].map(([, anchor = '']) => anchor),
    );
    const ours: readonly string[] = Object.values(HELP_ENTRIES);
    const others = new Set(linked.filter((anchor) => !ours.includes(anchor)));
    expect([...others].sort()).toEqual(Object.keys(WITHOUT_MESSAGE).sort());
    expect(ours.filter((anchor) => !linked.includes(anchor))).toEqual([]);
  });
});

describe('what the page shows is printed', () => {
  let aws: Aws;
  let folder: Folder;
  beforeAll(async () => {
    [aws, folder] = await Promise.all([startAws(), temporaryFolder()]);
  });
  afterAll(() => Promise.all([aws.close(), folder.remove()]));

  it('where a port is mapped nowhere', async () => {
    const dockerLabels = { ECS_PROMETHEUS_EXPORTER_PORT: '9404' };
    aws.ecs.putCluster('prod');
    aws.ecs.putTaskDefinition(definition('shop', [{ name: 'shop', dockerLabels }]));
    for (const id of ['t1', 't2']) {
      const of = {
        taskArn: aws.ecs.arnOf(`task/prod/${id}`),
        clusterArn: aws.ecs.arnOf('cluster/prod'),
      };
      aws.ecs.putTask(task(id, '10.0.0.1', { ...of, taskDefinitionArn: definitionArn('shop') }));
    }
    const args = ['collect', '--cluster', 'prod', '--endpoint-url', aws.url];
    const { code, stderr } = await fargauge(args, credentialsFor(aws));
    const [shown = 'nothing'] = blocks('The target is not there', '');
    expect({ code, stderr }).toEqual({
      code: 1,
      stderr: expect.stringContaining(shown.split('\nfailed')[0]!),
    });
    expect(stderr).toContain(shown.slice(shown.indexOf('failed')));
  });

  it('where no rule wants what a job gives', async () => {
    await using target = await serveMetrics(() => 'queue_size 7\n');
    const [yaml = ''] = blocks('The sample is not published', 'yaml');
    expect(yaml).toContain('127.0.0.1:8080');
    const config = await folder.file('a.yaml', yaml.replace('127.0.0.1:8080', target.address));
    const { code, stderr } = await fargauge(['collect', '--config', config]);
    const [shown = 'nothing'] = blocks('The sample is not published', '');
    expect({ code, stderr }).toEqual({ code: 1, stderr: expect.stringContaining(shown) });
  });
});
