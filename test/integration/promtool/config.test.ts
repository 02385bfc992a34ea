import { spawnSync } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ConfigError } from '../../../lambda/config/findings/errors.ts';
import { loadConfig } from '../../../lambda/config/load.ts';
import { PROMTOOL } from '../support/places.ts';

/** Prometheus files on which Prometheus itself and the loader must agree, without the keys that are not supported yet. */
const ACCEPTED = [
  { what: 'defaults alone', yaml: 'global:' },
  { what: 'an empty list of jobs', yaml: 'scrape_configs: []' },
  { what: 'a job without targets', yaml: 'scrape_configs: [{job_name: a}]' },
  {
    what: 'static targets with labels',
    yaml: `
scrape_configs:
  - job_name: hosts
    metrics_path: /probe
    scheme: https
    static_configs:
      - targets: ['10.0.0.1:9100', 'host.example:9100', '[::1]:9100']
        labels: {zone: eu, __metrics_path__: /other}
      - targets: ['10.0.0.2:9100']`,
  },
  {
    what: "the CloudWatch Agent quick start's file",
    yaml: `
global:
  scrape_interval: 1m
  scrape_timeout: 10s
scrape_configs:
  - job_name: cwagent-ecs-file-sd-config
    sample_limit: 10000
    file_sd_configs:
      - files: ['/tmp/cwagent_ecs_auto_sd.yaml']`,
  },
  {
    what: 'durations of several units and sizes',
    yaml: `
global: {scrape_interval: 1h30m, scrape_timeout: 1m500ms}
scrape_configs:
  - {job_name: a, scrape_interval: 2d, scrape_timeout: 1d, body_size_limit: 10MB}
  - {job_name: b, body_size_limit: 1GB}`,
  },
  {
    what: 'a null section and a null list',
    yaml: 'global:\nscrape_configs:\n  - job_name: a\n    static_configs:\n',
  },
  {
    what: 'a job that shortens the interval below the global timeout',
    yaml: 'global: {scrape_timeout: 30s}\nscrape_configs: [{job_name: a, scrape_interval: 15s}]',
  },
  {
    what: 'every action of relabeling, in any case, with texts that look like numbers',
    yaml: `
scrape_configs:
  - job_name: a
    relabel_configs:
      - {source_labels: [__address__], regex: 9100, target_label: port, replacement: 80}
      - {source_labels: [a, b], separator: '', target_label: 'x_$1', replacement: '\${1}:$2'}
      - {action: Keep, source_labels: [a], regex: '(?i)b'}
      - {action: DROP, regex: x)(y}
      - {action: keepequal, source_labels: [a], target_label: b}
      - {action: dropequal, source_labels: [a], target_label: b, separator: ;}
      - {action: hashmod, source_labels: [a], target_label: b, modulus: 8}
      - {action: labelmap, regex: __meta_(.*)}
      - {action: labeldrop, regex: a}
    metric_relabel_configs:
      - {action: labelkeep, regex: a}
      - {action: lowercase, source_labels: [a], target_label: b}
      - {action: uppercase, source_labels: [a], target_label: b}`,
  },
  {
    what: 'a target that only relabeling makes an address of',
    yaml: `
scrape_configs:
  - job_name: a
    params: {module: [http_2xx]}
    static_configs: [{targets: ['https://example.com/x']}]
    relabel_configs:
      - {source_labels: [__address__], target_label: __param_target}
      - {target_label: __address__, replacement: 'prober:9115'}`,
  },
  {
    what: 'limits, credentials, TLS and redirects',
    yaml: `
scrape_configs:
  - job_name: a
    label_limit: 30
    label_name_length_limit: 200
    label_value_length_limit: 200
    target_limit: 10
    basic_auth: {username: me, password: 0123}
    tls_config: {server_name: x, insecure_skip_verify: true, min_version: TLS12}
    follow_redirects: false
  - {job_name: b, authorization: {type: Token, credentials: x}}
  - {job_name: c, bearer_token: x}`,
  },
  {
    what: 'targets from files and servers',
    yaml: `
scrape_configs:
  - job_name: a
    file_sd_configs: [{files: ['/etc/targets/*.json', a.yml], refresh_interval: 1m}]
    http_sd_configs: [{url: 'https://sd.example/targets', refresh_interval: 30s, bearer_token: x}]`,
  },
];

const refusedRelabeling = (what: string, rule: string) => ({
  what,
  yaml: `scrape_configs: [{job_name: a, relabel_configs: [${rule}]}]`,
});

