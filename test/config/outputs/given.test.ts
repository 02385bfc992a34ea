import { describe, expect, it } from '@jest/globals';
import { agentEnv, load, messagesOf, nativeEnv } from '../loading.ts';

const URL = 'https://aps-workspaces.eu-west-1.amazonaws.com/workspaces/ws-1/api/v1/remote_write';
const JOBS = { scrape_configs: [{ job_name: 'shop', static_configs: [{ targets: ['a:1'] }] }] };
const GIVEN = JSON.stringify([{ type: 'stdout' }, { type: 'remote_write', url: URL }]);

const LABELED = { ...JOBS, global: { external_labels: { account: 'shop' } } };

function withOutputs(env: Record<string, string>, outputs = GIVEN) {
  return load({ env: { ...env, FARGAUGE_OUTPUTS: outputs } });
}

describe('FARGAUGE_OUTPUTS', () => {
  it.each<[string, Record<string, string>]>([
    ['a native document', nativeEnv(JOBS)],
    ['a document of the CloudWatch Agent', agentEnv({ log_group_name: '/shop' }, JOBS)],
    ['no document', { FARGAUGE_CLUSTER: 'shop' }],
  ])('says where the samples go beside %s', async (_, env) => {
    const { outputs, warnings } = await withOutputs(env);
    expect(outputs).toMatchObject([
      { type: 'stdout' },
      { type: 'remote_write', url: URL, signing: { region: 'eu-west-1' } },
    ]);
    expect(warnings).toEqual([]);
  });

  it('comes before the outputs of the document, which is warned of', async () => {
    const document = {
      ...JOBS,
      outputs: [{ type: 'cloudwatch-logs' }],
      remote_write: [{ url: 'http://x' }],
      ...JOBS,
    };
    const { outputs, warnings } = await withOutputs(nativeEnv(document));
    expect(outputs).toHaveLength(2);
    expect(warnings).toEqual([
      'FARGAUGE_CONFIG: outputs: is not used, because FARGAUGE_OUTPUTS takes precedence',
      'FARGAUGE_CONFIG: remote_write: is not used, because FARGAUGE_OUTPUTS takes precedence',
    ]);
  });

  it.each<[string, Record<string, string>]>([
    ['a native document', nativeEnv(LABELED)],
    ['the Prometheus file of the CloudWatch Agent', agentEnv({ log_group_name: '/shop' }, LABELED)],
  ])('has the external labels of %s', async (_, env) => {
    const { outputs, warnings } = await withOutputs(env);
    expect(outputs?.[1]).toMatchObject({ externalLabels: { account: 'shop' } });
    expect(warnings).toEqual([]);
  });

  it('may be blank, which is none', async () => {
    expect((await withOutputs(nativeEnv({}), ' ')).outputs).toBeUndefined();
  });

  it.each([
    ['[]', 'expected a list of at least one output, given a list'],
    ['stdout', 'expected a list, given a string'],
    ['[', 'line 1, column 2: expected YAML or JSON, given'],
    ['[{type: remote_write}]', '[0].url: expected the URL of a receiver, given nothing'],
    [
      '[{type: otlp, endpoint: cloudwatch, headers: {host: x}}]',
      '[0].headers.host: expected a header that the collector does not set itself, given "host"',
    ],
    [
      '[{type: otlp, endpoint: cloudwatch}]',
      '[0]: expected a Region to sign requests for, here, in the document or in the environment variable AWS_REGION, given nothing',
    ],
    [
      '[{type: otlp, endpoint: cloudwatch, region: a}, {type: otlp, endpoint: cloudwatch, region: a}]',
      '[1].name: expected a name other than that of [0], given "otlp cloudwatch a"',
    ],
  ])('%s is refused', async (outputs, message) => {
    const messages = await messagesOf(withOutputs(nativeEnv({}), outputs));
    expect(messages).toEqual([expect.stringContaining(`FARGAUGE_OUTPUTS: ${message}`)]);
  });
});
