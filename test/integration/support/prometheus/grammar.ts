// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the templates of relabeling look like those of JavaScript
import fc from 'fast-check';

/**
 * Prometheus files by a grammar of keys and scalars, each scalar as YAML may write it: the keys are those that both
 * promtool 2.42 and Fargauge know, the scalars also those that are wrong at their place.
 */

/** Scalars as they are written, some of which YAML 1.1, YAML 1.2 and Go's types read differently. */
const SCALARS = [
  ...['a', 'b1', '"a"', "'1'", '""', '~', 'null', 'a b', 'job', '"true"', '__address__'],
  ...['0', '1', '-1', '010', '08', '0x10', '0o17', '0b11', '1_000', '_1', '+5', '1.10', '10.0'],
  ...['1e3', '1e+3', '.5', '5.', '.inf', '.nan', '1:30', '2024-01-01', '"8"', '1.5', '1e30'],
  ...['true', 'True', 'TRUE', 'yes', 'No', 'y', 'N', 'on', 'OFF', 'oN', '"yes"', 'false'],
] as const;

const DURATIONS = [
  '15s',
  '1m',
  '1h30m',
  '0',
  '0s',
  '30',
  '1.5m',
  '30s1m',
  '""',
  '1d',
  '"10s"',
  '~',
];
const SIZES = ['0', '10MB', '1.5MB', '10', '0.0', '""', '1KiB', '1kB', '"0"', 'ten', '2GB500MB'];
const REGEXES = ['200', '1.10', '(.*)', '"a|b"', "'a)(b'", '"a)"', "'(?i)a'", "'(?=a)'", '""', '~'];
const ADDRESSES = ['h:1', '127.0.0.1:9100', '"[::1]:9100"', 'localhost', '"a:1/x"', '"http://a"'];
const FILES = ['a.json', '/etc/*.yml', 'a.txt', '/*/a.json', 'b.yaml', '1', '""'];
const URLS = ['"http://a/b"', '"https://a.example:9/x"', '""', '"ftp://a"', '~', 'a', '"http://"'];
const ACTIONS = ['replace', 'Keep', 'DROP', 'labelmap', 'labeldrop', 'hashmod', 'lowercase', '""'];

type Text = fc.Arbitrary<string>;

const scalar = fc.constantFrom(...SCALARS);

/** Mostly one of `right`, sometimes any scalar or another kind of value. */
function mostly(...right: readonly string[]): Text {
  return fc.oneof(
    { weight: 8, arbitrary: fc.constantFrom(...right) },
    { weight: 2, arbitrary: scalar },
    { weight: 1, arbitrary: fc.constantFrom('[]', '{}', '[a]', '{a: b}') },
  );
}

/** Some of the keys, in one order. */
function object(keys: Readonly<Record<string, Text>>, required: readonly string[] = []): Text {
  const requiredKeys = required as (keyof typeof keys)[];
  return fc.record(keys, { requiredKeys }).map((chosen) => {
    const pairs = Object.entries(chosen).map(([key, value]) => `${key}: ${value}`);
    return `{${pairs.join(', ')}}`;
  });
}

function list(item: Text, maxLength = 2): Text {
  return fc.array(item, { maxLength }).map((items) => `[${items.join(', ')}]`);
}

const limit = mostly('0', '10', '10_000', '0x10', '010', '1e3', '10.0', '~');
const flag = mostly('true', 'false', 'yes', 'Off', 'y', 'N', '~');
const texts = list(scalar);
const labels = fc
  .uniqueArray(fc.tuple(fc.constantFrom('a', 'b_1', '__x', 'replica', '1'), scalar), {
    maxLength: 3,
    selector: ([name]) => name,
  })
  .map((pairs) => `{${pairs.map(([name, value]) => `${name}: ${value}`).join(', ')}}`);

