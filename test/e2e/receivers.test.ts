import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type Aws, startAws } from '../../cli/demo/aws/server.ts';
import { serveMetrics } from '../cli/target.ts';
import { environmentFor, startFunction } from '../handler/function-process.ts';
import type { Answer } from '../handler/messages.ts';
import { extractMetrics } from '../integration/support/emf.ts';
import { readExportRequest } from '../outputs/otlp/export-request.ts';
import { type Receiver, type Reply, startReceiver } from '../outputs/push/receiver.ts';
import { nameOf, readWriteRequest } from '../outputs/remote-write/write-request.ts';

const GROUP = '/shop';

/** The role of the account that the workspace is in. */
const ROLE = 'arn:aws:iam::210987654321:role/writer';

const OK: Reply = { status: 204 };
const BUSY: Reply = { status: 503, headers: { 'retry-after': '60' }, body: 'restarting' };

/** What counts is 10 at first, and grows by 7 with each scrape. */
const shop = (scrape: number) => `# TYPE orders_total counter
orders_total{method="card"} ${3 + 7 * scrape}
# TYPE queue_length gauge
queue_length ${scrape}
# TYPE latency_seconds histogram
latency_seconds_bucket{le="0.1"} ${2 * scrape}
latency_seconds_bucket{le="+Inf"} ${5 * scrape}
latency_seconds_sum ${scrape}
latency_seconds_count ${5 * scrape}
# TYPE secret_figure gauge
secret_figure 1
`;

let aws: Aws;

beforeEach(async () => {
  aws = await startAws();
  aws.roles.put(ROLE, 'shop');
});

afterEach(() => aws.close());

/** A function that collects from a target into CloudWatch Logs, by remote write, and by OTLP. */
function startCollector(target: string, workspace: Receiver, collector: Receiver) {
  const config = {
    log_group_name: GROUP,
    outputs: [
      { type: 'cloudwatch-logs' },
      {
        type: 'remote_write',
        name: 'workspace',
        url: workspace.url,
        region: 'eu-west-1',
        role_arn: ROLE,
        external_id: 'shop',
        external_labels: { monitor: 'fargauge' },
        write_relabel_configs: [
          { source_labels: ['__name__'], regex: 'secret_.*|scrape_.*', action: 'drop' },
        ],
      },
      {
        type: 'otlp',
        name: 'collector',
        endpoint: new URL(collector.url).origin,
        headers: { 'X-Key': 'k' },
      },
    ],
    scrape_configs: [{ job_name: 'shop', static_configs: [{ targets: [target] }] }],
    emf_processor: {
      metric_namespace: 'Shop',
      metric_declaration: [
        { source_labels: ['job'], metric_selectors: ['^orders_total$'], dimensions: [['job']] },
      ],
    },
  };
  return startFunction({ ...environmentFor(aws), FARGAUGE_CONFIG: JSON.stringify(config) });
}

/** The orders that each request of remote write says there were, but for those that were not accepted. */
function ordersWritten({ requests }: Receiver, isAccepted: (index: number) => boolean) {
  return requests.flatMap(({ body }, index) =>
    readWriteRequest(body)
      .filter((series) => isAccepted(index) && nameOf(series).startsWith('orders_total'))
      .flatMap(({ samples }) => samples.map(({ value }) => value)),
  );
}

/** By how much CloudWatch was told that the orders grew. */
function ordersInCloudWatch() {
  return aws.logs
    .events({ group: GROUP })
    .flatMap(({ message }) => extractMetrics(message))
    .flatMap(({ values }) => values);
}

function deliveriesOf(answer: Answer) {
  if (answer.kind !== 'result') throw new Error(JSON.stringify(answer));
  return Object.fromEntries(
    answer.result.deliveries.map(({ output, rejected, errors }) => [output, { rejected, errors }]),
  );
}

const GOOD = { rejected: {}, errors: [] };

