import type { JsonObject } from '../../sidecar/documents/json.ts';

/** DockerIds of the sample task's containers. */
export const APP = 'f1e2d3c4b5a697887766554433221100-0000000001';
export const SIDECAR = 'f1e2d3c4b5a697887766554433221100-0000000002';

/** When the samples begin, in epoch seconds. */
export const START = Date.parse('2026-05-01T06:00:00Z') / 1000;

/** A task of two containers on Fargate with 0.5 vCPU and 1 GiB. */
export function sampleTask(changes: JsonObject = {}): JsonObject {
  return {
    Cluster: 'arn:aws:ecs:eu-west-1:123456789012:cluster/shop',
    TaskARN: 'arn:aws:ecs:eu-west-1:123456789012:task/shop/f1e2d3c4b5a697887766554433221100',
    Family: 'orders',
    Revision: '7',
    DesiredStatus: 'RUNNING',
    KnownStatus: 'RUNNING',
    Limits: { CPU: 0.5, Memory: 1024 },
    PullStartedAt: '2026-05-01T05:59:00.25Z',
    PullStoppedAt: '2026-05-01T05:59:10.5Z',
    AvailabilityZone: 'eu-west-1a',
    LaunchType: 'FARGATE',
    Containers: [
      sampleContainer(APP, 'app'),
      sampleContainer(SIDECAR, 'sidecar', { Limits: { CPU: 128, Memory: 256 } }),
    ],
    ClockDrift: {
      ClockErrorBound: 0.5,
      ReferenceTimestamp: '2026-05-01T06:00:00Z',
      ClockSynchronizationStatus: 'SYNCHRONIZED',
    },
    EphemeralStorageMetrics: { Utilized: 1024, Reserved: 20496 },
    ...changes,
  };
}

export function sampleContainer(id: string, name: string, changes: JsonObject = {}): JsonObject {
  return {
    DockerId: id,
    Name: name,
    Image: `registry.example/${name}:1`,
    DesiredStatus: 'RUNNING',
    KnownStatus: 'RUNNING',
    Limits: { CPU: 2 },
    CreatedAt: '2026-05-01T05:59:11Z',
    StartedAt: '2026-05-01T05:59:12.75Z',
    Type: 'NORMAL',
    Networks: [{ NetworkMode: 'awsvpc', IPv4Addresses: ['10.0.0.7'] }],
    Health: { status: 'HEALTHY', statusSince: '2026-05-01T05:59:30Z' },
    RestartCount: 0,
    ...changes,
  };
}

/** Both containers' entries, `second` seconds after the start and sampled every `interval`: 0.1 vCPU each. */
export function sampleStats(second: number, interval?: number): JsonObject {
  return {
    [APP]: sampleEntry(second, {}, interval),
    [SIDECAR]: sampleEntry(second + 0.25, {}, interval),
  };
}

/** An entry that has used 0.1 vCPU since the start. */
export function sampleEntry(second: number, changes: JsonObject = {}, interval = 10): JsonObject {
  return {
    read: timeAt(second),
    preread: timeAt(second - interval),
    pids_stats: {},
    blkio_stats: {
      io_service_bytes_recursive: [
        { major: 259, minor: 0, op: 'read', value: 4096 },
        { major: 259, minor: 0, op: 'write', value: Math.round(1000 * second) },
      ],
      io_serviced_recursive: null,
    },
    storage_stats: {},
    cpu_stats: cpuAt(second),
    precpu_stats: cpuAt(second - interval),
    memory_stats: {
      usage: 200_000_000,
      limit: 2 ** 63,
      stats: { anon: 90_000_000, file: 80_000_000, inactive_file: 50_000_000, pgfault: 10 },
    },
    networks: { eth1: { rx_bytes: Math.round(2000 * second), tx_bytes: 500 } },
    network_rate_stats: { rx_bytes_per_sec: 2000, tx_bytes_per_sec: 0 },
    ...changes,
  };
}

function cpuAt(second: number): JsonObject {
  return {
    cpu_usage: { total_usage: Math.round((100 + second) * 100_000_000) },
    throttling_data: { periods: 0 },
  };
}

function timeAt(second: number): string {
  return new Date((START + second) * 1000).toISOString();
}
