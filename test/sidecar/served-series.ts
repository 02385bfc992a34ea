import type { JsonObject } from '../../sidecar/documents/json.ts';
import {
  APP,
  SIDECAR,
  sampleContainer,
  sampleEntry,
  sampleStats,
  sampleTask,
} from './sample-documents.ts';
import { familiesAfter } from './sample-page.ts';

const NETWORK = {
  ...{ rx_bytes: 9000, rx_packets: 90, rx_errors: 1, rx_dropped: 2 },
  ...{ tx_bytes: 8000, tx_packets: 80, tx_errors: 3, tx_dropped: 4 },
};

/** Statistics with all that an engine gives, `second` seconds after the start. */
function statsAt(second: number): JsonObject {
  const cpu = (at: number) => ({
    cpu_usage: {
      total_usage: at * 1e8,
      usage_in_kernelmode: at * 4e7,
      usage_in_usermode: at * 6e7,
    },
  });
  const changes = {
    networks: { eth0: NETWORK },
    cpu_stats: cpu(100 + second),
    precpu_stats: cpu(90 + second),
  };
  return { [APP]: sampleEntry(second, changes), [SIDECAR]: sampleEntry(second, changes) };
}

/** What a task on Fargate exposes, one container of which has ended. */
function onFargate() {
  const ended = sampleContainer('ended', 'ended', {
    KnownStatus: 'STOPPED',
    ExitCode: 0,
    FinishedAt: '2026-05-01T05:59:50Z',
  });
  const { Containers } = sampleTask() as { Containers: JsonObject[] };
  const limited = { ...Containers[0], Limits: { CPU: 128, Memory: 512 } };
  const task = sampleTask({ Containers: [limited, ...Containers.slice(1), ended] });
  return familiesAfter([task, sampleStats(-10)], [task, statsAt(0)]);
}

/** What a task on EC2 exposes whose containers have networks of their own. */
function onBridge() {
  const networks = { Networks: [{ NetworkMode: 'bridge', IPv4Addresses: ['172.17.0.2'] }] };
  const containers = [
    sampleContainer(APP, 'app', networks),
    sampleContainer(SIDECAR, 'b', networks),
  ];
  const task = sampleTask({ LaunchType: 'EC2', Containers: containers });
  return familiesAfter([task, statsAt(-10)], [task, statsAt(0)]);
}

/**
 * Every series that the sidecar has on Fargate and on EC2, as `name{label="value"}` for each of its labels and without any.
 */
export function servedSeries(): ReadonlySet<string> {
  const served = new Set<string>();
  for (const page of [onFargate(), onBridge()]) {
    for (const [name, { rows }] of page) {
      served.add(name);
      for (const { labels } of rows) {
        for (const [label, value] of Object.entries(labels)) {
          served.add(`${name}{${label}="${value}"}`);
        }
      }
    }
  }
  return served;
}
