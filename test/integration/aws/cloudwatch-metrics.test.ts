import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { defaultDocument } from '../../../lambda/config/native/default.ts';
import { StoredMetrics } from '../../cloudwatch/stored.ts';
import { minutesAtOnce } from '../../config/minutes-at-once.ts';
import { type Aws, REGION, startAws } from '../support/aws/aws.ts';
import { Cluster } from '../support/aws/cluster.ts';
import { readLogGroup } from '../support/aws/log-group.ts';
import { listMetrics, statisticsOf } from '../support/aws/stored-metrics.ts';
import { collect, reportOf } from '../support/collect.ts';
import { startSidecar } from '../support/sidecar.ts';

const MINUTE_MS = 60_000;

/** Digits in which sums agree that were added up in another order. */
const DIGITS = 9;

describe('PutMetricData against moto', () => {
  const started = new AsyncDisposableStack();
  let aws: Aws;
  let folder: string;
  let config: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'fargauge-moto-'));
    started.defer(() => rm(folder, { recursive: true }));
    aws = started.use(await startAws());
    const cluster = await Cluster.create(aws, 'shop');
    const tasks = [
      ...(await cluster.addService('web', 2)),
      ...(await cluster.addService('worker', 1)),
    ];
    for (const { service, address } of tasks) started.use(await startSidecar(service, address));
    config = join(folder, 'containers.json');
    await writeFile(config, JSON.stringify(minutesAtOnce(defaultDocument('containers'))));
  });

  afterAll(() => started.disposeAsync());

  it('stores the sums, bounds and sample counts that the events of the same samples say', async () => {
    const began = Date.now();
    const report = reportOf(
      await collect(
        [
          ...['--cluster', 'shop', '--config', config],
          ...['--output', 'cloudwatch-logs', 'cloudwatch_metrics'],
          ...['--endpoint-url', aws.endpoint, '--region', REGION, '--json'],
        ],
        aws.env,
      ),
    );
    expect(report.deliveries).toMatchObject([
      { output: 'cloudwatch-logs', rejected: {}, errors: [] },
      { output: 'cloudwatch_metrics', takes: 'metrics', events: 1, rejected: {}, errors: [] },
    ]);

    const events = await readLogGroup(aws.logs, '/fargauge/shop');
    const expected = new StoredMetrics();
    expected.addEvents(
      events.map(({ timestamp, message }) => {
        return { timestamp, message, logGroup: '', logStream: '', metrics: 0 };
      }),
    );
    expect(await storedOf('Fargauge', began)).toEqual(
      expected.periods.map(([key, { count, sum, least, greatest }]) => [
        key,
        ...[count, sum, least, greatest].map(rounded),
      ]),
    );
  });

  /** All that moto has of a namespace, in the form of `StoredMetrics`. */
  async function storedOf(namespace: string, began: number) {
    const from = began - 60 * MINUTE_MS;
    const metrics = await listMetrics(aws.endpoint, namespace);
    const distinct = new Map(metrics.map((metric) => [JSON.stringify(metric), metric]));
    const rows: [string, ...number[]][] = [];
    for (const metric of distinct.values()) {
      const { MetricName, Dimensions = [] } = metric;
      const dimensions = Dimensions.map(({ Name, Value }) => [Name, Value] as const).sort(
        ([one], [other]) => (one < other ? -1 : 1),
      );
      // moto counts minutes from the beginning of the question.
      const start = from - (from % MINUTE_MS);
      for (const each of await statisticsOf(aws.endpoint, metric, start, Date.now() + MINUTE_MS)) {
        const period = Math.floor(each.Timestamp / 60) * 60;
        const key = JSON.stringify([
          namespace,
          MetricName,
          dimensions,
          each.Unit ?? 'None',
          60,
          period,
        ]);
        const { SampleCount, Sum, Minimum, Maximum } = each;
        rows.push([key, ...[SampleCount, Sum, Minimum, Maximum].map(rounded)]);
      }
    }
    return rows.sort(([one], [other]) => (one < other ? -1 : 1));
  }
});

function rounded(value: number): number {
  return Number(value.toPrecision(DIGITS));
}
