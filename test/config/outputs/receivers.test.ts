import { describe, expect, it } from '@jest/globals';
import { loadConfig } from '../../../lambda/config/load.ts';
import type { Config } from '../../../lambda/model/settings/config.ts';
import type { OutputConfig } from '../../../lambda/model/settings/output.ts';
import { Secret } from '../../../lambda/model/settings/secret.ts';
import { hasOpenssl, makeCertificates } from '../../scrape/http/certificates.ts';
import { loadAgent, loadNative, messagesOf, nativeEnv } from '../loading.ts';

const URL = 'https://receiver.example.com/api/v1/write';
const WORKSPACE =
  'https://aps-workspaces.eu-west-1.amazonaws.com/workspaces/ws-1/api/v1/remote_write';
const TOKEN = { credentials: 'token' };
const ROLE = 'arn:aws:iam::123456789012:role/writer';

/** The outputs as plain values: secrets revealed, rules by their expressions. */
async function outputsOf(loading: Promise<Config>): Promise<unknown> {
  return plain((await loading).outputs);
}

function plain(outputs: readonly OutputConfig[] | undefined): unknown {
  const text = JSON.stringify(outputs, function (this: Record<string, unknown>, key, value) {
    const original = this[key];
    return original instanceof Secret ? original.reveal() : value;
  });
  return JSON.parse(text ?? 'null');
}

const CERTIFICATES = hasOpenssl() ? makeCertificates() : undefined;

const JOBS = [{ job_name: 'a', static_configs: [{ targets: ['a:1'] }] }];

if (CERTIFICATES === undefined) {
  it('the program openssl is not here, so no certificates of outputs were read', () => {
    console.info('skipped: certificates of outputs, for want of the program openssl');
  });
} else {
  const { authority, client } = CERTIFICATES;
  const tls_config = {
    ca: authority.cert,
    ...client,
    server_name: 'target.test',
    min_version: 'TLS13',
  };
  const tls = {
    ca: authority.cert,
    cert: client.cert,
    key: client.key,
    serverName: 'target.test',
    insecureSkipVerify: false,
    minVersion: 'TLSv1.3',
  };

  it.each<[string, object]>([
    ['remote_write of a Prometheus file', { remote_write: [{ url: URL, tls_config }] }],
    ['remote_write', { outputs: [{ type: 'remote_write', url: URL, tls_config }] }],
    ['otlp', { outputs: [{ type: 'otlp', endpoint: URL, tls_config }] }],
    [
      'otlp to CloudWatch',
      { region: 'eu-west-1', outputs: [{ type: 'otlp', endpoint: 'cloudwatch', tls_config }] },
    ],
  ])('the output %s has the certificates of its tls_config', async (_, document) => {
    expect(await outputsOf(loadNative(document))).toMatchObject([{ tls }]);
  });

  it('a key that is not that of the certificate is told by its place', async () => {
    const wrong = { ...tls_config, key: authority.key };
    expect(
      await messagesOf(loadNative({ remote_write: [{ url: URL, tls_config: wrong }] })),
    ).toEqual([
      'FARGAUGE_CONFIG: remote_write[0].tls_config.key: expected the private key of the certificate, given the private key of another certificate',
    ]);
  });
}

