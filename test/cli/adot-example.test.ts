import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type Aws, startAws } from '../../cli/demo/aws/server.ts';
import { PLANS, register } from '../../cli/demo/cluster.ts';
import { taskAddresses } from '../../cli/demo/task/addresses.ts';
import { extractMetrics } from '../integration/support/emf.ts';
import { ROOT } from '../integration/support/places.ts';
import { credentialsFor, type Folder, startFargauge, temporaryFolder } from './fargauge.ts';
import { serveMetrics } from './target.ts';

/** The names in docs/migrate-adot.md for the eight metrics of the usual filter, with what they stand at in the n-th scrape. */
const EIGHT: Readonly<Record<string, readonly [type: string, at: (scrape: number) => number]>> = {
  ee_task_memory_utilized_bytes: ['gauge', () => 4_000],
  ee_task_memory_limit_byte: ['gauge', () => 8_000],
  ee_task_cpu_utilized_units: ['gauge', () => 128],
  ee_task_cpu_reserved_units: ['gauge', () => 256],
  ee_task_network_receive_bytes_per_second: ['gauge', () => 10],
  ee_task_network_transmit_bytes_per_second: ['gauge', () => 20],
  ee_task_block_read_bytes_total: ['counter', (scrape) => 100 * scrape],
  ee_task_block_write_bytes_total: ['counter', (scrape) => 300 * scrape],
};

const OTHERS = `# TYPE ee_task_cpu_utilization_percent gauge
ee_task_cpu_utilization_percent 50
# TYPE ee_container_memory_usage_byte gauge
ee_container_memory_usage_byte{container_name="app"} 5
# TYPE ee_task_info gauge
ee_task_info 1
`;

const EXAMPLE = join(ROOT, 'examples/adot-eight-metrics.yaml');

let aws: Aws;
let folder: Folder;

beforeEach(async () => {
  aws = await startAws();
  folder = await temporaryFolder();
});

afterEach(async () => {
  await folder.remove();
  await aws.close();
});

describe('examples/adot-eight-metrics.yaml', () => {
  it('publishes the eight metrics of a task and none of its others', async () => {
    const [address] = await taskAddresses(1, Math.random);
    register(aws.ecs, { ...PLANS[0]!, instrumented: false }, address!);
    await using _sidecar = await serveMetrics(
      (scrape) =>
        OTHERS +
        Object.entries(EIGHT)
          .map(([name, [type, at]]) => `# TYPE ${name} ${type}\n${name} ${at(scrape)}\n`)
          .join(''),
      { host: address!.host, port: address!.sidecarPort },
    );
    // Where the system has one loopback address only, sidecars have other ports than the usual one.
    const text = (await readFile(EXAMPLE, 'utf8')).replace(/"9546"/, `"${address!.sidecarPort}"`);
    const config = await folder.file('fargauge.yaml', text);
    await using collector = startFargauge(
      [
        ...['collect', '--config', config, '--cluster', 'demo'],
        ...['--output', 'cloudwatch-logs', '--every', '50ms', '--endpoint-url', aws.url],
      ],
      credentialsFor(aws),
    );
    // Counters have a difference in the second cycle.
    await collector.says(/, 8 published/);
    await collector.stop();

    const published = new Map(
      aws.logs
        .events()
        .flatMap(({ message }) => extractMetrics(message))
        .map(({ name, dimensions, values }) => [name, { dimensions, values }]),
    );
    const dimensions = { ClusterName: 'shop', TaskDefinitionFamily: 'web' };
    expect(Object.fromEntries(published)).toEqual(
      Object.fromEntries(
        Object.entries(EIGHT).map(([name, [type, at]]) => [
          name,
          { dimensions, values: [type === 'counter' ? at(2) - at(1) : at(1)] },
        ]),
      ),
    );
  });
});
