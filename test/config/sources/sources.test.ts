import { describe, expect, it } from '@jest/globals';
import { load, messagesOf, type Sources } from '../loading.ts';

const AGENT = JSON.stringify({
  logs: { metrics_collected: { prometheus: { log_group_name: 'agent' } } },
});

const native = (group: string) => `log_group_name: ${group}`;
const agentWith = (path: string) =>
  JSON.stringify({
    logs: {
      metrics_collected: { prometheus: { log_group_name: 'agent', prometheus_config_path: path } },
    },
  });
const jobFile = (job: string) =>
  `scrape_configs: [{job_name: ${job}, static_configs: [{targets: ['127.0.0.1:9100']}]}]`;

/** From the first that is looked at to the last, each with what it says. */
const ORDER: readonly (Sources & { name: string; expected: unknown })[] = [
  {
    name: 'the option --config',
    config: '/option.yaml',
    expected: { source: '/option.yaml', group: 'option', jobs: [] },
  },
  {
    name: 'FARGAUGE_CONFIG',
    env: { FARGAUGE_CONFIG: native('variable') },
    expected: { source: 'FARGAUGE_CONFIG', group: 'variable', jobs: [] },
  },
  {
    name: 'the file of FARGAUGE_CONFIG_FILE',
    env: { FARGAUGE_CONFIG_FILE: '/file.yaml' },
    expected: { source: '/file.yaml', group: 'file', jobs: [] },
  },
  {
    name: 'CW_CONFIG_CONTENT with PROMETHEUS_CONFIG_CONTENT',
    env: { CW_CONFIG_CONTENT: AGENT },
    expected: { source: 'CW_CONFIG_CONTENT', group: 'agent', jobs: ['variable'] },
  },
  {
    name: 'PROMETHEUS_CONFIG_CONTENT alone',
    env: { PROMETHEUS_CONFIG_CONTENT: jobFile('variable') },
    expected: {
      source: 'PROMETHEUS_CONFIG_CONTENT',
      group: '/aws/ecs/containerinsights/{ClusterName}/prometheus',
      jobs: ['variable'],
    },
  },
  {
    name: 'the built-in default',
    env: { FARGAUGE_CLUSTER: 'shop' },
    expected: { source: 'built-in default', group: '/fargauge/{ClusterName}', jobs: ['ecs'] },
  },
];

