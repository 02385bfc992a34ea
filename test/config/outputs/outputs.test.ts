import { describe, expect, it } from '@jest/globals';
import { agentEnv, load, loadNative, messagesOf } from '../loading.ts';

const ROLE = 'arn:aws:iam::123456789012:role/writer';

describe('outputs', () => {
  it('are whatever the collector has where the configuration names none', async () => {
    expect((await loadNative({})).outputs).toBeUndefined();
  });

  it('are those of the list, in its order', async () => {
    const outputs = [
      { type: 'file', path: 'events.jsonl' },
      { type: 'cloudwatch-logs' },
      { type: 'stdout' },
      { type: 'file', path: 'more.jsonl' },
    ];
    expect((await loadNative({ outputs })).outputs).toEqual(outputs);
  });

  it.each<[unknown, string]>([
    [[], 'outputs: expected a list of at least one output, given a list'],
    [['stdout'], 'outputs[0]: expected an object, given "stdout" (string)'],
    [
      [{ type: 'stdin' }],
      'outputs[0].type: expected one of cloudwatch-logs, cloudwatch_metrics, stdout, file, remote_write, otlp, given "stdin" (string)',
    ],
    [
      [{}],
      'outputs[0].type: expected one of cloudwatch-logs, cloudwatch_metrics, stdout, file, remote_write, otlp, given nothing',
    ],
    [[{ type: 'file' }], 'outputs[0].path: expected the path of a file, given nothing'],
    [
      [{ type: 'stdout', path: 'x' }],
      'outputs[0].path: expected no path, which only the type file has, given "x" (string)',
    ],
    [
      [{ type: 'file', pth: 'x', path: 'x' }],
      'outputs[0].pth: expected one of the keys type, path, url, endpoint, attributes, name, headers, basic_auth, authorization, tls_config, region, role_arn, external_id, external_labels, write_relabel_configs, protobuf_message, send_exemplars, metadata_config, given an unknown key',
    ],
    [
      [{ type: 'stdout', role_arn: ROLE }],
      `outputs[0].role_arn: expected no role_arn, which only the types cloudwatch-logs, cloudwatch_metrics, remote_write and otlp have, given "${ROLE}" (string)`,
    ],
    [
      [{ type: 'cloudwatch-logs', role_arn: 'writer' }],
      'outputs[0].role_arn: expected the ARN of a role, such as "arn:aws:iam::123456789012:role/fargauge", given "writer" (string)',
    ],
    [
      [{ type: 'cloudwatch-logs', external_id: 'shop' }],
      'outputs[0].external_id: expected role_arn beside this key, given this key alone',
    ],
    [
      [{ type: 'cloudwatch-logs' }, { type: 'cloudwatch-logs' }],
      'outputs[1]: expected an output other than outputs[0], given the same',
    ],
    [
      [
        { type: 'cloudwatch-logs' },
        { type: 'cloudwatch-logs', role_arn: ROLE, name: 'cloudwatch-logs' },
      ],
      'outputs[1].name: expected a name other than that of outputs[0], given "cloudwatch-logs"',
    ],
    [
      [
        { type: 'cloudwatch-logs', name: 'central', role_arn: ROLE },
        { type: 'cloudwatch-logs', name: 'central', region: 'eu-west-1' },
      ],
      'outputs[1].name: expected a name other than that of outputs[0], given "central"',
    ],
    [
      [{ type: 'cloudwatch_metrics' }, { type: 'cloudwatch_metrics' }],
      'outputs[1]: expected an output other than outputs[0], given the same',
    ],
    [
      [{ type: 'cloudwatch_metrics', url: 'monitoring' }],
      'outputs[0].url: expected an http or https URL without a password, given "monitoring" (string)',
    ],
    [
      [{ type: 'cloudwatch_metrics', headers: {} }],
      'outputs[0].headers: expected no headers, which only the types remote_write and otlp have, given one',
    ],
    [
      [
        {
          type: 'cloudwatch_metrics',
          url: 'https://monitoring.eu-west-1.amazonaws.com',
          region: 'eu-west-3',
        },
      ],
      'outputs[0].region: expected the region of the URL, eu-west-1, given "eu-west-3"',
    ],
    [
      [{ type: 'stdout' }, { type: 'stdout' }],
      'outputs[1]: expected an output other than outputs[0], given the same',
    ],
  ])('%j is refused', async (outputs, message) => {
    expect(await messagesOf(loadNative({ outputs }))).toEqual([`FARGAUGE_CONFIG: ${message}`]);
  });
});