describe('an output of the type remote_write', () => {
  it('has its labels beside those of all, its rules, and shows who it is', async () => {
    const document = {
      global: { external_labels: { monitor: 'all', stage: 'test' } },
      outputs: [
        {
          type: 'remote_write',
          url: `${URL}?tenant=1`,
          headers: { 'X-Scope-OrgID': 'aws:ssm:/tenant' },
          basic_auth: { username: 'me', password: 'aws:ssm:/password' },
          external_labels: { monitor: 'own' },
          write_relabel_configs: [{ action: 'labeldrop', regex: 'a|b' }],
        },
      ],
    };
    const loading = loadConfig({
      env: nativeEnv(document),
      readFile: () => Promise.reject(new Error('expected no file')),
      resolveSecret: async (reference) => `<${reference}>`,
    });
    const basic = Buffer.from('me:<aws:ssm:/password>').toString('base64');
    expect(await outputsOf(loading)).toMatchObject([
      {
        name: `remote_write ${URL}`,
        url: `${URL}?tenant=1`,
        headers: [
          { name: 'X-Scope-OrgID', value: '<aws:ssm:/tenant>' },
          { name: 'Authorization', value: `Basic ${basic}` },
        ],
        externalLabels: { monitor: 'own', stage: 'test' },
        relabeling: [{ action: 'labeldrop', regex: { source: 'a|b' } }],
      },
    ]);
  });

  it.each<[string, object, string | undefined, object | undefined]>([
    ['any receiver', { url: URL }, 'eu-west-3', undefined],
    ['a workspace', { url: WORKSPACE }, 'eu-west-3', { region: 'eu-west-1' }],
    ...[
      'aps-workspaces.eu-west-1.api.aws',
      'aps-workspaces-fips.eu-west-1.amazonaws.com',
      'vpce-1.aps-workspaces.eu-west-1.vpce.amazonaws.com',
      'aps-workspaces.eu-west-1.amazonaws.com.cn',
    ].map((host): [string, object, string, object] => [
      `a workspace at ${host}`,
      { url: `https://${host}/workspaces/ws-1/api/v1/remote_write` },
      'eu-west-3',
      { region: 'eu-west-1' },
    ]),
    ['a workspace with a token', { url: WORKSPACE, authorization: TOKEN }, undefined, undefined],
    ['a Region', { url: URL, region: 'eu-west-2' }, 'eu-west-3', { region: 'eu-west-2' }],
    [
      'a role',
      { url: URL, role_arn: ROLE, external_id: 'shop' },
      'eu-west-3',
      { region: 'eu-west-3', role: { arn: ROLE, externalId: 'shop' } },
    ],
  ])('signs for %s', async (_, keys, region, signing) => {
    const outputs = [{ type: 'remote_write', ...keys }];
    const [output] = (await outputsOf(loadNative({ region, outputs }))) as [{ signing: unknown }];
    expect(output.signing).toEqual(signing);
  });

  it('adds the labels of all, of which a document without it is warned', async () => {
    const document = { global: { external_labels: { a: 'b' } }, scrape_configs: JOBS };
    const text =
      'FARGAUGE_CONFIG: global.external_labels: has no effect: only remote write adds these labels, and no output is remote write';
    expect((await loadNative(document)).warnings).toEqual([text]);
    const outputs = [{ type: 'remote_write', url: URL }];
    expect((await loadNative({ ...document, outputs })).warnings).toEqual([]);
  });
});

describe('an output of the type otlp', () => {
  it.each<[string, object, object]>([
    [
      'CloudWatch in the Region of the document',
      { endpoint: 'cloudwatch' },
      { name: 'otlp cloudwatch eu-west-3', attributes: 'lean', signing: { region: 'eu-west-3' } },
    ],
    [
      'CloudWatch of another account and Region',
      { endpoint: 'cloudwatch', region: 'eu-west-1', role_arn: ROLE },
      {
        name: 'otlp cloudwatch eu-west-1',
        attributes: 'lean',
        signing: { region: 'eu-west-1', role: { arn: ROLE } },
      },
    ],
    [
      'a collector',
      { endpoint: 'http://localhost:4318', headers: { 'X-Key': 'k' }, name: 'mine' },
      {
        name: 'mine',
        url: 'http://localhost:4318/v1/metrics',
        headers: [{ name: 'X-Key', value: 'k' }],
      },
    ],
    [
      'a collector with a path of its own',
      { endpoint: 'http://localhost:9090/api/v1/otlp/v1/metrics' },
      {
        name: 'otlp http://localhost:9090/api/v1/otlp/v1/metrics',
        url: 'http://localhost:9090/api/v1/otlp/v1/metrics',
        headers: [],
      },
    ],
  ])('goes to %s', async (_, keys, expected) => {
    const outputs = [{ type: 'otlp', ...keys }];
    expect(await outputsOf(loadNative({ region: 'eu-west-3', outputs }))).toEqual([
      { type: 'otlp', attributes: 'all', headers: [], ...expected },
    ]);
  });

  it.each([
    ['cloudwatch', 'all', 'all'],
    ['cloudwatch', ['TaskId', 'team'], ['TaskId', 'team']],
    ['https://monitoring.eu-west-1.amazonaws.com', undefined, 'lean'],
    ['http://localhost:4318', 'lean', 'lean'],
  ])('to %s with the attributes %j sends %j', async (endpoint, attributes, expected) => {
    const outputs = [{ type: 'otlp', endpoint, ...(attributes && { attributes }) }];
    expect(await outputsOf(loadNative({ region: 'eu-west-3', outputs }))).toMatchObject([
      { attributes: expected },
    ]);
  });
});

it('rules for events are of no use to receivers, which is warned of', async () => {
  const document = { emf_processor: {}, scrape_configs: JOBS };
  const receiver = { type: 'remote_write', url: URL };
  const warned = await loadNative({ ...document, outputs: [receiver] });
  expect(warned.warnings).toEqual([
    'FARGAUGE_CONFIG: emf_processor: has no effect: none of the outputs takes events or metrics',
  ]);
  const both = await loadNative({ ...document, outputs: [receiver, { type: 'stdout' }] });
  expect(both.warnings).toEqual([]);
});

