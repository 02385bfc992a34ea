import { describe, expect, it } from '@jest/globals';
import { agentEnv, errorOf, load, loadAgent, loadNative, messagesOf } from './loading.ts';

const GROUP =
  'a log group name of up to 512 letters, digits and . - _ / # with the placeholders {ClusterName} {TaskId} {NodeName} {PodName} {ServiceName} {ContainerInstanceId} {TaskDefinitionFamily} {JobName}, which does not begin with aws/';
const PATTERN = 'a regular expression in RE2 syntax';
const NAMESPACE =
  'a namespace of 1 to 255 letters, digits, spaces and . _ - # : /, which does not begin with a colon';
const RESOLUTION = '1 or 60 (seconds)';
const PORTS = 'ports separated by ";", such as "9404;9406"';
const GO_DURATION = 'a Go duration above zero and up to 24 days, such as "1m30s"';
const DURATION = 'a Prometheus duration up to 24 days, such as "30s" or "1m30s"';
const COUNT = 'a whole number of at least 0';
const SIZE = 'a size such as "10MB", or 0 for no limit';
const ADDRESS = 'an address such as "127.0.0.1:9100", without scheme and path';
const NOT_YET = 'no such key (Prometheus has it, this version of Fargauge does not support it yet)';
const TEXT = 'a string that is not empty';
const CLUSTER = 'the name or ARN of a cluster, or a pattern of one such as "prod-*"';

/** What is wrong, at which path, and the rest of the message. */
type Case = readonly [value: unknown, path: string, complaint: string];

const declaration = (entry: object) => ({
  emf_processor: {
    metric_declaration: [
      { source_labels: ['job'], metric_selectors: ['x'], dimensions: [['job']], ...entry },
    ],
  },
});
const taskDefinition = (entry: object) => ({
  ecs_service_discovery: {
    task_definition_list: [
      { sd_task_definition_arn_pattern: '.*', sd_metrics_ports: '9404', ...entry },
    ],
  },
});
const discovery = (section: object) => ({
  ecs_service_discovery: { docker_label: {}, ...section },
});