describe('an output of the type cloudwatch_metrics', () => {
  const VPC = 'https://vpce-0123-a.monitoring.eu-west-1.vpce.amazonaws.com/';

  it.each<[string, object, Record<string, unknown>]>([
    ['the Region of the document', {}, { name: 'cloudwatch_metrics', region: 'eu-west-3' }],
    [
      'a Region of its own',
      { region: 'eu-west-2' },
      { name: 'cloudwatch_metrics in eu-west-2', region: 'eu-west-2' },
    ],
    [
      'the endpoint of a VPC, whose Region it is signed for',
      { url: VPC },
      { name: `cloudwatch_metrics at ${VPC}`, url: VPC, region: 'eu-west-1' },
    ],
    [
      'another account',
      { role_arn: ROLE, external_id: 'shop', name: 'central' },
      { name: 'central', region: 'eu-west-3', role: { arn: ROLE, externalId: 'shop' } },
    ],
  ])('writes to %s', async (_, keys, { region, role, ...expected }) => {
    const outputs = [{ type: 'cloudwatch_metrics', ...keys }];
    const config = await loadNative({ region: 'eu-west-3', outputs });
    expect(config.outputs).toEqual([
      { type: 'cloudwatch_metrics', ...expected, signing: { region, role } },
    ]);
  });

  it('comes from the environment as well', async () => {
    const FARGAUGE_OUTPUTS = '[{"type": "cloudwatch_metrics", "region": "eu-west-1"}]';
    const env = { FARGAUGE_CLUSTER: 'shop', FARGAUGE_OUTPUTS };
    expect((await load({ env })).outputs).toMatchObject([{ type: 'cloudwatch_metrics' }]);
  });

  it.each<[string, object, readonly string[]]>([
    ['rules', {}, []],
    [
      'rules that keep events which nobody gets',
      { log_unmatched: true },
      ['emf_processor.log_unmatched: has no effect: none of the outputs takes events'],
    ],
    [
      'labels of events that nobody gets',
      { event_labels: ['ServiceName'] },
      ['emf_processor.event_labels: has no effect: none of the outputs takes events'],
    ],
    [
      'events of services, which nobody gets',
      { events: 'service' },
      ['emf_processor.events: has no effect: none of the outputs takes events'],
    ],
    [
      'no rule at all',
      { metric_declaration: [] },
      [
        'emf_processor: publishes no metric, so the output cloudwatch_metrics writes nothing: expected a metric_declaration, and no disable_metric_extraction',
      ],
    ],
    [
      'a namespace of AWS',
      { metric_namespace: 'AWS/ECS' },
      [
        'emf_processor: publishes to "AWS/ECS", which the output cloudwatch_metrics cannot write: names that begin with AWS/ belong to AWS',
      ],
    ],
  ])('goes with %s', async (_, keys, warnings) => {
    const rule = { source_labels: ['job'], metric_selectors: ['.'], dimensions: [['job']] };
    const document = {
      region: 'eu-west-3',
      outputs: [{ type: 'cloudwatch_metrics' }],
      emf_processor: { metric_declaration: [rule], ...keys },
      scrape_configs: [{ job_name: 'app', static_configs: [{ targets: ['127.0.0.1:9100'] }] }],
    };
    const config = await loadNative(document);
    expect(config.warnings).toEqual(warnings.map((each) => `FARGAUGE_CONFIG: ${each}`));
  });
});