describe('one configuration with CloudWatch Logs, remote write and OTLP', () => {
  it('sends to each what it takes, as the role that it names', async () => {
    await using target = await serveMetrics(shop);
    await using workspace = await startReceiver(OK);
    await using collector = await startReceiver({ status: 200 });
    await using lambda = await startCollector(target.address, workspace, collector);

    const reports = [await lambda.invoke(), await lambda.invoke()].map(deliveriesOf);

    const all = { 'cloudwatch-logs': GOOD, workspace: GOOD, collector: GOOD };
    expect(reports).toEqual([all, all]);
    expect(ordersInCloudWatch()).toEqual([7]);

    // Metadata has a request of its own, once a minute.
    const [first, second] = workspace.requests.filter(
      ({ body }) => readWriteRequest(body).length > 0,
    );
    expect(workspace.requests).toHaveLength(3);
    const { host } = new URL(`http://${target.address}`);
    const own = `instance="${host}",job="shop"`;
    const written = readWriteRequest(second!.body).map((series) => [
      nameOf(series),
      series.samples[0]?.value,
    ]);
    expect(Object.fromEntries(written)).toEqual({
      [`orders_total{instance="${host}",job="shop",method="card",monitor="fargauge"}`]: 17,
      [`queue_length{${own},monitor="fargauge"}`]: 2,
      [`latency_seconds_bucket{instance="${host}",job="shop",le="0.1",monitor="fargauge"}`]: 4,
      [`latency_seconds_bucket{instance="${host}",job="shop",le="+Inf",monitor="fargauge"}`]: 10,
      [`latency_seconds_sum{${own},monitor="fargauge"}`]: 2,
      [`latency_seconds_count{${own},monitor="fargauge"}`]: 10,
      [`up{${own},monitor="fargauge"}`]: 1,
    });
    const [, key = '', scope] =
      /Credential=(\w+)\/\d{8}\/([\w/-]+),/.exec(first!.headers.authorization ?? '') ?? [];
    expect(scope).toBe('eu-west-1/aps/aws4_request');
    expect(aws.roles.accountOf(key)).toBe('210987654321');

    expect(collector.requests[1]).toMatchObject({
      path: '/v1/metrics',
      headers: { 'x-key': 'k' },
    });
    expect(collector.requests[1]?.headers).not.toHaveProperty('authorization');
    const points = readExportRequest(collector.requests[1]!.body);
    expect(points.find(({ metric }) => metric === 'orders_total')).toMatchObject({
      resource: { 'service.name': 'shop', 'service.instance.id': host },
      kind: 'sum',
      attributes: { method: 'card' },
      value: 17,
    });
    expect(points.find(({ metric }) => metric === 'latency_seconds')).toMatchObject({
      kind: 'histogram',
      count: 10n,
      bounds: [0.1],
      counts: [4n, 6n],
    });
  });

  it('keeps what fails at one of them from the others', async () => {
    await using target = await serveMetrics(shop);
    // The second request has the metadata of the first cycle.
    await using workspace = await startReceiver(OK, OK, BUSY, OK);
    await using collector = await startReceiver({ status: 400, body: 'no such tenant' });
    await using lambda = await startCollector(target.address, workspace, collector);

    const reports = [
      deliveriesOf(await lambda.invoke()),
      deliveriesOf(await lambda.invoke()),
      deliveriesOf(await lambda.invoke()),
    ];

    // Each difference came once, and the receiver that was busy has a gap but no value twice.
    expect(ordersInCloudWatch()).toEqual([7, 7]);
    expect(ordersWritten(workspace, (index) => index !== 2)).toEqual([10, 24]);
    expect(reports.map((report) => report['cloudwatch-logs'])).toEqual([GOOD, GOOD, GOOD]);
    expect(reports.map((report) => report.workspace)).toEqual([
      GOOD,
      {
        rejected: { unavailable: expect.any(Number) },
        errors: [expect.stringContaining('failed. HTTP 503: restarting')],
      },
      GOOD,
    ]);
    for (const { collector: report } of reports) {
      expect(report).toEqual({
        rejected: { refused: expect.any(Number) },
        errors: [expect.stringContaining('was refused. HTTP 400: no such tenant')],
      });
    }
  });

  it('goes on where CloudWatch Logs is the one that fails', async () => {
    await using target = await serveMetrics(shop);
    await using workspace = await startReceiver(OK);
    await using collector = await startReceiver({ status: 200 });
    await using lambda = await startCollector(target.address, workspace, collector);
    await lambda.invoke();
    aws.faults.inject('PutLogEvents', { kind: 'deny' });

    const report = deliveriesOf(await lambda.invoke());

    expect(report).toMatchObject({
      'cloudwatch-logs': { rejected: { access_denied: 1 } },
      workspace: GOOD,
      collector: GOOD,
    });
    expect(ordersWritten(workspace, () => true)).toEqual([10, 17]);
  });

  it('says which role cannot be assumed', async () => {
    aws.roles.remove(ROLE);
    await using target = await serveMetrics(shop);
    await using workspace = await startReceiver(OK);
    await using collector = await startReceiver({ status: 200 });
    await using lambda = await startCollector(target.address, workspace, collector);

    const report = deliveriesOf(await lambda.invoke());

    expect(workspace.requests).toEqual([]);
    expect(report).toMatchObject({
      'cloudwatch-logs': GOOD,
      workspace: {
        rejected: { access_denied: expect.any(Number) },
        errors: [expect.stringContaining(`the role ${ROLE} cannot be assumed`)],
      },
      collector: GOOD,
    });
  });
});