const relabeling = list(
  object({
    source_labels: mostly('[job]', '[a, b]', '[__address__]', '~'),
    separator: scalar,
    regex: mostly(...REGEXES),
    target_label: mostly('a', 'b', '"x_$1"', 'true'),
    replacement: mostly('$1', '"${1}"', '0', 'true', '1.10', '""', '~'),
    modulus: mostly('1', '8', '010'),
    action: mostly(...ACTIONS),
  }),
);

const limits = {
  sample_limit: limit,
  label_limit: limit,
  label_name_length_limit: limit,
  label_value_length_limit: limit,
  target_limit: limit,
};

const http = {
  basic_auth: object({ username: scalar, password: scalar }),
  authorization: object({ type: scalar, credentials: scalar }),
  bearer_token: scalar,
  tls_config: object({
    server_name: scalar,
    insecure_skip_verify: flag,
    min_version: mostly('TLS12', 'TLS13', '""', 'TLS99'),
  }),
  follow_redirects: flag,
};

/** An entry has few of many keys, or hardly any file would be right. */
function few(keys: Readonly<Record<string, Text>>, always: readonly string[], most: number): Text {
  const others = Object.keys(keys).filter((key) => !always.includes(key));
  return fc
    .subarray(others, { maxLength: most })
    .chain((some) =>
      object(Object.fromEntries([...always, ...some].map((key) => [key, keys[key] as Text])), [
        ...always,
        ...some,
      ]),
    );
}

const job = (name: string): Text =>
  few(
    {
      job_name: fc.oneof({ weight: 9, arbitrary: fc.constant(name) }, scalar),
      scrape_interval: mostly(...DURATIONS),
      scrape_timeout: mostly(...DURATIONS),
      metrics_path: mostly('/m', 'm', '""', '5', '~'),
      scheme: mostly('http', 'https', '""', '~'),
      honor_labels: flag,
      honor_timestamps: flag,
      params: object({ a: texts, b: texts }),
      body_size_limit: mostly(...SIZES),
      static_configs: list(object({ targets: list(mostly(...ADDRESSES)), labels })),
      file_sd_configs: list(
        object({ files: list(mostly(...FILES)), refresh_interval: mostly(...DURATIONS) }),
      ),
      http_sd_configs: list(
        object({ url: mostly(...URLS), refresh_interval: mostly(...DURATIONS) }, ['url']),
      ),
      relabel_configs: relabeling,
      metric_relabel_configs: relabeling,
      enable_http2: flag,
      ...limits,
      ...http,
    },
    ['job_name'],
    4,
  );

const remoteWrite = few(
  {
    url: mostly(...URLS),
    name: scalar,
    headers: fc.constantFrom('{h: 1}', '{h: yes, i: 0x10}', '{h: ~}', '{Authorization: x}', '[]'),
    write_relabel_configs: relabeling,
    remote_timeout: mostly('30s', '1m'),
    basic_auth: http.basic_auth,
    bearer_token: scalar,
    sigv4: object({ region: fc.constantFrom('us-east-1', '1', '""'), profile: scalar }, ['region']),
  },
  ['url'],
  2,
);

const globalSection = few(
  {
    scrape_interval: mostly(...DURATIONS),
    scrape_timeout: mostly(...DURATIONS),
    evaluation_interval: mostly('15s', '1m'),
    external_labels: labels,
  },
  [],
  2,
);

/** A whole file. */
export const prometheusFile: Text = fc
  .record({
    global: fc.option(globalSection, { nil: undefined, freq: 1 }),
    jobs: fc.tuple(job('a'), fc.option(job('b'), { nil: undefined, freq: 1 })),
    remoteWrite: fc.option(list(remoteWrite, 1), { nil: undefined, freq: 1 }),
  })
  .map(({ global, jobs, remoteWrite: receivers }) =>
    [
      ...(global === undefined ? [] : [`global: ${global}`]),
      `scrape_configs:\n${jobs
        .filter((each) => each !== undefined)
        .map((each) => `  - ${each}`)
        .join('\n')}`,
      ...(receivers === undefined ? [] : [`remote_write: ${receivers}`]),
      '',
    ].join('\n'),
  );