describe('cloudwatch-logs beside cloudwatch_metrics', () => {
  const TWICE =
    'has cloudwatch-logs and cloudwatch_metrics, which store the same metrics, so that Sum and SampleCount are twice as high as they should be: expected one of both';
  const RULE = { source_labels: ['job'], metric_selectors: ['.'], dimensions: [['job']] };
  const documentWith = (logs: object, metrics: object, rules: readonly object[] = [RULE]) => ({
    region: 'eu-west-3',
    outputs: [
      { type: 'cloudwatch-logs', ...logs },
      { type: 'cloudwatch_metrics', ...metrics },
    ],
    emf_processor: { metric_declaration: rules },
    scrape_configs: [{ job_name: 'app', static_configs: [{ targets: ['127.0.0.1:9100'] }] }],
  });

  it.each<[string, object, object, boolean]>([
    ['the same place', {}, {}, true],
    ['the same Region', { region: 'eu-west-1' }, { region: 'eu-west-1' }, true],
    ['another Region', {}, { region: 'eu-west-1' }, false],
    ['the account of another role', {}, { role_arn: ROLE }, false],
    ['one account by roles', { role_arn: ROLE }, { role_arn: ROLE }, true],
  ])('in %s warns of sums that are doubled', async (_, logs, metrics, isDoubled) => {
    const { warnings } = await loadNative(documentWith(logs, metrics));
    expect(warnings).toEqual(isDoubled ? [`FARGAUGE_CONFIG: outputs: ${TWICE}`] : []);
  });

  it('warns of nothing where no metric is published', async () => {
    const { warnings } = await loadNative(documentWith({}, {}, []));
    expect(warnings.filter((warning) => warning.includes('SampleCount'))).toEqual([]);
  });

  it('warns where the environment has both', async () => {
    const FARGAUGE_OUTPUTS = '[{"type": "cloudwatch-logs"}, {"type": "cloudwatch_metrics"}]';
    const env = { FARGAUGE_CLUSTER: 'shop', AWS_REGION: 'eu-west-1', FARGAUGE_OUTPUTS };
    expect((await load({ env })).warnings).toEqual([`FARGAUGE_OUTPUTS: ${TWICE}`]);
  });
});

describe('an output of the type cloudwatch-logs', () => {
  const outputsOf = async (outputs: readonly object[]) => (await loadNative({ outputs })).outputs;

  it('writes as a role and in a Region of its own, which its name says', async () => {
    expect(
      await outputsOf([
        { type: 'cloudwatch-logs' },
        { type: 'cloudwatch-logs', role_arn: ROLE, external_id: 'shop' },
        { type: 'cloudwatch-logs', role_arn: ROLE, region: 'eu-west-1' },
        { type: 'cloudwatch-logs', region: 'eu-west-1', name: 'second' },
      ]),
    ).toEqual([
      { type: 'cloudwatch-logs' },
      {
        type: 'cloudwatch-logs',
        name: `cloudwatch-logs as ${ROLE}`,
        role: { arn: ROLE, externalId: 'shop' },
      },
      {
        type: 'cloudwatch-logs',
        name: `cloudwatch-logs in eu-west-1 as ${ROLE}`,
        region: 'eu-west-1',
        role: { arn: ROLE },
      },
      { type: 'cloudwatch-logs', name: 'second', region: 'eu-west-1' },
    ]);
  });

  it.each([
    ['its own', { logs: ROLE, agent: 'arn:aws:iam::123456789012:role/other' }, ROLE],
    ['that of the agent', { logs: undefined, agent: ROLE }, ROLE],
  ])('of the agent writes as the role in its credentials: %s', async (_, given, arn) => {
    const { logs } = JSON.parse(agentEnv({}).CW_CONFIG_CONTENT ?? '');
    const document = {
      agent: { credentials: { role_arn: given.agent } },
      logs: { ...logs, credentials: { role_arn: given.logs } },
    };
    const env = { ...agentEnv({}), CW_CONFIG_CONTENT: JSON.stringify(document) };
    expect((await load({ env })).outputs).toEqual([
      { type: 'cloudwatch-logs', name: `cloudwatch-logs as ${arn}`, role: { arn } },
    ]);
  });

  it('of an agent without credentials is left to who starts the collector', async () => {
    const { logs } = JSON.parse(agentEnv({}).CW_CONFIG_CONTENT ?? '');
    const document = { agent: { credentials: {} }, logs };
    const env = { ...agentEnv({}), CW_CONFIG_CONTENT: JSON.stringify(document) };
    expect((await load({ env })).outputs).toBeUndefined();
  });
});