describe('wrong values under logs.metrics_collected.prometheus', () => {
  const SETTINGS = 'logs.metrics_collected.prometheus';
  const EMF = 'emf_processor';
  const DECLARATION = 'emf_processor.metric_declaration[0]';
  const DISCOVERY = 'ecs_service_discovery';
  const DEFINITION = 'ecs_service_discovery.task_definition_list[0]';
  const thirtyOne = Array.from({ length: 31 }, (_, index) => `d${index}`);

  const cases: readonly Case[] = [
    [{ cluster_name: 5 }, 'cluster_name', 'expected a string, given 5 (number)'],
    [{ cluster_nam: 'x' }, 'cluster_nam', 'expected the key "cluster_name", given an unknown key'],
    [
      { zzz: 'hunter2' },
      'zzz',
      'expected one of the keys cluster_name, log_group_name, disable_metric_extraction, ecs_service_discovery, emf_processor, prometheus_config_path, given an unknown key',
    ],
    [{ log_group_name: 'a b' }, 'log_group_name', `expected ${GROUP}, given "a b" (string)`],
    [{ log_group_name: '{Foo}' }, 'log_group_name', `expected ${GROUP}, given "{Foo}" (string)`],
    [{ log_group_name: null }, 'log_group_name', `expected ${GROUP}, given null`],
    [
      { disable_metric_extraction: 'true' },
      'disable_metric_extraction',
      'expected true or false, given "true" (string)',
    ],
    [{ ecs_service_discovery: true }, DISCOVERY, 'expected an object, given true (boolean)'],
    [
      discovery({ sd_frequency: '1x' }),
      `${DISCOVERY}.sd_frequency`,
      `expected ${GO_DURATION}, given "1x" (string)`,
    ],
    [
      discovery({ sd_frequency: 60 }),
      `${DISCOVERY}.sd_frequency`,
      `expected ${GO_DURATION}, given 60 (number)`,
    ],
    [
      discovery({ sd_target_cluster: '' }),
      `${DISCOVERY}.sd_target_cluster`,
      `expected ${CLUSTER}, given "" (string)`,
    ],
    [
      discovery({ sd_cluster_region: '' }),
      `${DISCOVERY}.sd_cluster_region`,
      `expected ${TEXT}, given "" (string)`,
    ],
    [
      discovery({ sd_result_file: '' }),
      `${DISCOVERY}.sd_result_file`,
      `expected ${TEXT}, given "" (string)`,
    ],
    [
      discovery({ docker_label: null }),
      `${DISCOVERY}.docker_label`,
      'expected an object, given null',
    ],
    [
      discovery({ docker_label: { sd_port_label: 9404 } }),
      `${DISCOVERY}.docker_label.sd_port_label`,
      `expected ${TEXT}, given 9404 (number)`,
    ],
    [
      discovery({ task_definition_list: {} }),
      `${DISCOVERY}.task_definition_list`,
      'expected a list, given an object',
    ],
    [
      discovery({ task_definition_list: ['x'] }),
      DEFINITION,
      'expected an object, given "x" (string)',
    ],
    [
      taskDefinition({ sd_task_definition_arn_pattern: '*memcached.*' }),
      `${DEFINITION}.sd_task_definition_arn_pattern`,
      `expected ${PATTERN}, given "*memcached.*" (string): missing argument to repetition operator: \`*\``,
    ],
    [
      taskDefinition({ sd_task_definition_arn_pattern: undefined }),
      `${DEFINITION}.sd_task_definition_arn_pattern`,
      `expected ${PATTERN}, given nothing`,
    ],
    [
      taskDefinition({ sd_metrics_ports: undefined }),
      `${DEFINITION}.sd_metrics_ports`,
      `expected ${PORTS}, given nothing`,
    ],
    [
      taskDefinition({ sd_metrics_ports: '9404,9406' }),
      `${DEFINITION}.sd_metrics_ports`,
      `expected ${PORTS}, given "9404,9406" (string)`,
    ],
    [
      taskDefinition({ sd_metrics_ports: 9404 }),
      `${DEFINITION}.sd_metrics_ports`,
      `expected ${PORTS}, given 9404 (number)`,
    ],
    [
      taskDefinition({ sd_container_name_pattern: '(a' }),
      `${DEFINITION}.sd_container_name_pattern`,
      `expected ${PATTERN}, given "(a" (string): missing closing ): \`(a\``,
    ],
    [
      taskDefinition({ sd_metrics_path: 1 }),
      `${DEFINITION}.sd_metrics_path`,
      'expected a string, given 1 (number)',
    ],
    [
      taskDefinition({ sd_job_name: ['x'] }),
      `${DEFINITION}.sd_job_name`,
      'expected a string, given a list',
    ],
    [{ emf_processor: [] }, EMF, 'expected an object, given a list'],
    [
      { emf_processor: { metric_namespace: '' } },
      `${EMF}.metric_namespace`,
      `expected ${NAMESPACE}, given "" (string)`,
    ],
    [
      { emf_processor: { metric_namespace: ' ' } },
      `${EMF}.metric_namespace`,
      `expected ${NAMESPACE}, given " " (string)`,
    ],
    [
      { emf_processor: { metric_namespace: 'a"b' } },
      `${EMF}.metric_namespace`,
      `expected ${NAMESPACE}, given "a\\"b" (string)`,
    ],
    [
      { emf_processor: { metric_namespace: 'n'.repeat(256) } },
      `${EMF}.metric_namespace`,
      `expected ${NAMESPACE}, given "${'n'.repeat(80)}…" (string)`,
    ],
    [
      { emf_processor: { metric_unit: ['Count'] } },
      `${EMF}.metric_unit`,
      'expected an object, given a list',
    ],
    [
      { emf_processor: { metric_unit: { a: 1 } } },
      `${EMF}.metric_unit.a`,
      'expected a string, given 1 (number)',
    ],
    [
      { emf_processor: { metric_unit: { 'a.b c': 1 } } },
      `${EMF}.metric_unit["a.b c"]`,
      'expected a string, given 1 (number)',
    ],
    [
      { emf_processor: { log_unmatched: 1 } },
      `${EMF}.log_unmatched`,
      'expected true or false, given 1 (number)',
    ],
    ...[0, 1.5, -1].map(
      (given): Case => [
        { emf_processor: { metric_budget: given } },
        `${EMF}.metric_budget`,
        `expected a whole number of at least 1, given ${given} (number)`,
      ],
    ),
    [
      { emf_processor: { metric_budget_window: '0s' } },
      `${EMF}.metric_budget_window`,
      `expected ${GO_DURATION}, given "0s" (string)`,
    ],
    [
      { emf_processor: { metric_budgt: 1 } },
      `${EMF}.metric_budgt`,
      'expected the key "metric_budget", given an unknown key',
    ],
    [
      { emf_processor: { metric_declaration_dedup: 'no' } },
      `${EMF}.metric_declaration_dedup`,
      'expected true or false, given "no" (string)',
    ],
    [
      { emf_processor: { metric_declaration: {} } },
      `${EMF}.metric_declaration`,
      'expected a list, given an object',
    ],
    [
      { emf_processor: { metric_declaration: [null] } },
      DECLARATION,
      'expected an object, given null',
    ],
    [
      declaration({ label_macher: 'x' }),
      `${DECLARATION}.label_macher`,
      'expected the key "label_matcher", given an unknown key',
    ],
    [
      declaration({ storage_resolutio: 1 }),
      `${DECLARATION}.storage_resolutio`,
      'expected the key "storage_resolution", given an unknown key',
    ],
    ...([30, '1', 0, null] as const).map(
      (given): Case => [
        declaration({ storage_resolution: given }),
        `${DECLARATION}.storage_resolution`,
        `expected ${RESOLUTION}, given ${given === null ? 'null' : given === '1' ? '"1" (string)' : `${given} (number)`}`,
      ],
    ),
    [
      declaration({ rate: 'yes' }),
      `${DECLARATION}.rate`,
      'expected true or false, given "yes" (string)',
    ],
    [
      declaration({ metric_namespace: ':a' }),
      `${DECLARATION}.metric_namespace`,
      `expected ${NAMESPACE}, given ":a" (string)`,
    ],
    [
      declaration({ properties: 'TaskId' }),
      `${DECLARATION}.properties`,
      'expected a list, given "TaskId" (string)',
    ],
    [
      declaration({ properties: ['TaskId', ''] }),
      `${DECLARATION}.properties[1]`,
      `expected ${TEXT}, given "" (string)`,
    ],
    [
      declaration({ source_labels: 'job' }),
      `${DECLARATION}.source_labels`,
      'expected a list, given "job" (string)',
    ],
    [
      declaration({ source_labels: [1] }),
      `${DECLARATION}.source_labels[0]`,
      `expected ${TEXT}, given 1 (number)`,
    ],
    [
      declaration({ label_separator: 1 }),
      `${DECLARATION}.label_separator`,
      'expected a string, given 1 (number)',
    ],
    [
      declaration({ label_matcher: '*' }),
      `${DECLARATION}.label_matcher`,
      `expected ${PATTERN}, given "*" (string): missing argument to repetition operator: \`*\``,
    ],
    [
      declaration({ label_matcher: '(?<!a)b' }),
      `${DECLARATION}.label_matcher`,
      `expected ${PATTERN}, given "(?<!a)b" (string): RE2 has no look-around`,
    ],
    [
      declaration({ label_matcher: '(a)\\1' }),
      `${DECLARATION}.label_matcher`,
      `expected ${PATTERN}, given "(a)\\\\1" (string): invalid escape sequence: \`\\1\``,
    ],
    [
      declaration({ label_matcher: null }),
      `${DECLARATION}.label_matcher`,
      `expected ${PATTERN}, given null`,
    ],
    [
      declaration({ metric_selectors: ['ok', '(unclosed'] }),
      `${DECLARATION}.metric_selectors[1]`,
      `expected ${PATTERN}, given "(unclosed" (string): missing closing ): \`(unclosed\``,
    ],
    [
      declaration({ dimensions: ['job'] }),
      `${DECLARATION}.dimensions[0]`,
      'expected a list, given "job" (string)',
    ],
    [
      declaration({ dimensions: [['']] }),
      `${DECLARATION}.dimensions[0][0]`,
      `expected ${TEXT}, given "" (string)`,
    ],
    [
      declaration({ dimensions: [['job'], thirtyOne] }),
      `${DECLARATION}.dimensions[1]`,
      'expected at most 30 names in a set, given 31 names',
    ],
  ];

  it.each(cases)('%j is refused at %s', async (settings, path, complaint) => {
    expect(await messagesOf(loadAgent(settings))).toEqual([
      `CW_CONFIG_CONTENT: ${SETTINGS}.${path}: ${complaint}`,
    ]);
  });

  it.each(cases.filter(([, path]) => path !== 'zzz'))(
    'in a native document, %j is refused at %s',
    async (settings, path, complaint) => {
      expect(await messagesOf(loadNative(settings))).toEqual([
        `FARGAUGE_CONFIG: ${path}: ${complaint}`,
      ]);
    },
  );
});