describe('remote_write of a Prometheus file', () => {
  it('is an output, beside those that the document names', async () => {
    const remote = [{ url: URL }, { url: URL, name: 'second' }];
    const names = async (document: object) =>
      ((await outputsOf(loadNative(document))) as { type: string; name?: string }[]).map(
        ({ type, name }) => name ?? type,
      );
    expect(await names({ remote_write: remote })).toEqual([`remote_write ${URL}`, 'second']);
    expect(await names({ outputs: [{ type: 'stdout' }], remote_write: remote })).toEqual([
      'stdout',
      `remote_write ${URL}`,
      'second',
    ]);
  });

  it('is signed as its section sigv4 says', async () => {
    const sigv4 = {
      region: 'eu-west-1',
      access_key: 'AKIA',
      secret_key: 'hush',
      role_arn: ROLE,
    };
    const outputs = await outputsOf(loadNative({ remote_write: [{ url: WORKSPACE, sigv4 }] }));
    expect(outputs).toMatchObject([
      {
        signing: {
          region: 'eu-west-1',
          accessKey: { id: 'AKIA', secret: 'hush' },
          role: { arn: ROLE },
        },
      },
    ]);
  });

  it('is warned about what it asks for in vain', async () => {
    const entry = { url: URL, queue_config: {}, send_native_histograms: true, enable_http2: true };
    const { warnings } = await loadNative({ remote_write: [entry], scrape_configs: JOBS });
    expect(warnings).toEqual([
      'FARGAUGE_CONFIG: remote_write[0].queue_config: has no effect: Fargauge sends requests by their size, at most four at a time',
      'FARGAUGE_CONFIG: remote_write[0].send_native_histograms: has no effect: Fargauge does not request native histograms',
    ]);
  });

  it.each<[string, object, object]>([
    [
      'as Prometheus does',
      {},
      {
        protobufMessage: 'prometheus.WriteRequest',
        sendExemplars: false,
        metadata: { intervalMs: 60_000, maxEntries: 2_000 },
      },
    ],
    [
      'by version 2, with exemplars',
      { protobuf_message: 'io.prometheus.write.v2.Request', send_exemplars: true },
      { protobufMessage: 'io.prometheus.write.v2.Request', sendExemplars: true },
    ],
    [
      'with metadata at other times',
      { metadata_config: { send_interval: '5m', max_samples_per_send: 10 } },
      { metadata: { intervalMs: 300_000, maxEntries: 10 } },
    ],
    [
      'with metadata at the times of Prometheus, where it says 0',
      { metadata_config: { send: true, send_interval: '0s' } },
      { metadata: { intervalMs: 60_000, maxEntries: 2_000 } },
    ],
  ])('sends %s, as an output of the type does', async (_, keys, expected) => {
    const entry = await outputsOf(loadNative({ remote_write: [{ url: URL, ...keys }] }));
    expect(entry).toMatchObject([expected]);
    const output = { type: 'remote_write', url: URL, ...keys };
    expect(await outputsOf(loadNative({ outputs: [output] }))).toEqual(entry);
  });

  it('sends no metadata where it is told so', async () => {
    const entry = { url: URL, metadata_config: { send: false } };
    const { outputs } = await loadNative({ remote_write: [entry] });
    expect(outputs).toEqual([expect.objectContaining({ metadata: undefined })]);
  });

  it('is warned about a metadata_config beside version 2, in which it says nothing', async () => {
    const message = 'io.prometheus.write.v2.Request';
    const entry = { url: URL, protobuf_message: message, metadata_config: { send: false } };
    const { warnings } = await loadNative({ remote_write: [entry], scrape_configs: JOBS });
    expect(warnings).toEqual([
      `FARGAUGE_CONFIG: remote_write[0].metadata_config: has no effect: with ${message} each series carries its metadata`,
    ]);
  });

  it.each<[object, string]>([
    [
      { protobuf_message: 'v2' },
      'protobuf_message: expected one of prometheus.WriteRequest, io.prometheus.write.v2.Request, given "v2" (string)',
    ],
    [{ send_exemplars: 1 }, 'send_exemplars: expected true or false, given 1 (number)'],
    [
      { metadata_config: { send_interval: 'soon' } },
      'metadata_config.send_interval: expected a Prometheus duration up to 24 days, such as "30s" or "1m30s", given "soon" (string)',
    ],
    [
      { metadata_config: { max_samples_per_send: 0 } },
      'metadata_config.max_samples_per_send: expected a whole number of at least 1, given 0 (number)',
    ],
  ])('refuses %j, as an output of the type does', async (keys, message) => {
    const entry = { url: URL, ...keys };
    expect(await messagesOf(loadNative({ remote_write: [entry] }))).toEqual([
      `FARGAUGE_CONFIG: remote_write[0].${message}`,
    ]);
    const output = { type: 'remote_write', ...entry };
    expect(await messagesOf(loadNative({ outputs: [output] }))).toEqual([
      `FARGAUGE_CONFIG: outputs[0].${message}`,
    ]);
  });

  it('beside a document of the CloudWatch Agent has no effect, as with the agent', async () => {
    const { outputs } = await loadAgent({}, { remote_write: [{ url: 'whatever' }] });
    expect(outputs).toBeUndefined();
  });
});

