import { describe, expect, it } from '@jest/globals';
import { DEFAULT_HTTP } from '../../../lambda/model/settings/http.ts';
import { SCRAPE_PROTOCOLS } from '../../../lambda/model/settings/scrape-protocol.ts';
import { load, loadAgent, loadNative } from '../loading.ts';

const TARGETS = { static_configs: [{ targets: ['127.0.0.1:9100'] }] };

/** The only job of a Prometheus file. */
async function jobOf(entry: object, global: object = {}) {
  const document = { global, scrape_configs: [{ job_name: 'a', ...TARGETS, ...entry }] };
  const { jobs } = await loadAgent({}, document);
  expect(jobs).toHaveLength(1);
  return jobs[0]!;
}

describe('a job', () => {
  it('has the defaults of Prometheus', async () => {
    expect(await jobOf({})).toEqual({
      name: 'a',
      scheme: 'http',
      metricsPath: '/metrics',
      params: {},
      intervalMs: 60_000,
      timeoutMs: 10_000,
      sampleLimit: 0,
      bodySizeLimit: 0,
      labelLimit: 0,
      labelNameLengthLimit: 0,
      labelValueLengthLimit: 0,
      targetLimit: 0,
      honorLabels: false,
      honorTimestamps: true,
      normalizeBounds: true,
      wholeMinutes: false,
      protocols: { accepted: SCRAPE_PROTOCOLS },
      http: DEFAULT_HTTP,
      relabeling: [],
      metricRelabeling: [],
      discovered: false,
      staticConfigs: [{ targets: ['127.0.0.1:9100'], labels: {} }],
      fileDiscoveries: [],
      httpDiscoveries: [],
      taskDiscoveries: [],
    });
  });

  it('has what it says', async () => {
    const entry = {
      scheme: 'https',
      metrics_path: 'stats',
      scrape_timeout: '5s',
      sample_limit: 7,
      body_size_limit: '1KB',
      label_limit: 1,
      label_name_length_limit: 2,
      label_value_length_limit: 3,
      target_limit: 4,
      params: { module: ['a', 'b'] },
      relabel_configs: [{ action: 'Keep', source_labels: ['a', 'b'], separator: '', regex: 'x' }],
      metric_relabel_configs: [{ action: 'hashmod', target_label: 'c', modulus: 8 }],
      honor_labels: true,
      honor_timestamps: false,
      scrape_protocols: ['PrometheusText0.0.4'],
      fallback_scrape_protocol: 'OpenMetricsText1.0.0',
      static_configs: [
        { targets: ['[::1]:80', 'example.com'], labels: { zone: 'a', __metrics_path__: '/x' } },
        { targets: ['10.0.0.1:1'] },
      ],
    };
    expect(await jobOf(entry)).toEqual({
      name: 'a',
      scheme: 'https',
      metricsPath: '/stats',
      params: { module: ['a', 'b'] },
      intervalMs: 60_000,
      timeoutMs: 5_000,
      sampleLimit: 7,
      bodySizeLimit: 1_024,
      labelLimit: 1,
      labelNameLengthLimit: 2,
      labelValueLengthLimit: 3,
      targetLimit: 4,
      honorLabels: true,
      honorTimestamps: false,
      normalizeBounds: true,
      wholeMinutes: false,
      protocols: { accepted: ['PrometheusText0.0.4'], fallback: 'OpenMetricsText1.0.0' },
      http: DEFAULT_HTTP,
      relabeling: [
        {
          action: 'keep',
          sourceLabels: ['a', 'b'],
          separator: '',
          regex: expect.objectContaining({ source: 'x' }),
          targetLabel: '',
          replacement: '$1',
          modulus: 0,
        },
      ],
      metricRelabeling: [
        {
          action: 'hashmod',
          sourceLabels: [],
          separator: ';',
          regex: expect.objectContaining({ source: '(.*)' }),
          targetLabel: 'c',
          replacement: '$1',
          modulus: 8,
        },
      ],
      discovered: false,
      staticConfigs: [
        { targets: ['[::1]:80', 'example.com'], labels: { zone: 'a', __metrics_path__: '/x' } },
        { targets: ['10.0.0.1:1'], labels: {} },
      ],
      fileDiscoveries: [],
      httpDiscoveries: [],
      taskDiscoveries: [],
    });
  });

  it('may have a target with a port that there is not, which is warned of', async () => {
    const entry = { job_name: 'a', static_configs: [{ targets: ['a:99999', 'b:1'] }] };
    const { warnings, jobs } = await loadNative({ scrape_configs: [entry] });
    expect(jobs[0]?.staticConfigs).toMatchObject([{ targets: ['a:99999', 'b:1'] }]);
    expect(warnings).toContain(
      'FARGAUGE_CONFIG: scrape_configs[0].static_configs[0].targets[0]: has a port above 65535, so Fargauge leaves the target out as bad_address',
    );
  });

  it.each<[string, object, object, boolean]>([
    ['normalizes by default', {}, {}, true],
    ['keeps by its own word', { normalize_le_and_quantile: false }, {}, false],
    ['keeps by the global word', {}, { normalize_le_and_quantile: false }, false],
    [
      'normalizes by its own word against the global one',
      { normalize_le_and_quantile: true },
      { normalize_le_and_quantile: false },
      true,
    ],
  ])('%s le and quantile', async (_, entry, global, normalizeBounds) => {
    expect((await jobOf(entry, global)).normalizeBounds).toBe(normalizeBounds);
  });

  it.each<[object, object, boolean]>([
    [{}, {}, false],
    [{ minute_delivery: 'complete' }, {}, true],
    [{}, { minute_delivery: 'complete' }, true],
    [{ minute_delivery: 'immediate' }, { minute_delivery: 'complete' }, false],
  ])('with %j below %j asks for whole minutes: %s', async (entry, global, wholeMinutes) => {
    expect((await jobOf(entry, global)).wholeMinutes).toBe(wholeMinutes);
  });

  it('refuses another delivery of minutes, and warns of one without a history', async () => {
    const documentWith = (more: object) => ({
      scrape_configs: [{ job_name: 'a', static_configs: [{ targets: ['a:1'] }], ...more }],
    });
    await expect(loadNative(documentWith({ minute_delivery: 'late' }))).rejects.toThrow(
      'scrape_configs[0].minute_delivery: expected complete or immediate, given "late" (string)',
    );
    const { warnings } = await loadNative(
      documentWith({ minute_delivery: 'complete', history: false }),
    );
    expect(warnings).toContain(
      'FARGAUGE_CONFIG: scrape_configs[0].minute_delivery: has no effect with history: false',
    );
  });

  it.each<[string, object, object, number]>([
    ['its own', { scrape_timeout: '3s' }, { scrape_timeout: '4s' }, 3_000],
    ['the global one', {}, { scrape_timeout: '4s' }, 4_000],
    ['its interval where the global one is longer', { scrape_interval: '2s' }, {}, 2_000],
    ['the global interval where that is shorter', {}, { scrape_interval: '3s' }, 3_000],
    ['the default where it says 0', { scrape_timeout: '0s' }, { scrape_timeout: '0' }, 10_000],
    ['its own up to its interval', { scrape_interval: '5m', scrape_timeout: '5m' }, {}, 300_000],
  ])('has as its timeout %s', async (_, entry, global, timeoutMs) => {
    expect((await jobOf(entry, global)).timeoutMs).toBe(timeoutMs);
  });

  it.each([
    ['yes', true],
    ['on', true],
    ['True', true],
    ['no', false],
    ['off', false],
  ])('reads the flag %s as Go’s YAML does', async (flag, expected) => {
    const { jobs } = await loadAgent({}, `scrape_configs: [{job_name: a, honor_labels: ${flag}}]`);
    expect(jobs).toMatchObject([{ honorLabels: expected }]);
  });

  it('has the global limits where it has none, or 0', async () => {
    const global = {
      sample_limit: 9,
      body_size_limit: '2KB',
      label_limit: 30,
      label_name_length_limit: 200,
      label_value_length_limit: 300,
      target_limit: 7,
    };
    const expected = {
      sampleLimit: 9,
      bodySizeLimit: 2_048,
      labelLimit: 30,
      labelNameLengthLimit: 200,
      labelValueLengthLimit: 300,
      targetLimit: 7,
    };
    const zeros = Object.fromEntries(Object.keys(global).map((key) => [key, 0]));
    expect(await jobOf({}, global)).toMatchObject(expected);
    expect(await jobOf(zeros, global)).toMatchObject(expected);
  });

  it('has labels that inherit nothing, whose values are texts as written', async () => {
    const { jobs } = await loadNative(`
      scrape_configs:
        - job_name: a
          static_configs:
            - targets: [127.0.0.1:9100]
              labels: { version: 1.10, on: true, empty: , constructor: x }`);
    const { labels } = jobs[0]!.staticConfigs[0]!;
    expect({ ...labels }).toEqual({ version: '1.10', on: 'true', constructor: 'x' });
    expect('toString' in labels).toBe(false);
  });

  it('has texts that look like numbers and flags as they were written, where Go’s YAML has texts', async () => {
    const { jobs } = await loadNative(`
      scrape_configs:
        - job_name: a
          params: { v: [1.10, true] }
          relabel_configs:
            - { source_labels: [1.0], separator: 0x1, regex: 0200, target_label: 1e3, replacement: True }`);
    expect(jobs).toMatchObject([
      {
        params: { v: ['1.10', 'true'] },
        relabeling: [
          {
            sourceLabels: ['1.0'],
            separator: '0x1',
            regex: { source: '0200' },
            targetLabel: '1e3',
            replacement: 'True',
          },
        ],
      },
    ]);
  });

  it('may have targets that only relabeling makes addresses of', async () => {
    const entry = {
      static_configs: [{ targets: ['https://example.com/x'], labels: { __tmp: 'y' } }],
      relabel_configs: [{ source_labels: ['__address__'], target_label: '__param_target' }],
    };
    expect(await jobOf(entry)).toMatchObject({
      staticConfigs: [{ targets: ['https://example.com/x'], labels: { __tmp: 'y' } }],
    });
  });

  it('may be written with anchors and merge keys', async () => {
    const { jobs } = await loadAgent(
      {},
      `
      scrape_configs:
        - &defaults
          job_name: a
          sample_limit: 5
          static_configs: [{ targets: ['127.0.0.1:1'] }]
        - <<: *defaults
          job_name: b`,
    );
    expect(jobs).toMatchObject([
      { name: 'a', sampleLimit: 5 },
      { name: 'b', sampleLimit: 5, staticConfigs: [{ targets: ['127.0.0.1:1'] }] },
    ]);
  });
});