describe('wrong values in a Prometheus file', () => {
  const job = (entry: object) => ({ scrape_configs: [{ job_name: 'a', ...entry }] });
  const target = (...targets: unknown[]) => job({ static_configs: [{ targets }] });
  const labels = (values: object) =>
    job({ static_configs: [{ targets: ['a:1'], labels: values }] });
  const JOB = 'scrape_configs[0]';
  const STATIC = 'scrape_configs[0].static_configs[0]';

  const ACTIONS =
    'one of the actions replace, keep, drop, keepequal, dropequal, hashmod, labelmap, labeldrop, labelkeep, lowercase, uppercase';
  const LABEL = 'the name of a label';
  const FILES =
    'a path that ends in .json, .yml or .yaml, with * in its last part at most, and only once';
  const relabelingCases = (key: string): Case[] =>
    (
      [
        ['x', '', 'expected an object, given "x" (string)'],
        [{ action: 'rename' }, '.action', `expected ${ACTIONS}, given "rename" (string)`],
        [{ action: [] }, '.action', `expected ${ACTIONS}, given a list`],
        [{ source_labels: 'a' }, '.source_labels', 'expected a list, given "a" (string)'],
        [
          { source_labels: [''], target_label: 'x' },
          '.source_labels[0]',
          `expected ${LABEL}, given "" (string)`,
        ],
        [{ separator: [] }, '.separator', 'expected a string, given a list'],
        [
          { regex: '(' },
          '.regex',
          `expected ${PATTERN}, given "(" (string): missing closing ): \`(\``,
        ],
        [
          { regex: 'a\\Q' },
          '.regex',
          `expected ${PATTERN}, given "a\\\\Q" (string): missing closing ): \`^(?s:a\\Q)$\``,
        ],
        [
          { regex: '(?=a)' },
          '.regex',
          `expected ${PATTERN}, given "(?=a)" (string): RE2 has no look-around`,
        ],
        [{ replacement: {} }, '.replacement', 'expected a string, given an object'],
        [{ modulus: -1, target_label: 'x' }, '.modulus', `expected ${COUNT}, given -1 (number)`],
        [
          { target: 'a', target_label: 'x' },
          '.target',
          'expected one of the keys action, source_labels, separator, regex, target_label, replacement, modulus, given an unknown key',
        ],
        [{}, '.target_label', `expected ${LABEL}, which the action replace needs, given nothing`],
        [
          { action: 'hashmod', target_label: 'a' },
          '.modulus',
          'expected a whole number of at least 1, which the action hashmod needs, given nothing',
        ],
        [
          { action: 'hashmod', target_label: 'a', modulus: 0 },
          '.modulus',
          'expected a whole number of at least 1, which the action hashmod needs, given 0 (number)',
        ],
        ...['hashmod', 'keepequal', 'dropequal', 'lowercase', 'Uppercase'].map((action) => [
          { action, modulus: action === 'hashmod' ? 1 : undefined, target_label: '' },
          '.target_label',
          `expected ${LABEL}, which the action ${action.toLowerCase()} needs, given "" (string)`,
        ]),
        [
          { action: 'labelmap', replacement: '' },
          '.replacement',
          `expected ${LABEL} or a template of one, which the action labelmap needs, given "" (string)`,
        ],
        ...['lowercase', 'uppercase'].map((action) => [
          { action, target_label: 'a', replacement: 'b' },
          '.replacement',
          `expected no such key with the action ${action}, which takes no replacement, given "b" (string)`,
        ]),
        ...['keepequal', 'dropequal'].flatMap((action) =>
          Object.entries({ regex: 'a', separator: ',', replacement: '$2' }).map(([name, value]) => [
            { action, target_label: 'a', [name]: value },
            `.${name}`,
            `expected no such key with the action ${action}, which takes only source_labels and target_label, given "${value}" (string)`,
          ]),
        ),
        ...['labeldrop', 'labelkeep'].flatMap((action) => [
          [
            { action, source_labels: ['a'] },
            '.source_labels',
            `expected no such key with the action ${action}, which takes only regex, given a list`,
          ],
          [
            { action, target_label: 'a' },
            '.target_label',
            `expected no such key with the action ${action}, which takes only regex, given "a" (string)`,
          ],
          [
            { action, modulus: 5 },
            '.modulus',
            `expected no such key with the action ${action}, which takes only regex, given 5 (number)`,
          ],
        ]),
      ] as Case[]
    ).map(([config, path, complaint]) => [
      job({ [key]: [config] }),
      `${JOB}.${key}[0]${path}`,
      complaint,
    ]);

  const cases: readonly Case[] = [
    [
      { scrape_config: [] },
      'scrape_config',
      'expected the key "scrape_configs", given an unknown key',
    ],
    [{ scrape_config_files: ['a'] }, 'scrape_config_files', `expected ${NOT_YET}, given a list`],
    [{ global: [] }, 'global', 'expected an object, given a list'],
    [
      { global: { scrape_interval: 60 } },
      'global.scrape_interval',
      `expected ${DURATION}, given "60" (string)`,
    ],
    [
      { global: { scrape_timeout: '1.5s' } },
      'global.scrape_timeout',
      `expected ${DURATION}, given "1.5s" (string)`,
    ],
    [
      { global: { scrape_timeout: '2m' } },
      'global.scrape_timeout',
      'expected at most the scrape_interval of 60 s, given "2m" (string)',
    ],
    [
      { global: { sample_limit: '5' } },
      'global.sample_limit',
      `expected ${COUNT}, given "5" (string)`,
    ],
    [
      { global: { label_limit: -30 } },
      'global.label_limit',
      `expected ${COUNT}, given -30 (number)`,
    ],
    [
      { global: { extra_scrape_metrics: true } },
      'global.extra_scrape_metrics',
      'expected false (Prometheus knows other values, this version of Fargauge supports none of them yet), given true (boolean)',
    ],
    [{ scrape_configs: {} }, 'scrape_configs', 'expected a list, given an object'],
    [{ scrape_configs: ['a'] }, JOB, 'expected an object, given "a" (string)'],
    [{ scrape_configs: [{}] }, `${JOB}.job_name`, `expected ${TEXT}, given nothing`],
    [
      { scrape_configs: [{ job_name: '' }] },
      `${JOB}.job_name`,
      `expected ${TEXT}, given "" (string)`,
    ],
    [
      job({ scrape_timeout: '61s' }),
      `${JOB}.scrape_timeout`,
      'expected at most the scrape_interval of 60 s, given "61s" (string)',
    ],
    [
      job({ scrape_interval: '5s', scrape_timeout: '6s' }),
      `${JOB}.scrape_timeout`,
      'expected at most the scrape_interval of 5 s, given "6s" (string)',
    ],
    [job({ metrics_path: [] }), `${JOB}.metrics_path`, 'expected a string, given a list'],
    [job({ scheme: 'ftp' }), `${JOB}.scheme`, 'expected "http" or "https", given "ftp" (string)'],
    [
      job({ honor_labels: 'ja' }),
      `${JOB}.honor_labels`,
      'expected true or false, given "ja" (string)',
    ],
    [
      job({ honor_lables: true }),
      `${JOB}.honor_lables`,
      'expected the key "honor_labels", given an unknown key',
    ],
    [
      job({ relable_configs: [] }),
      `${JOB}.relable_configs`,
      'expected the key "relabel_configs", given an unknown key',
    ],
    [job({ sample_limit: -1 }), `${JOB}.sample_limit`, `expected ${COUNT}, given -1 (number)`],
    [job({ sample_limit: -1.5 }), `${JOB}.sample_limit`, `expected ${COUNT}, given -1.5 (number)`],
    [
      job({ body_size_limit: 10 }),
      `${JOB}.body_size_limit`,
      `expected ${SIZE}, given "10" (string)`,
    ],
    [
      job({ body_size_limit: '10kB' }),
      `${JOB}.body_size_limit`,
      `expected ${SIZE}, given "10kB" (string)`,
    ],
    [
      job({ follow_redirects: 'never' }),
      `${JOB}.follow_redirects`,
      'expected true or false, given "never" (string)',
    ],
    [
      target('http://a:1/x'),
      `${STATIC}.targets[0]`,
      `expected ${ADDRESS}, given "http://a:1/x" (string)`,
    ],
    [
      target('a:1', 'a:1/metrics'),
      `${STATIC}.targets[1]`,
      `expected ${ADDRESS}, given "a:1/metrics" (string)`,
    ],
    [
      target('me:hunter2@a:1'),
      `${STATIC}.targets[0]`,
      `expected ${ADDRESS}, given "***@a:1" (string)`,
    ],
    [target(''), `${STATIC}.targets[0]`, `expected ${ADDRESS}, given "" (string)`],
    [target([9100]), `${STATIC}.targets[0]`, `expected ${ADDRESS}, given a list`],
    [labels({ a: ['b'] }), `${STATIC}.labels.a`, 'expected a string, given a list'],
    [
      labels({ '': 'b' }),
      `${STATIC}.labels[""]`,
      'expected the name of a label, given "b" (string)',
    ],
    [job({ params: { a: 'b' } }), `${JOB}.params.a`, 'expected a list, given a string'],
    [job({ params: { a: [{}] } }), `${JOB}.params.a[0]`, 'expected a string, given an object'],
    [job({ label_limit: 'x' }), `${JOB}.label_limit`, `expected ${COUNT}, given "x" (string)`],
    [
      job({ label_name_length_limit: -1 }),
      `${JOB}.label_name_length_limit`,
      `expected ${COUNT}, given -1 (number)`,
    ],
    [
      job({ label_value_length_limit: -0.5 }),
      `${JOB}.label_value_length_limit`,
      `expected ${COUNT}, given -0.5 (number)`,
    ],
    [job({ target_limit: true }), `${JOB}.target_limit`, `expected ${COUNT}, given true (boolean)`],
    [
      job({ enable_compression: 'gzip' }),
      `${JOB}.enable_compression`,
      'expected true or false, given "gzip" (string)',
    ],
    [
      job({ authorization: { type: 'basic', credentials: 'x' } }),
      `${JOB}.authorization.type`,
      'expected a type other than Basic, for which basic_auth exists, given "basic" (string)',
    ],
    [
      job({ basic_auth: {}, authorization: {} }),
      `${JOB}.authorization`,
      'expected either this key or basic_auth, given both',
    ],
    [
      job({ bearer_token: 'x', bearer_token_file: '/x' }),
      `${JOB}.bearer_token_file`,
      'expected either this key or bearer_token, given both',
    ],
    [
      job({ basic_auth: { username: 'x', username_file: '/x' } }),
      `${JOB}.basic_auth.username_file`,
      'expected either this key or username, given both',
    ],
    [
      job({ basic_auth: { password: 'x', password_file: '/x' } }),
      `${JOB}.basic_auth.password_file`,
      'expected either this key or password, given both',
    ],
    [
      job({ authorization: { credentials: 'x', credentials_file: '/x' } }),
      `${JOB}.authorization.credentials_file`,
      'expected either this key or credentials, given both',
    ],
    [
      job({ http_headers: { authorization: { values: ['x'] } } }),
      `${JOB}.http_headers.authorization`,
      'expected a header that the collector does not set itself, given "authorization"',
    ],
    [
      job({ http_headers: { 'a b': {} } }),
      `${JOB}.http_headers["a b"]`,
      'expected the name of an HTTP header, given "a b"',
    ],
    [
      job({ http_headers: { a: { value: ['x'] } } }),
      `${JOB}.http_headers.a.value`,
      'expected the key "values", given an unknown key',
    ],
    ...relabelingCases('relabel_configs'),
    ...relabelingCases('metric_relabel_configs'),
    [
      job({ file_sd_configs: [{ files: ['/etc/targets'] }] }),
      `${JOB}.file_sd_configs[0].files[0]`,
      `expected ${FILES}, given "/etc/targets" (string)`,
    ],
    [
      job({ file_sd_configs: [{ files: ['/ok/*.json', '/a*/b.json'] }] }),
      `${JOB}.file_sd_configs[0].files[1]`,
      `expected ${FILES}, given "/a*/b.json" (string)`,
    ],
    [
      job({ file_sd_configs: [{ files: ['/a.json'], refresh_interval: 5 }] }),
      `${JOB}.file_sd_configs[0].refresh_interval`,
      `expected ${DURATION}, given "5" (string)`,
    ],
    [
      job({ http_sd_configs: [{}] }),
      `${JOB}.http_sd_configs[0].url`,
      'expected an http or https URL without user name and password, given nothing',
    ],
    [
      job({ http_sd_configs: [{ url: 'ftp://x/' }] }),
      `${JOB}.http_sd_configs[0].url`,
      'expected an http or https URL without user name and password, given "ftp://x/" (string)',
    ],
    [
      job({ http_sd_configs: [{ url: 'http://me:hunter2@x/' }] }),
      `${JOB}.http_sd_configs[0].url`,
      'expected an http or https URL without user name and password, given "http://***@x/" (string)',
    ],
    [
      job({ http_sd_configs: [{ url: 'http://x/', basic_auth: {}, bearer_token: 'x' }] }),
      `${JOB}.http_sd_configs[0].bearer_token`,
      'expected either this key or basic_auth, given both',
    ],
    [
      job({ file_sd_configs: [{ files: [] }] }),
      `${JOB}.file_sd_configs[0].files`,
      'expected at least one file, given a list',
    ],
    [
      job({ file_sd_configs: [{}] }),
      `${JOB}.file_sd_configs[0].files`,
      'expected a list, given nothing',
    ],
    [
      { scrape_configs: [{ job_name: 'a' }, { job_name: 'b' }, { job_name: 'a' }] },
      'scrape_configs[2].job_name',
      'expected a name other than that of scrape_configs[0], given "a" (string)',
    ],
  ];

  it.each(cases)('%j is refused at %s', async (document, path, complaint) => {
    expect(await messagesOf(loadAgent({}, document))).toEqual([
      `PROMETHEUS_CONFIG_CONTENT: ${path}: ${complaint}`,
    ]);
  });

  it.each(cases)('in a native document, %j is refused at %s', async (document, path, complaint) => {
    expect(await messagesOf(loadNative(document))).toEqual([
      `FARGAUGE_CONFIG: ${path}: ${complaint}`,
    ]);
  });

  it.each([
    'oauth2',
    'proxy_url',
    'proxy_connect_header',
    'ec2_sd_configs',
    'dns_sd_configs',
    'kubernetes_sd_configs',
  ])('%s, which Prometheus knows, is refused without showing what may be secret', async (key) => {
    const loading = loadAgent({}, job({ [key]: { password: 'hunter2' } }));
    expect(await messagesOf(loading)).toEqual([
      `PROMETHEUS_CONFIG_CONTENT: ${JOB}.${key}: expected ${NOT_YET}, given an object`,
    ]);
  });
});

