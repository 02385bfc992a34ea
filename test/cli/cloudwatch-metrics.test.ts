import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { CycleReport } from '../../lambda/report/report.ts';
import { problemsOf, requestOf } from '../cloudwatch/requests.ts';
import { type Receiver, startReceiver } from '../outputs/push/receiver.ts';
import { type Folder, fargauge, jsonLines, temporaryFolder } from './fargauge.ts';
import { type ScrapedServer, serveMetrics } from './target.ts';

const CREDENTIALS = {
  AWS_REGION: 'eu-central-1',
  AWS_ACCESS_KEY_ID: 'test',
  AWS_SECRET_ACCESS_KEY: 'test',
};

let folder: Folder;
let target: ScrapedServer;

beforeEach(async () => {
  folder = await temporaryFolder();
  target = await serveMetrics(() => '# TYPE queue_length gauge\nqueue_length 7\nother 1\n');
});

afterEach(async () => {
  await target[Symbol.asyncDispose]();
  await folder.remove();
});

/** Collects the target's queue by PutMetricData. */
async function collect(args: readonly string[], document: object = {}) {
  const config = await folder.file('fargauge.json', {
    log_group_name: 'hosts',
    scrape_configs: [{ job_name: 'web', static_configs: [{ targets: [target.address] }] }],
    emf_processor: {
      metric_namespace: 'Hosts',
      metric_unit: { queue_length: 'Count' },
      metric_declaration: [
        { source_labels: ['job'], dimensions: [['job']], metric_selectors: ['^queue_length$'] },
      ],
    },
    ...document,
  });
  const options = ['--config', config, '--output', 'cloudwatch_metrics', ...args];
  return fargauge(['collect', ...options], CREDENTIALS);
}

function sentTo({ requests }: Receiver) {
  const sent = requests.map(requestOf);
  expect(sent.flatMap((request) => problemsOf(request, Date.now()))).toEqual([]);
  return sent.map(({ Namespace, MetricData }) => [
    Namespace,
    MetricData.map(({ Timestamp: _, ...datum }) => datum),
  ]);
}

const QUEUE = [
  'Hosts',
  [
    {
      MetricName: 'queue_length',
      Dimensions: [{ Name: 'job', Value: 'web' }],
      Unit: 'Count',
      Values: [7],
    },
  ],
];

describe('`fargauge collect --output cloudwatch_metrics`', () => {
  it('stores the metrics by signed requests, and reports to standard output', async () => {
    await using api = await startReceiver({ status: 200, body: '{}' });

    const { code, stdout, stderr } = await collect(['--endpoint-url', api.url]);

    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(sentTo(api)).toEqual([QUEUE]);
    expect(api.requests[0]?.headers).toMatchObject({
      authorization: expect.stringMatching(/\/eu-central-1\/monitoring\/aws4_request/),
      'x-amz-target': 'GraniteServiceVersion20100801.PutMetricData',
    });
    expect(stdout).toMatch(/^cloudwatch_metrics: /m);
  });

  it('takes the output of its type in the configuration, and warns of the others', async () => {
    await using api = await startReceiver({ status: 200, body: '{}' });
    const outputs = [
      { type: 'cloudwatch_metrics', name: 'central', url: api.url },
      { type: 'cloudwatch-logs' },
    ];

    const { code, stdout, stderr } = await collect(['--json'], { outputs });

    expect(code).toBe(0);
    // The first one is about the file, as it would be deployed.
    expect(stderr.split('\n')).toEqual([
      expect.stringMatching(/^warning: .*: outputs: has cloudwatch-logs and cloudwatch_metrics, /),
      'warning: cloudwatch-logs gets nothing, because --output takes precedence',
      '',
    ]);
    expect(sentTo(api)).toEqual([QUEUE]);
    const [report] = jsonLines<CycleReport>(stdout);
    expect(report?.deliveries).toMatchObject([{ output: 'central', metrics: 1 }]);
  });

  it('goes with events, for comparison', async () => {
    await using api = await startReceiver({ status: 200, body: '{}' });
    const file = folder.path('events.json');
    const args = ['--endpoint-url', api.url, '--output', 'file', '--output-file', file];

    const { code, stdout } = await collect(args);

    expect(code).toBe(0);
    expect(sentTo(api)).toEqual([QUEUE]);
    expect(stdout).toMatch(/^file .*: 1 events, 1 metric values/m);
  });

  it('has failed if CloudWatch denies it, and names the permission', async () => {
    await using api = await startReceiver({
      status: 400,
      body: JSON.stringify({ __type: 'com.amazon.coral.service#AccessDeniedException' }),
    });

    const { code, stdout } = await collect(['--endpoint-url', api.url]);

    expect(code).toBe(1);
    expect(stdout).toMatch(/^failed: .*PutMetricData.*cloudwatch:PutMetricData/m);
  });
});
