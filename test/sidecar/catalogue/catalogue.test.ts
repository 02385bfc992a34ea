import { describe, expect, it } from '@jest/globals';
import { catalogue } from '../../../sidecar/catalogue/catalogue.ts';
import { VERSION } from '../../../sidecar/catalogue/version.ts';
import {
  APP,
  SIDECAR,
  sampleContainer,
  sampleEntry,
  sampleStats,
  sampleTask,
} from '../sample-documents.ts';
import { familiesAfter, valuesIn } from '../sample-page.ts';

const PAUSE = sampleContainer('pause', '~internal~ecs~pause', { Type: 'CNI_PAUSE' });

describe('The catalogue', () => {
  it('labels the rows of the containers and the one of the task', () => {
    const families = familiesAfter([sampleTask(), sampleStats(0)]);
    const common = { container_id: 'f1e2d3c4b5a6', task_family: 'orders', task_revision: '7' };

    expect(families.get('ee_container_cpu_usage_seconds_total')?.rows).toEqual([
      { labels: { ...common, container_name: 'app' }, value: 10 },
      { labels: { ...common, container_name: 'sidecar' }, value: 10.025 },
      { labels: { ...common, container_name: '_task_', container_id: '_task_' }, value: 20.025 },
    ]);
  });

  it('has no row of an internal container, and counts it in the task', () => {
    const task = sampleTask({ Containers: [sampleContainer(APP, 'app'), PAUSE] });
    const families = familiesAfter([task, { [APP]: sampleEntry(0), pause: sampleEntry(0) }]);

    expect(valuesIn(families, 'ee_container_cpu_usage_seconds_total')).toEqual({
      app: 10,
      _task_: 20,
    });
    expect(valuesIn(families, 'ee_container_info')).toEqual({ app: 1 });
  });

  it('has only families with help, and counters exactly where the name ends in _total', () => {
    for (const { name, type, help } of familiesAfter([sampleTask(), sampleStats(0)]).values()) {
      expect(help).toMatch(/\.$/);
      expect([name, type]).toEqual([name, name.endsWith('_total') ? 'counter' : 'gauge']);
    }
  });

  it('holds nothing but the exporter where there is no observation', () => {
    const traffic = {
      requests: [{ path: '/task', code: 'timeout', count: 2 }],
      durations: [{ path: '/task', seconds: 4 }],
    } as const;

    const families = [...catalogue({ tasks: [], scope: 'task' }, false, traffic, 0)].filter(
      ({ rows }) => rows.length > 0,
    );
    expect(families.map(({ name, rows }) => [name, rows])).toEqual([
      ['ee_ecs_metrics_exporter_success', [{ labels: {}, value: 0 }]],
      ['ecs_metrics_exporter_success', [{ labels: {}, value: 0 }]],
      [
        'ee_exporter_upstream_requests_total',
        [{ labels: { path: '/task', code: 'timeout' }, value: 2 }],
      ],
      ['ee_exporter_upstream_duration_seconds', [{ labels: { path: '/task' }, value: 4 }]],
      [
        'ee_exporter_info',
        [
          {
            labels: {
              version: VERSION,
              runtime: `node ${process.version}`,
              node_version: process.version,
            },
            value: 1,
          },
        ],
      ],
    ]);
  });

  it.each([
    [{ status: 'HEALTHY' }, 1],
    [{ status: 'UNHEALTHY' }, 0],
    [{ status: 'UNKNOWN' }, undefined],
    [{ status: 'toString' }, undefined],
    [{}, undefined],
    [undefined, undefined],
  ])('takes the health %j as %p', (Health, healthy) => {
    const task = sampleTask({ Containers: [sampleContainer(APP, 'app', { Health })] });

    expect(familiesAfter([task, {}]).get('ee_container_healthy')?.rows[0]?.value).toBe(healthy);
  });

  it('suspects no out-of-memory kill where there is no limit to run into', () => {
    const suspected = (limits: object) =>
      familiesAfter([sampleTask({ Limits: limits }), { [APP]: sampleEntry(0) }]).get(
        'ee_container_oom_suspected_total',
      )?.rows.length;

    expect(suspected({ Memory: 512 })).toBe(2);
    expect(suspected({})).toBe(1);
  });

  it('tells of throttling only where there are periods', () => {
    const throttling = (periods: number) => {
      const cpu_stats = {
        throttling_data: { periods, throttled_periods: 3, throttled_time: 2_500_000_000 },
      };
      const families = familiesAfter([sampleTask(), { [APP]: sampleEntry(0, { cpu_stats }) }]);
      return ['periods', 'throttled_periods', 'throttled_seconds'].map((name) =>
        valuesIn(families, `ee_container_cpu_${name}_total`),
      );
    };

    expect(throttling(0)).toEqual([{}, {}, {}]);
    expect(throttling(20)).toEqual([{ app: 20 }, { app: 3 }, { app: 2.5 }]);
  });

  it('tells the age of the figures, which is never negative', () => {
    const families = familiesAfter([
      sampleTask(),
      { [APP]: sampleEntry(2.5), [SIDECAR]: sampleEntry(9) },
    ]);

    expect(valuesIn(families, 'ee_container_sample_age_seconds')).toEqual({ app: 2.5, sidecar: 0 });
  });

  it('has no figures of a container without stats, but its life', () => {
    const families = familiesAfter([sampleTask(), { [APP]: null, [SIDECAR]: sampleEntry(0) }]);

    expect(valuesIn(families, 'ee_container_stats_available')).toEqual({ app: 0, sidecar: 1 });
    expect(valuesIn(families, 'ee_container_memory_usage_byte')).toEqual({
      sidecar: 200_000_000,
      _task_: 200_000_000,
    });
    expect(valuesIn(families, 'ee_container_started_timestamp_seconds')).toEqual({
      app: 1_777_615_152.75,
      sidecar: 1_777_615_152.75,
    });
  });

  it.each([
    ['FARGATE', 1],
    ['EC2', 100],
  ])('shows of Windows what there is: launch type %s', (LaunchType, factor) => {
    const entry = (second: number) =>
      sampleEntry(second, {
        blkio_stats: { io_service_bytes_recursive: null, io_serviced_recursive: null },
        storage_stats: {
          read_size_bytes: 1000,
          write_size_bytes: 100 * second,
          read_count_normalized: 10,
          write_count_normalized: 20,
        },
        memory_stats: { commitbytes: 90_000_000, privateworkingset: 53_687_091.2 },
        networks: { 'Ethernet 3': { rx_bytes: 7, tx_bytes: 8 } },
      });
    const task = sampleTask({ LaunchType, Containers: [sampleContainer(APP, 'app')] });
    const families = familiesAfter([task, { [APP]: entry(0) }], [task, { [APP]: entry(10) }]);
    const figureOf = (name: string) => families.get(name)?.rows[0]?.value;

    expect(figureOf('ee_container_cpu_usage_seconds_total')).toBeCloseTo(11 * factor);
    expect(figureOf('ee_task_cpu_utilization_percent')).toBeCloseTo(20 * factor);
    expect(figureOf('ee_container_memory_working_set_bytes')).toBe(53_687_091.2);
    expect(figureOf('ee_task_memory_utilization_percent')).toBeCloseTo(5);
    expect(figureOf('ee_container_memory_working_set_max_bytes')).toBe(53_687_091.2);
    expect(figureOf('ee_container_memory_peak_bytes')).toBe(53_687_091.2);
    expect(figureOf('ee_task_block_write_bytes_per_second')).toBe(100);
    expect(figureOf('ee_container_block_read_operations_total')).toBe(10);
    expect(families.get('ee_task_network_receive_bytes_total')?.rows).toEqual([
      { labels: expect.objectContaining({ interface: 'Ethernet 3' }), value: 7 },
    ]);
    expect(
      [...families.keys()].filter((name) => /rss|cache|usage_byte|faults|pids/.test(name)),
    ).toEqual([]);
  });

  it('shows of Managed Instances, whose tasks name no network mode, one network and no page cache', () => {
    const entry = sampleEntry(0, {
      memory_stats: { usage: 200_000_000, stats: { anon: 90_000_000 } },
      networks: { eth0: { rx_bytes: 7, tx_bytes: 8 } },
    });
    const containers = [APP, SIDECAR].map((id) => sampleContainer(id, id, { Networks: undefined }));
    const families = familiesAfter([
      sampleTask({ LaunchType: 'MANAGED_INSTANCES', Containers: containers }),
      { [APP]: entry, [SIDECAR]: entry },
    ]);

    expect(families.get('ee_task_network_receive_bytes_total')?.rows).toEqual([
      { labels: expect.objectContaining({ interface: 'eth0' }), value: 7 },
    ]);
    expect(families.get('ee_task_info')?.rows[0]?.labels).toMatchObject({
      launch_type: 'MANAGED_INSTANCES',
    });
    expect(valuesIn(families, 'ee_task_memory_rss_bytes')).toEqual({ _task_: 180_000_000 });
    expect(
      [...families.keys()].filter((name) =>
        /container_network_(receive|transmit)|cache|working_set|utilized_bytes|memory_util/.test(
          name,
        ),
      ),
    ).toEqual([]);
  });

  it('leaves out a row whose value is beyond all numbers', () => {
    const networks = { a: { rx_bytes: 1e308 }, b: { rx_bytes: 1e308 } };
    const families = familiesAfter([sampleTask(), { [APP]: sampleEntry(0, { networks }) }]);

    expect(families.has('ee_container_network_io_rx_bytes')).toBe(false);
    expect(families.get('ee_task_network_receive_bytes_total')?.rows).toHaveLength(2);
  });
});