describe('the main document', () => {
  it.each(ORDER.map((entry, index) => [entry.name, index] as const))(
    'is %s where nothing earlier is there',
    async (_, index) => {
      const there = ORDER.slice(index);
      const env = Object.assign({}, ...there.map((entry) => entry.env));
      const files = { '/option.yaml': native('option'), '/file.yaml': native('file') };
      const [first] = there;
      const { source, logs, jobs } = await load({ ...first, env, files });
      const actual = { source, group: logs.group, jobs: jobs.map(({ name }) => name) };
      expect(actual).toEqual(first?.expected);
    },
  );

  it('can be a Prometheus file alone', async () => {
    const files = { '/prometheus.yml': jobFile('option') };
    const { source, logs, jobs } = await load({ prometheusConfig: '/prometheus.yml', files });
    expect([source, logs.group, jobs[0]?.name]).toEqual(['/prometheus.yml', '/fargauge', 'option']);
  });

  it('goes with the Prometheus file of the option before that of the environment', async () => {
    const env = { CW_CONFIG_CONTENT: AGENT, PROMETHEUS_CONFIG_CONTENT: jobFile('variable') };
    const files = { '/prometheus.yml': jobFile('option') };
    const { jobs } = await load({ prometheusConfig: '/prometheus.yml', env, files });
    expect(jobs.map(({ name }) => name)).toEqual(['option']);
  });

  it('may be a document of the agent in every place that takes a native one', async () => {
    const files = { '/agent.json': AGENT, '/prometheus.yml': jobFile('option') };
    const sources = [
      { config: '/agent.json', prometheusConfig: '/prometheus.yml', files },
      { env: { FARGAUGE_CONFIG: AGENT, PROMETHEUS_CONFIG_CONTENT: jobFile('option') } },
      {
        env: { FARGAUGE_CONFIG_FILE: '/agent.json' },
        prometheusConfig: '/prometheus.yml',
        files,
      },
    ];
    for (const source of sources) {
      const { logs, jobs } = await load(source);
      expect([logs.group, jobs[0]?.name]).toEqual(['agent', 'option']);
    }
  });

  it('counts a blank variable as absent', async () => {
    const { source } = await load({
      env: { FARGAUGE_CONFIG: '', CW_CONFIG_CONTENT: ' \n', FARGAUGE_CLUSTER: 'shop' },
    });
    expect(source).toBe('built-in default');
  });

  it('warns of variables that come too late', async () => {
    const { warnings } = await load({
      env: { FARGAUGE_CONFIG: jobFile('a'), CW_CONFIG_CONTENT: AGENT },
    });
    expect(warnings).toEqual([
      'CW_CONFIG_CONTENT: is not used, because FARGAUGE_CONFIG takes precedence',
    ]);
  });

  it('does not warn of variables where an option was given on purpose', async () => {
    const { warnings } = await load({
      config: '/a.yaml',
      env: { CW_CONFIG_CONTENT: AGENT, PROMETHEUS_CONFIG_CONTENT: jobFile('b') },
      files: { '/a.yaml': jobFile('a') },
    });
    expect(warnings).toEqual([]);
  });

  it('refuses a Prometheus file beside a native document', async () => {
    const files = { '/a.yaml': jobFile('a'), '/p.yml': jobFile('p') };
    const loading = load({ config: '/a.yaml', prometheusConfig: '/p.yml', files });
    expect(await messagesOf(loading)).toEqual([
      '--prometheus-config: expected either this option or --config, which is a native document, given both',
    ]);
  });

  it('refuses a location where nothing reads from it', async () => {
    expect(await messagesOf(load({ env: { FARGAUGE_CONFIG: 's3://conf/x' } }))).toEqual([
      'FARGAUGE_CONFIG: expected a document or its path, because this program does not read from S3 or Systems Manager, given "s3://conf/x" (string)',
    ]);
  });

  it.each<[string, Sources, string]>([
    [
      '--config',
      { config: '/gone.yaml' },
      '--config: expected a file that can be read, given "/gone.yaml" (string): ENOENT: no such file or directory',
    ],
    [
      'FARGAUGE_CONFIG_FILE',
      { env: { FARGAUGE_CONFIG_FILE: '/gone.yaml' } },
      'FARGAUGE_CONFIG_FILE: expected a file that can be read, given "/gone.yaml" (string): ENOENT: no such file or directory',
    ],
    [
      '--prometheus-config',
      { prometheusConfig: '/gone.yml' },
      '--prometheus-config: expected a file that can be read, given "/gone.yml" (string): ENOENT: no such file or directory',
    ],
  ])('names the origin of a file that is not there: %s', async (_name, sources, message) => {
    expect(await messagesOf(load(sources))).toEqual([message]);
  });
});

describe('prometheus_config_path', () => {
  const PATH = 'CW_CONFIG_CONTENT: logs.metrics_collected.prometheus.prometheus_config_path';

  it.each<[string, Sources]>([
    ['env:MY_FILE', { env: { MY_FILE: jobFile('found') } }],
    ['file:/etc/p.yaml', { files: { '/etc/p.yaml': jobFile('found') } }],
    ['/etc/p.yaml', { files: { '/etc/p.yaml': jobFile('found') } }],
    ['C:\\p.yaml', { files: { 'C:\\p.yaml': jobFile('found') } }],
    ['file:a:b', { files: { 'a:b': jobFile('found') } }],
  ])('is read as the agent reads it: %s', async (path, { env, files }) => {
    const { jobs } = await load({
      env: { ...env, CW_CONFIG_CONTENT: agentWith(path) },
      files: files ?? {},
    });
    expect(jobs.map(({ name }) => name)).toEqual(['found']);
  });

  it('is the agent’s default path where neither it nor PROMETHEUS_CONFIG_CONTENT is set', async () => {
    const files = { '/etc/cwagentconfig/prometheus.yaml': jobFile('found') };
    const { jobs } = await load({ env: { CW_CONFIG_CONTENT: AGENT }, files });
    expect(jobs.map(({ name }) => name)).toEqual(['found']);
  });

  it.each([
    [
      'env:NOPE',
      `${PATH}: expected the environment variable NOPE with the content of a Prometheus file, given no such variable`,
    ],
    [
      '/gone.yaml',
      `${PATH}: expected a file that can be read, given "/gone.yaml" (string): ENOENT: no such file or directory`,
    ],
    ['', `${PATH}: expected a string that is not empty, given "" (string)`],
  ])('is an error where it leads nowhere: %j', async (path, message) => {
    const loading = load({ env: { CW_CONFIG_CONTENT: agentWith(path) } });
    expect(await messagesOf(loading)).toEqual([message]);
  });

  it('never shows the content of a variable that is no Prometheus file', async () => {
    const env = { CW_CONFIG_CONTENT: agentWith('env:TOKEN'), TOKEN: 'hunter2' };
    expect(await messagesOf(load({ env }))).toEqual(['TOKEN: expected an object, given a string']);
  });
});