const REFUSED = [
  { what: 'two jobs of one name', yaml: 'scrape_configs: [{job_name: a}, {job_name: a}]' },
  { what: 'a job without a name', yaml: 'scrape_configs: [{metrics_path: /m}]' },
  { what: 'a key with a typing error', yaml: 'scrape_configs: [{job_name: a, metric_path: /m}]' },
  { what: 'a duration without a unit', yaml: 'global: {scrape_interval: 60}' },
  { what: 'a duration with a fraction', yaml: 'global: {scrape_interval: 1.5m}' },
  { what: 'units of a duration in the wrong order', yaml: 'global: {scrape_interval: 30s1m}' },
  {
    what: 'a timeout above the interval',
    yaml: 'scrape_configs: [{job_name: a, scrape_interval: 10s, scrape_timeout: 11s}]',
  },
  {
    what: 'a global timeout above the global interval',
    yaml: 'global: {scrape_interval: 10s, scrape_timeout: 11s}',
  },
  { what: 'a scheme that is none', yaml: 'scrape_configs: [{job_name: a, scheme: [http]}]' },
  {
    what: 'a size without a unit',
    yaml: 'scrape_configs: [{job_name: a, body_size_limit: ten}]',
  },
  {
    what: 'a target with a path',
    yaml: "scrape_configs: [{job_name: a, static_configs: [{targets: ['a:1/metrics']}]}]",
  },
  refusedRelabeling('hashmod without a modulus', '{action: hashmod, target_label: a}'),
  refusedRelabeling('replace without a target label', '{source_labels: [a]}'),
  refusedRelabeling('lowercase without a target label', '{action: lowercase}'),
  refusedRelabeling(
    'uppercase with a replacement',
    '{action: uppercase, target_label: a, replacement: b}',
  ),
  refusedRelabeling(
    'dropequal with an expression',
    '{action: dropequal, source_labels: [a], target_label: b, regex: c}',
  ),
  refusedRelabeling('labeldrop with source labels', '{action: labeldrop, source_labels: [a]}'),
  refusedRelabeling('labelkeep with a target label', '{action: labelkeep, target_label: a}'),
  refusedRelabeling('an action that is none', '{action: rename, target_label: a}'),
  refusedRelabeling('look-ahead', "{action: drop, regex: 'a(?=b)'}"),
  refusedRelabeling('brackets that do not match', "{action: drop, regex: 'a)'}"),
  {
    what: 'two ways of authentication',
    yaml: 'scrape_configs: [{job_name: a, basic_auth: {username: x}, bearer_token: y}]',
  },
  {
    what: 'a password and a file of it',
    yaml: 'scrape_configs: [{job_name: a, basic_auth: {password: x, password_file: /y}}]',
  },
  {
    what: 'the type Basic of an authorization',
    yaml: 'scrape_configs: [{job_name: a, authorization: {type: Basic, credentials: x}}]',
  },
  {
    what: 'a TLS version that is none',
    yaml: 'scrape_configs: [{job_name: a, tls_config: {min_version: TLS99}}]',
  },
  {
    what: 'a file of targets of another kind',
    yaml: 'scrape_configs: [{job_name: a, file_sd_configs: [{files: [targets.txt]}]}]',
  },
  {
    what: 'a pattern for folders of targets',
    yaml: "scrape_configs: [{job_name: a, file_sd_configs: [{files: ['/*/a.json']}]}]",
  },
  {
    what: 'a server of targets without a host',
    yaml: "scrape_configs: [{job_name: a, http_sd_configs: [{url: 'http://'}]}]",
  },
  { what: 'a repeated key', yaml: 'scrape_configs: []\nscrape_configs: []' },
  { what: 'text that is no YAML', yaml: 'scrape_configs: [' },
];

describe('promtool check config and the loader agree', () => {
  let folder: string;
  let file: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'fargauge-promtool-'));
    file = join(folder, 'prometheus.yaml');
  });

  afterAll(() => rm(folder, { recursive: true }));

  it.each(ACCEPTED)('and accept $what', async ({ yaml }) => {
    await writeFile(file, yaml);

    expect(await verdicts(file)).toEqual({ promtool: '', loader: '' });
  });

  it.each(REFUSED)('and refuse $what', async ({ yaml }) => {
    await writeFile(file, yaml);

    expect(await verdicts(file)).toEqual({
      promtool: expect.stringContaining('FAILED'),
      loader: expect.stringContaining('in the configuration'),
    });
  });
});

/** What each has against the file; empty where it is fine. */
async function verdicts(file: string): Promise<{ promtool: string; loader: string }> {
  const { error, status, stdout, stderr } = spawnSync(PROMTOOL, ['check', 'config', file], {
    encoding: 'utf8',
  });
  if (error !== undefined) throw error;
  return { promtool: status === 0 ? '' : stdout + stderr, loader: await loaderVerdict(file) };
}

async function loaderVerdict(file: string): Promise<string> {
  try {
    await loadConfig({
      prometheusConfig: { path: file },
      env: {},
      readFile: (path) => readFile(path, 'utf8'),
    });
    return '';
  } catch (error) {
    if (error instanceof ConfigError) return error.message;
    throw error;
  }
}