describe('what is wrong with a receiver', () => {
  const to = (keys: object) => ({ outputs: [{ type: 'remote_write', url: URL, ...keys }] });
  const otlp = (keys: object) => ({ outputs: [{ type: 'otlp', ...keys }] });
  const remote = (keys: object) => ({ remote_write: [{ url: URL, ...keys }] });

  it.each<[object, string]>([
    [
      { outputs: [{ type: 'remote_write' }] },
      'outputs[0].url: expected the URL of a receiver, given nothing',
    ],
    [
      otlp({}),
      'outputs[0].endpoint: expected "cloudwatch", or the URL of a receiver, given nothing',
    ],
    [
      to({ url: 'ftp://x/' }),
      'outputs[0].url: expected an http or https URL without a password, given "ftp://x/" (string)',
    ],
    [
      to({ url: 'https://me:hush@x/' }),
      'outputs[0].url: expected an http or https URL without a password, given "https://***@x/" (string)',
    ],
    [
      otlp({ endpoint: 'cloudwatch-logs' }),
      'outputs[0].endpoint: expected "cloudwatch", or an http or https URL without a password, given "cloudwatch-logs" (string)',
    ],
    [
      otlp({ endpoint: 'cloudwatch', attributes: 'fat' }),
      'outputs[0].attributes: expected lean, all, or a list of names of attributes, given "fat" (string)',
    ],
    [
      to({ attributes: 'lean' }),
      'outputs[0].attributes: expected no attributes, which only the type otlp has, given "lean" (string)',
    ],
    [
      to({ endpoint: 'cloudwatch' }),
      'outputs[0].endpoint: expected no endpoint, which only the type otlp has, given "cloudwatch" (string)',
    ],
    [
      { outputs: [{ type: 'stdout', headers: { a: 'hush' } }] },
      'outputs[0].headers: expected no headers, which only the types remote_write and otlp have, given one',
    ],
    [
      to({ url: WORKSPACE, region: 'us-east-1' }),
      'outputs[0].region: expected the region of the URL, eu-west-1, given "us-east-1"',
    ],
    [
      to({ external_id: 'shop' }),
      'outputs[0].external_id: expected role_arn beside this key, given this key alone',
    ],
    [
      to({ region: 'eu-west-1', authorization: TOKEN }),
      'outputs[0].authorization: expected either this key or region, given both',
    ],
    [
      otlp({ endpoint: 'cloudwatch' }),
      'outputs[0]: expected a Region to sign requests for, here, in the document or in the environment variable AWS_REGION, given nothing',
    ],
    [
      remote({ sigv4: {} }),
      'remote_write[0]: expected a Region to sign requests for, here, in the document or in the environment variable AWS_REGION, given nothing',
    ],
    [
      otlp({ endpoint: 'cloudwatch', authorization: TOKEN }),
      'outputs[0].authorization: expected either this key or endpoint: cloudwatch, given both',
    ],
    [
      to({ basic_auth: { username: 'me' }, authorization: TOKEN }),
      'outputs[0].authorization: expected either this key or basic_auth, given both',
    ],
    [
      to({ headers: { 'Content-Type': 'x' } }),
      'outputs[0].headers.Content-Type: expected a header that the collector does not set itself, given "Content-Type"',
    ],
    [
      to({ headers: { a: 'x\ny' } }),
      'outputs[0].headers.a: expected a valid value of an HTTP header, given an invalid value, which is not shown',
    ],
    [to({ headers: { a: [5] } }), 'outputs[0].headers.a: expected a string, given a list'],
    [
      { outputs: [...to({}).outputs, ...to({}).outputs] },
      `outputs[1].name: expected a name other than that of outputs[0], given "remote_write ${URL}"`,
    ],
    [
      remote({ sigv4: { access_key: 'AKIA' } }),
      'remote_write[0].sigv4.access_key: expected secret_key beside this key, given this key alone',
    ],
    [
      remote({ oauth2: {} }),
      'remote_write[0].oauth2: expected no such key (Prometheus has it, this version of Fargauge does not support it yet), given an object',
    ],
    [
      { ...to({}), ...remote({}) },
      `remote_write[0].name: expected a name other than that of outputs[0], given "remote_write ${URL}"`,
    ],
  ])('%j is said', async (document, message) => {
    expect(await messagesOf(loadNative(document))).toEqual([`FARGAUGE_CONFIG: ${message}`]);
  });
});