describe('wrong values elsewhere', () => {
  it.each<Case>([
    [{}, 'logs', 'expected an object, given nothing'],
    [{ logs: {} }, 'logs.metrics_collected', 'expected an object, given nothing'],
    [
      { logs: { metrics_collected: {} } },
      'logs.metrics_collected.prometheus',
      'expected an object, given nothing',
    ],
    [
      { logs: { metrics_collected: { prometheus: [] } } },
      'logs.metrics_collected.prometheus',
      'expected an object, given a list',
    ],
    [
      {
        agent: { credentials: { role_arn: 'x' } },
        logs: { metrics_collected: { prometheus: {} } },
      },
      'agent.credentials.role_arn',
      'expected the ARN of a role, such as "arn:aws:iam::123456789012:role/fargauge", given "x" (string)',
    ],
    [
      {
        logs: { credentials: { profile: 'x' }, metrics_collected: { prometheus: {} } },
      },
      'logs.credentials.profile',
      'expected one of the keys role_arn, given an unknown key',
    ],
    [
      { logs: { endpoint_override: 'ftp://x', metrics_collected: { prometheus: {} } } },
      'logs.endpoint_override',
      'expected an http or https URL, or a host name, given "ftp://x" (string)',
    ],
    [
      { logs: { metric_collected: {}, metrics_collected: { prometheus: {} } } },
      'logs.metric_collected',
      'expected one of the keys metrics_collected, endpoint_override, credentials, logs_collected, force_flush_interval, log_stream_name, concurrency, service.name, deployment.environment, given an unknown key',
    ],
  ])('of the agent’s document: %j is refused at %s', async (document, path, complaint) => {
    const env = { ...agentEnv({}), CW_CONFIG_CONTENT: JSON.stringify(document) };
    expect(await messagesOf(load({ env }))).toEqual([`CW_CONFIG_CONTENT: ${path}: ${complaint}`]);
  });

  it.each([
    ['hunter2', 'expected an object, given a string'],
    ['[hunter2]', 'expected an object, given a list'],
    ['# nothing', 'expected an object, given nothing'],
  ])('of a whole native document: %j', async (document, complaint) => {
    expect(await messagesOf(loadNative(document))).toEqual([`FARGAUGE_CONFIG: ${complaint}`]);
  });

  it('of the log group in the environment', async () => {
    const loading = load({ env: { FARGAUGE_CLUSTER: 'shop', FARGAUGE_LOG_GROUP: 'a b' } });
    expect(await messagesOf(loading)).toEqual([
      `FARGAUGE_LOG_GROUP: expected ${GROUP}, given "a b" (string)`,
    ]);
  });

  it('of a job that takes the name of the one added for discovery', async () => {
    const loading = loadNative({
      ...discovery({}),
      scrape_configs: [{ job_name: 'ecs', static_configs: [{ targets: ['a:1'] }] }],
    });
    expect(await messagesOf(loading)).toEqual([
      'FARGAUGE_CONFIG: scrape_configs[0].job_name: expected a name other than that of the job added for the targets of ecs_service_discovery, given "ecs" (string)',
    ]);
  });
});

