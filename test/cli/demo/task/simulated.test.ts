import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { PLANS } from '../../../../cli/demo/cluster.ts';
import { type TaskAddress, taskAddresses } from '../../../../cli/demo/task/addresses.ts';
import { MetadataEndpoint } from '../../../../cli/demo/task/metadata.ts';
import { SimulatedTask } from '../../../../cli/demo/task/simulated.ts';
import { serveMetrics } from '../../target.ts';

const PLACE = {
  clusterArn: 'arn:aws:ecs:us-east-1:123456789012:cluster/demo',
  taskArn: 'arn:aws:ecs:us-east-1:123456789012:task/demo/a1',
};

const METRIC = 'ee_task_cpu_utilization_percent';

let endpoint: MetadataEndpoint;
let address: TaskAddress;

beforeEach(async () => {
  endpoint = await MetadataEndpoint.start();
  [address] = (await taskAddresses(1, Math.random)) as [TaskAddress];
});

afterEach(() => endpoint.close());

describe('a simulated task', () => {
  it('that cannot start fails at once with what its sidecar said', async () => {
    await using _occupied = await serveMetrics(() => '', {
      host: address.host,
      port: address.sidecarPort,
    });
    const task = new SimulatedTask(PLANS[0]!, address, endpoint, PLACE);
    try {
      await expect(task.measured(METRIC, new AbortController().signal)).rejects.toThrow(
        /^the sidecar at \S+ gave no ee_task_cpu_utilization_percent before its task ended; it said: .*EADDRINUSE/s,
      );
    } finally {
      await task.stop();
    }
  });

  it('is left alone when the demo is told to stop, and ends both of its processes', async () => {
    const stop = new AbortController();
    const task = new SimulatedTask(PLANS[1]!, address, endpoint, PLACE);
    const pids = [task.appPid, task.sidecarPid];
    stop.abort();
    await expect(task.measured(METRIC, stop.signal)).resolves.toBeUndefined();

    await task.stop();

    for (const pid of pids) expect(() => process.kill(pid, 0)).toThrow('ESRCH');
  });
});