describe('a Prometheus file', () => {
  it('may be empty, or have keys without a value', async () => {
    for (const file of ['# nothing', 'global:\nrule_files:\nscrape_configs:\n']) {
      const { jobs, warnings } = await loadAgent({}, file);
      expect(jobs).toEqual([]);
      expect(warnings).toEqual([
        'PROMETHEUS_CONFIG_CONTENT: scrape_configs: is empty, so there is nothing to scrape',
      ]);
    }
  });

  it('may have keys without a value in its jobs', async () => {
    const { jobs } = await loadAgent(
      {},
      'scrape_configs:\n- job_name: a\n  sample_limit:\n  static_configs:\n',
    );
    expect(jobs).toMatchObject([{ name: 'a', sampleLimit: 0, staticConfigs: [] }]);
  });

  it('is warned about what cannot have its effect', async () => {
    const { warnings } = await loadAgent(
      {},
      {
        global: {
          scrape_interval: '15s',
          external_labels: { a: 'b' },
          evaluation_interval: '15s',
        },
        rule_files: ['a.yml'],
        alerting: {},
        remote_write: [{ url: 'https://example.com' }],
        scrape_configs: [
          { job_name: 'a', ...TARGETS, scrape_interval: '30s', scrape_native_histograms: true },
          { job_name: 'b', ...TARGETS, scrape_interval: '1m', enable_http2: false },
          { job_name: 'c' },
          {
            job_name: 'd',
            static_configs: [...TARGETS.static_configs, { labels: { team: 'a', zone: 'b' } }],
          },
          { job_name: 'e', static_configs: [{}] },
        ],
      },
    );
    const interval =
      'only bounds scrape_timeout: the schedule of the collector decides how often targets are scraped';
    expect(warnings).toEqual(
      [
        'remote_write: has no effect: like the CloudWatch Agent, Fargauge does not write to it',
        'global.external_labels: has no effect: only remote write adds these labels, and no output is remote write',
        'rule_files: has no effect: Fargauge evaluates no rules',
        'alerting: has no effect: Fargauge sends no alerts',
        `global.scrape_interval: ${interval}`,
        'scrape_configs[0].scrape_native_histograms: has no effect: Fargauge does not request native histograms',
        `scrape_configs[0].scrape_interval: ${interval}`,
        'scrape_configs[2]: has no targets',
        'scrape_configs[3].static_configs[1]: has no targets to give its labels to (team, zone), so it has no effect',
        'scrape_configs[4].static_configs[0]: has no targets, so it has no effect',
        'scrape_configs[4]: has no targets',
      ].map((text) => `PROMETHEUS_CONFIG_CONTENT: ${text}`),
    );
  });
});