describe('what is missing', () => {
  it('is a cluster, where discovery is on and nothing names one', async () => {
    const expected =
      'ecs_service_discovery.sd_target_cluster: expected the name or ARN of a cluster, here, in cluster_name or in the environment variable FARGAUGE_CLUSTER, given nothing';
    const document = JSON.stringify(discovery({}));
    expect(await messagesOf(load({ env: { FARGAUGE_CONFIG: document } }))).toEqual([
      `FARGAUGE_CONFIG: ${expected}`,
    ]);
    expect(await messagesOf(load({ env: {} }))).toEqual([`built-in default: ${expected}`]);
  });

  it('is a log group, where the agent would be outside of ECS', async () => {
    const { FARGAUGE_CLUSTER: _, ...env } = agentEnv({});
    expect(await messagesOf(load({ env }))).toEqual([
      'CW_CONFIG_CONTENT: logs.metrics_collected.prometheus.log_group_name: expected a log group, here or in the environment variable FARGAUGE_LOG_GROUP, because without a cluster there is no default, given nothing',
    ]);
  });
});

it('a missing part of the agent’s document is reported once, without what would lie in it', async () => {
  const env = { CW_CONFIG_CONTENT: '{"logs": {"metrics_collected": {}}}' };
  expect(await messagesOf(load({ env }))).toEqual([
    'CW_CONFIG_CONTENT: logs.metrics_collected.prometheus: expected an object, given nothing',
  ]);
});

