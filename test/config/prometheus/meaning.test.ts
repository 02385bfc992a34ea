// biome-ignore-all lint/suspicious/noTemplateCurlyInString: references of Prometheus look like JavaScript's templates
import { describe, expect, it } from '@jest/globals';
import { load, loadAgent, loadNative, messagesOf } from '../loading.ts';

const JOBS = 'scrape_configs: [{job_name: a, static_configs: [{targets: [h]}]}]';

describe('external labels', () => {
  const write = 'remote_write: [{url: "http://r.example/w"}]';

  const loadLabels = (labels: string, more = write) =>
    load({
      config: '/f.yml',
      env: { REPLICA: 'r1', EMPTY: '' },
      files: { '/f.yml': `global: {external_labels: {${labels}}}\n${more}\n${JOBS}` },
    });

  it('have the values of the environment variables that they name', async () => {
    const labels = 'a: "${REPLICA}-x", b: $REPLICA, c: "5$$", d: plain';
    const { outputs, warnings } = await loadLabels(labels);
    expect(outputs).toMatchObject([
      { externalLabels: { a: 'r1-x', b: 'r1', c: '5$', d: 'plain' } },
    ]);
    expect(warnings).toEqual([]);
  });

  it.each(['NONE', 'EMPTY'])('warn of the variable %s, which is not set', async (name) => {
    const { outputs, warnings } = await loadLabels(`a: "x-\${${name}}"`);
    expect(outputs).toMatchObject([{ externalLabels: { a: 'x-' } }]);
    const alone = await loadLabels(`a: "$${name}", b: x`);
    const [output] = alone.outputs as unknown as [{ externalLabels: object }];
    expect(Object.keys(output.externalLabels)).toEqual(['b']);
    expect(warnings).toEqual([
      `/f.yml: global.external_labels.a: refers to the environment variable "${name}", which is not set, so Fargauge uses the empty text`,
    ]);
  });

  it('do so in an entry of outputs too', async () => {
    const own = '{type: remote_write, url: "http://r.example/w", external_labels: {a: $REPLICA}}';
    const { outputs } = await loadLabels('a: x', `outputs: [${own}]`);
    expect(outputs).toMatchObject([{ externalLabels: { a: 'r1' } }]);
  });
});

describe('body_size_limit', () => {
  const limitOf = async (own: string, global = '') => {
    const { jobs, warnings } = await loadNative(
      `global: {${global}}\nscrape_configs: [{job_name: a, static_configs: [{targets: [h]}], ${own}}]`,
    );
    return [jobs[0]?.bodySizeLimit, warnings.map((warning) => warning.split(': ')[1])];
  };
  const key = 'scrape_configs[0].body_size_limit';
  const NO_LIMIT = Number.MAX_SAFE_INTEGER;

  it.each<[string, string, number, string[]]>([
    ['', '', 0, []],
    ['body_size_limit: 0', '', NO_LIMIT, [key]],
    ['', 'body_size_limit: 0', NO_LIMIT, ['global.body_size_limit']],
    ['body_size_limit: 0', 'body_size_limit: 5MB', 5 * 1024 * 1024, [key]],
    ['body_size_limit: 1KB', 'body_size_limit: 0', 1024, ['global.body_size_limit']],
  ])('{%s} below {%s} is %d bytes', async (own, global, bytes, warned) => {
    expect(await limitOf(own, global)).toEqual([bytes, warned]);
  });

  it('0 says what still bounds bodies', async () => {
    const { warnings } = await loadNative(`global: {body_size_limit: 0}\n${JOBS}`);
    expect(warnings).toEqual([
      'FARGAUGE_CONFIG: global.body_size_limit: sets no limit; the memory of the collector still bounds all bodies together',
    ]);
  });
});

it('redirects are followed unless a job says otherwise, as in Prometheus', async () => {
  const file = `scrape_configs:
    - {job_name: a, http_sd_configs: [{url: "http://sd"}]}
    - {job_name: b, follow_redirects: false, http_sd_configs: [{url: "http://sd", follow_redirects: false}]}`;
  for (const { jobs } of [
    await loadNative(file),
    await loadAgent({ ecs_service_discovery: { docker_label: {} } }, file),
  ]) {
    const follows = jobs.map(({ name, http, httpDiscoveries: [discovery] }) => [
      name,
      http.followRedirects,
      discovery?.http.followRedirects,
    ]);
    expect(follows.slice(0, 2)).toEqual([
      ['a', true, true],
      ['b', false, false],
    ]);
    expect(follows.slice(2).every(([, followed]) => followed)).toBe(true);
  }
});

describe('what is said of a key', () => {
  const said = (document: object) => messagesOf(loadNative(document));

  it.each<[object, string]>([
    [{ ecs_sd_configs: [] }, 'expected the key "aws_sd_configs" with role: ecs, given an unknown'],
    [
      { oci_sd_configs: [] },
      'expected no such key (Prometheus has it, this version of Fargauge does',
    ],
    [
      { outscale_sd_configs: [] },
      'expected no such key (Prometheus has it, this version of Fargauge does',
    ],
    // The nearest one is not supported, so it is no help.
    [{ kubernets_sd_configs: [] }, 'expected one of the keys job_name, '],
    [{ metric_path: '/m' }, 'expected the key "metrics_path", given an unknown key'],
    // That one is there.
    [{ metrics_path: '/m', metric_path: '/m' }, 'expected one of the keys job_name, '],
  ])('%j', async (job, complaint) => {
    const [message] = await said({ scrape_configs: [{ job_name: 'a', ...job }] });
    expect(message).toContain(complaint);
  });

  it('nothing is suggested for sd_metrics_params', async () => {
    const entry = { sd_service_name_pattern: 'a', sd_metrics_ports: '80', sd_metrics_params: 'x' };
    const section = { service_name_list_for_tasks: [entry] };
    expect(await said({ ecs_service_discovery: section })).toEqual([
      expect.stringContaining(
        'sd_metrics_params: expected one of the keys sd_service_name_pattern',
      ),
    ]);
  });
});

it.each(['aws/x', 'aws/{ClusterName}'])('the log group %s is refused', async (group) => {
  expect(await messagesOf(loadNative({ log_group_name: group }))).toEqual([
    expect.stringContaining(`which does not begin with aws/, given "${group}" (string)`),
  ]);
});

describe('JSON with comments', () => {
  const COMMENT =
    'expected YAML or JSON, given a comment, which JSON does not have; those of YAML begin with #';

  it.each([
    ['// here\n{"scrape_configs": []}', 'line 1, column 1'],
    ['{\n  // here\n  "scrape_configs": []\n}', 'line 2, column 3'],
    ['{"scrape_configs": [], // here\n}', 'line 1, column 24'],
    ['{"scrape_configs": /* here */ []}', 'line 1, column 20'],
  ])('%j is refused where the comment is', async (text, position) => {
    expect(await messagesOf(loadNative(text))).toEqual([
      `FARGAUGE_CONFIG: ${position}: ${COMMENT}`,
    ]);
  });

  it.each([
    '{"scrape_configs": [{"job_name": "// no comment", "metrics_path": "/*/"}]}',
    '{scrape_configs: [{job_name: a, metrics_path: //x}]}',
    '# of YAML\n{"scrape_configs": []}',
  ])('%j has none', async (text) => {
    await expect(loadNative(text)).resolves.toBeDefined();
  });
});
