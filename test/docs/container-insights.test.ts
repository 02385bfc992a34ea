import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { type Aws, startAws } from '../../cli/demo/aws/server.ts';
import { taskAddresses } from '../../cli/demo/task/addresses.ts';
import { collectorBundle } from '../bundles.ts';
import { environmentFor, startFunction } from '../handler/function-process.ts';
import { extractMetrics } from '../integration/support/emf.ts';
import { servedSeries } from '../sidecar/served-series.ts';
import { deployedIn } from './deployed.ts';
import { Guide } from './guide.ts';
import { type Journey, startJourney } from './journey.ts';
import { startSidecarOf } from './sidecar-of.ts';

const SLOW = 240_000;
const PAGE = 'docs/migrate-container-insights.md';

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Container-Insights-enhanced-observability-metrics-ECS.html */
const ENHANCED =
  `ContainerInstanceCount ContainerCpuUtilized ContainerCpuReserved ContainerCpuUtilization
  ContainerMemoryUtilized ContainerMemoryReserved ContainerMemoryUtilization ContainerNetworkRxBytes
  ContainerNetworkTxBytes ContainerStorageReadBytes ContainerStorageWriteBytes CpuUtilized CpuReserved DeploymentCount
  DesiredTaskCount EBSFilesystemSize EBSFilesystemUtilized TaskEBSFilesystemUtilization EphemeralStorageReserved
  EphemeralStorageUtilized MemoryUtilized MemoryReserved NetworkRxBytes NetworkTxBytes PendingTaskCount RunningTaskCount
  RestartCount UnHealthyContainerHealthStatus ServiceCount StorageReadBytes StorageWriteBytes TaskCount
  TaskCpuUtilization TaskEphemeralStorageUtilization TaskMemoryUtilization TaskSetCount instance_cpu_limit
  instance_cpu_reserved_capacity instance_cpu_usage_total instance_cpu_utilization instance_filesystem_utilization
  instance_memory_limit instance_memory_reserved_capacity instance_memory_utilization instance_memory_working_set
  instance_network_total_bytes instance_number_of_running_tasks`.split(/\s+/);

/** https://docs.aws.amazon.com/AmazonECS/latest/developerguide/additional-metrics-managed-instances.html */
const OF_MANAGED_INSTANCES = [
  'InstanceOSFilesystemUtilization',
  'InstanceDataFilesystemUtilization',
];

/** Of containers in bridge mode only, which the rules of the guide leave out. */
const BRIDGE = /^ee_container_network_/;

/** Rows of the tables: what Container Insights calls a metric, and the series that the guide names, or none. */
const ROWS = Array.from(
  new Guide(PAGE).text.matchAll(/^\| (\w+) \| (?:`(ee_\w+)`|none) \|/gm),
  ([, theirs = '', ours]) => [theirs, ours] as const,
);

let journey: Journey;
let aws: Aws;
beforeAll(async () => {
  await collectorBundle();
  journey = await startJourney(PAGE);
}, SLOW);
afterAll(async () => {
  expect(journey.remaining).toEqual([]);
  await journey[Symbol.asyncDispose]();
});
beforeEach(async () => {
  aws = await startAws();
});
afterEach(() => aws.close());

describe('the tables', () => {
  it('have each metric that AWS documents, once', () => {
    const theirs = ROWS.map(([name]) => name).sort();
    expect(theirs).toEqual([...ENHANCED, ...OF_MANAGED_INSTANCES].sort());
  });

  it('name series of the sidecar only', () => {
    const served = servedSeries();
    expect(ROWS.filter(([, ours]) => ours !== undefined && !served.has(ours))).toEqual([]);
  });
});

describe('Container Insights, by the guide', () => {
  it(
    'is replaced: each metric that has a counterpart is published by the service, with its alarm',
    async () => {
      expect(await journey.runNext()).toMatchObject({ code: 0 });
      const deployed = await deployedIn(journey, 'payments/cdk.out');
      const [address] = await taskAddresses(1, Math.random);
      await using _sidecar = await startSidecarOf(deployed, 'payments', address!.host);
      const place = { cluster: 'payments', service: 'payments' };
      deployed.runTask(aws, 'payments', address!.host, place);
      const looked = await journey.runNext(environmentFor(aws));
      expect(looked).toMatchObject({ code: 0, stderr: expect.not.stringContaining('warning') });
      await using lambda = await startFunction({
        ...deployed.functionEnvironment,
        ...environmentFor(aws),
      });
      await lambda.invoke();
      await lambda.invoke();

      const metrics = aws.logs.events().flatMap(({ message }) => extractMetrics(message));
      const published = new Set(
        metrics
          .filter(({ namespace }) => namespace === 'Payments')
          .map(({ name, dimensions }) => `${name} by ${Object.keys(dimensions).sort()}`),
      );
      const wanted = ROWS.flatMap(([, ours]) => (ours && !BRIDGE.test(ours) ? [ours] : []));
      const sets = {
        task: 'ClusterName,ServiceName',
        container: 'ClusterName,ServiceName,container_name',
      };
      expect([...published].sort()).toEqual(
        [...new Set(wanted)]
          .map((name) => `${name} by ${name.startsWith('ee_task') ? sets.task : sets.container}`)
          .sort(),
      );
      expect(published.size).toBe(14 + 10);
    },
    SLOW,
  );
});