describe('many errors', () => {
  it('of single values, between values and in all documents are reported at once', async () => {
    const settings = {
      cluster_name: 5,
      ecs_service_discovery: { docker_label: {}, sd_frequency: 'soon' },
      emf_processor: {
        metric_declaration: [
          { label_matcher: '*', dimensions: [['', ...'abcdefghijklmnopqrstuvwxyz0123']] },
        ],
      },
    };
    const prometheus = `
      global: { scrape_timeout: 2m }
      scrape_configs:
        - { job_name: a, scheme: ftp }
        - { job_name: a, honor_label: true, file_sd_configs: [{ files: [/other] }] }
        - { scrape_interval: often, static_configs: [{ targets: [], labels: { '': a, y: [] } }] }`;
    const env = { ...agentEnv(settings, prometheus), FARGAUGE_LOG_GROUP: '?' };
    const { issues, message, name } = await errorOf(load({ env }));
    expect(issues.map(({ source, path }) => `${source} ${path}`)).toEqual([
      'FARGAUGE_LOG_GROUP ',
      'CW_CONFIG_CONTENT logs.metrics_collected.prometheus.cluster_name',
      'CW_CONFIG_CONTENT logs.metrics_collected.prometheus.ecs_service_discovery.sd_frequency',
      'CW_CONFIG_CONTENT logs.metrics_collected.prometheus.emf_processor.metric_declaration[0].label_matcher',
      'CW_CONFIG_CONTENT logs.metrics_collected.prometheus.emf_processor.metric_declaration[0].dimensions[0][0]',
      'CW_CONFIG_CONTENT logs.metrics_collected.prometheus.emf_processor.metric_declaration[0].dimensions[0]',
      'PROMETHEUS_CONFIG_CONTENT scrape_configs[0].scheme',
      'PROMETHEUS_CONFIG_CONTENT scrape_configs[1].honor_label',
      'PROMETHEUS_CONFIG_CONTENT scrape_configs[2].job_name',
      'PROMETHEUS_CONFIG_CONTENT scrape_configs[2].scrape_interval',
      'PROMETHEUS_CONFIG_CONTENT scrape_configs[2].static_configs[0].labels.y',
      'PROMETHEUS_CONFIG_CONTENT scrape_configs[2].static_configs[0].labels[""]',
      'PROMETHEUS_CONFIG_CONTENT global.scrape_timeout',
      'PROMETHEUS_CONFIG_CONTENT scrape_configs[1].job_name',
      'PROMETHEUS_CONFIG_CONTENT scrape_configs[1].file_sd_configs[0].files[0]',
    ]);
    expect(name).toBe('ConfigError');
    expect(message).toBe(
      `15 errors in the configuration\n${issues.map((issue) => `- ${issue.message}`).join('\n')}`,
    );
  });

  it('include the syntax of one document and the values of the other', async () => {
    const env = { ...agentEnv({}, { scrape_configs: 5 }), CW_CONFIG_CONTENT: '{"logs": ' };
    expect(await messagesOf(load({ env }))).toEqual([
      'CW_CONFIG_CONTENT: line 1, column 10: expected YAML or JSON, given Flow map must end with a }',
      'PROMETHEUS_CONFIG_CONTENT: scrape_configs: expected a list, given 5 (number)',
    ]);
  });

  it('do not follow from one another', async () => {
    const loading = loadNative({
      global: { scrape_interval: 'often' },
      scrape_configs: [{ job_name: 'a', scrape_timeout: '90s' }],
    });
    expect(await messagesOf(loading)).toEqual([
      `FARGAUGE_CONFIG: global.scrape_interval: expected ${DURATION}, given "often" (string)`,
    ]);
  });

  it('keep their parts', async () => {
    const { issues, message } = await errorOf(loadNative({ cluster_name: 5 }));
    expect(issues).toEqual([
      {
        source: 'FARGAUGE_CONFIG',
        path: 'cluster_name',
        expected: 'a string',
        given: '5 (number)',
        message: 'FARGAUGE_CONFIG: cluster_name: expected a string, given 5 (number)',
      },
    ]);
    expect(message).toBe(
      '1 error in the configuration\n- FARGAUGE_CONFIG: cluster_name: expected a string, given 5 (number)',
    );
  });
});
