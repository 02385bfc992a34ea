import { describe, expect, it } from '@jest/globals';
import { DEFAULT_PROTOCOLS } from '../../../lambda/model/settings/scrape-protocol.ts';
import { load, loadAgent, loadNative, messagesOf } from '../loading.ts';

/** Scalars that YAML 1.2 does not read as texts, or as others, and that Go reads into a text as they are written. */
const TEXTS = ['1', '1.10', '0x10', '010', '1_0', '1e3', 'true', 'yes', 'No', '2024-01-01', '.5'];

const JOB = '{job_name: a, static_configs: [{targets: [h:1]}]';

async function jobOf(keys: string) {
  const { jobs } = await loadNative(`scrape_configs: [${JOB}, ${keys}}]`);
  return jobs[0]!;
}

async function outputOf(keys: string, document = '') {
  const { outputs } = await loadNative(
    `remote_write: [{url: "http://r.example/w"${keys}}]\n${document}`,
  );
  return outputs![0] as Extract<NonNullable<typeof outputs>[number], { type: 'remote_write' }>;
}

describe('a text without quotes is what was written', () => {
  it.each(TEXTS)('%s', async (text) => {
    const rule = `{target_label: x, regex: ${text}, replacement: ${text}, separator: ${text}}`;
    const rules = [{ regex: { source: text }, replacement: text, separator: text }];
    const job = await jobOf(
      `params: {p: [${text}]}, relabel_configs: [${rule}], metric_relabel_configs: [${rule}],
       tls_config: {server_name: ${text}}, metrics_path: ${text}`,
    );
    expect(job).toMatchObject({
      params: { p: [text] },
      relabeling: rules,
      metricRelabeling: rules,
      http: { tls: { serverName: text } },
      metricsPath: `/${text}`,
    });
    const output = await outputOf(
      `, name: ${text}, headers: {h: ${text}}, write_relabel_configs: [${rule}]`,
      `global: {external_labels: {replica: ${text}}}`,
    );
    expect(output).toMatchObject({
      name: text,
      externalLabels: { replica: text },
      relabeling: rules,
    });
    expect(output.headers[0]?.value.reveal()).toBe(text);
  });

  it('in static labels, names of jobs and credentials too', async () => {
    const { jobs } = await loadNative(
      `scrape_configs:
         - job_name: 123
           basic_auth: {username: 1, password: 0123}
           static_configs: [{targets: [h:1], labels: {version: 1.10, day: 2024-01-01}}]`,
    );
    expect(jobs).toMatchObject([
      {
        name: '123',
        staticConfigs: [{ labels: { version: '1.10', day: '2024-01-01' } }],
      },
    ]);
    expect(jobs[0]?.http.authorization?.reveal()).toBe(`Basic ${btoa('1:0123')}`);
  });

  it('in the Prometheus file of the agent, and in the outputs of a native document', async () => {
    const file = `scrape_configs: [${JOB}, metric_relabel_configs: [{action: keep, regex: 200}]}]`;
    const { jobs } = await loadAgent({ log_group_name: '/g' }, file);
    expect(jobs[0]?.metricRelabeling).toMatchObject([{ regex: { source: '200' } }]);
    const { outputs } = await loadNative(
      'outputs: [{type: remote_write, url: "http://r.example/w", external_labels: {replica: 01}}]',
    );
    expect(outputs).toMatchObject([{ externalLabels: { replica: '01' } }]);
  });

  it('not under the keys that are no ones of Prometheus', async () => {
    expect(await messagesOf(loadNative('cluster_name: 5'))).toEqual([
      'FARGAUGE_CONFIG: cluster_name: expected a string, given 5 (number)',
    ]);
  });
});

describe('numbers and flags without quotes are those of YAML 1.1', () => {
  it.each([
    ['10_000', 10_000],
    ['0x10', 16],
    ['010', 8],
    ['0o17', 15],
    ['0b11', 3],
    ['08', 8],
    ['+5', 5],
    ['-0', 0],
    ['1e3', 1_000],
    ['10.0', 10],
    ['1.5', 1],
    ['0.4', 0],
    ['1e18', Number.MAX_SAFE_INTEGER],
    ['18446744073709551615', Number.MAX_SAFE_INTEGER],
    ['~', 0],
  ])('the limit %s is %d', async (written, value) => {
    expect((await jobOf(`sample_limit: ${written}`)).sampleLimit + 0).toBe(value);
  });

  it.each([
    '-1',
    '-1.5',
    '"8"',
    '"1.5"',
    '_10',
    '1:30',
    '.inf',
    '.nan',
    'true',
    '""',
    '1e30',
    '2024-01-01',
  ])('the limit %s is refused', async (written) => {
    const messages = await messagesOf(jobOf(`sample_limit: ${written}`) as never);
    expect(messages).toEqual([
      expect.stringContaining('sample_limit: expected a whole number of at least 0, given'),
    ]);
  });

  it.each([
    ...['y', 'Y', 'yes', 'Yes', 'YES', 'on', 'ON', 'True'].map((word) => [word, true] as const),
    ...['n', 'N', 'no', 'NO', 'off', 'Off', 'FALSE'].map((word) => [word, false] as const),
  ])('the flag %s is %s', async (written, value) => {
    expect((await jobOf(`honor_timestamps: ${written}`)).honorTimestamps).toBe(value);
  });

  it.each(['1', 'oN', '"true"', "'yes'", '"on"', '""', 'maybe'])(
    'the flag %s is refused',
    async (written) => {
      expect(await messagesOf(jobOf(`honor_labels: ${written}`) as never)).toHaveLength(1);
    },
  );
});

describe('what is empty', () => {
  it('null in a list of texts is the empty one', async () => {
    expect((await jobOf('params: {a: [null, ~]}')).params).toEqual({ a: ['', ''] });
  });

  it('an empty text is the default where it is one in Prometheus', async () => {
    expect(await jobOf('scheme: "", fallback_scrape_protocol: ""')).toMatchObject({
      scheme: 'http',
      protocols: DEFAULT_PROTOCOLS,
    });
    expect(await jobOf('metrics_path: ""')).toMatchObject({ metricsPath: '/' });
    expect(await outputOf(', name: "", sigv4: {region: eu-west-1, profile: ""}')).toMatchObject({
      name: 'remote_write http://r.example/w',
      signing: { profile: undefined },
    });
  });
});

describe('remote write to one URL twice', () => {
  const read = (entries: string) =>
    load({
      prometheusConfig: '/p.yml',
      files: { '/p.yml': `remote_write: [${entries}]\nscrape_configs: [${JOB}}]` },
    });

  it('is two outputs where they differ, as of two tenants', async () => {
    const tenant = (id: number) => `{url: "http://r.example/w", headers: {X-Scope-OrgID: ${id}}}`;
    const { outputs } = await read([1, 2, 3].map(tenant).join());
    const name = 'remote_write http://r.example/w';
    expect(outputs).toMatchObject([{ name }, { name: `${name} #2` }, { name: `${name} #3` }]);
  });

  it('is refused where they are the same, as by a server', async () => {
    const same = '{url: "http://r.example/w"}';
    expect(await messagesOf(read(`${same}, ${same}`))).toEqual([
      '/p.yml: remote_write[1].name: expected a name other than that of remote_write[0], given "remote_write http://r.example/w"',
    ]);
  });
});
