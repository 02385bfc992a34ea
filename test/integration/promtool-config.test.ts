import { spawnSync } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ConfigError } from '../../lambda/config/errors.ts';
import { loadConfig } from '../../lambda/config/load.ts';
import { PROMTOOL } from './support/places.ts';

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
];

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