describe('a job that reads its targets from elsewhere', () => {
  it('has the files, beside that of ECS discovery, and the URLs that it names', async () => {
    const { jobs, warnings } = await load({
      config: '/etc/fargauge/config.yaml',
      files: {
        '/etc/fargauge/config.yaml': `
          scrape_configs:
            - job_name: a
              file_sd_configs:
                - files: [/tmp/cwagent_ecs_auto_sd.yaml]
                - { files: [targets/*.json, /x.yml, /tmp/cwagent_ecs_auto_sd.yaml], refresh_interval: 10s }
              http_sd_configs:
                - { url: http://sd.test/targets, bearer_token_file: token }
                - { url: https://sd.test/, refresh_interval: 5m, follow_redirects: true }`,
        '/etc/fargauge/token': 't\n',
      },
    });
    const [job] = jobs;
    expect(job).toMatchObject({
      discovered: true,
      fileDiscoveries: [
        { patterns: ['/etc/fargauge/targets/*.json', '/x.yml'], refreshMs: 10_000 },
      ],
      httpDiscoveries: [
        { url: 'http://sd.test/targets', refreshMs: 60_000 },
        { url: 'https://sd.test/', refreshMs: 300_000, http: { followRedirects: true } },
      ],
    });
    expect(job?.httpDiscoveries[0]?.http.authorization?.reveal()).toBe('Bearer t');
    expect(job?.http).toEqual(DEFAULT_HTTP);
    expect(warnings).toEqual([
      '/etc/fargauge/config.yaml: scrape_configs[0]: reads the targets of ecs_service_discovery, which is off',
    ]);
  });

  it('is no job of ECS discovery for that', async () => {
    const entry = { static_configs: [], file_sd_configs: [{ files: ['/x.json'] }] };
    expect(await jobOf(entry)).toMatchObject({
      discovered: false,
      fileDiscoveries: [{ patterns: ['/x.json'], refreshMs: 300_000 }],
    });
  });
});
