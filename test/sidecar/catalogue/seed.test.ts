import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { SEED_DEFINITIONS } from '../../../sidecar/catalogue/seed.ts';
import type { JsonObject } from '../../../sidecar/documents/json.ts';
import { APP, SIDECAR, sampleEntry, sampleTask } from '../sample-documents.ts';
import { familiesAfter } from '../sample-page.ts';

/** The part of an entry that the seed exporter reads. */
interface Entry {
  readonly cpu_stats: { readonly cpu_usage: { readonly total_usage: number } };
  readonly memory_stats: { readonly usage: number; readonly stats: { readonly cache?: number } };
  readonly networks: Readonly<
    Record<string, { readonly rx_bytes: number; readonly tx_bytes: number }>
  >;
  readonly blkio_stats: Readonly<
    Record<'io_service_bytes_recursive' | 'io_serviced_recursive', Device[]>
  >;
}

interface Device {
  readonly major: number;
  readonly op: string;
  readonly value: number;
}

const CGROUP_V1 = {
  memory_stats: {
    usage: 200_000_000,
    stats: { cache: 80_000_000, rss: 90_000_000, total_inactive_file: 50_000_000 },
  },
  blkio_stats: {
    io_service_bytes_recursive: [...device(259, 'Read', 4096), ...device(259, 'Write', 100)],
    io_serviced_recursive: [...device(259, 'Read', 1), ...device(259, 'Write', 2)],
  },
};

describe('Beside the seed exporter, on the same documents,', () => {
  it('cgroup v1 with one device: only the network of the task differs', () => {
    expect(differences(CGROUP_V1)).toEqual({
      'ee_container_network_io_rx_bytes _task_': [2000, 1000],
      'ee_container_network_io_tx_bytes _task_': [1000, 500],
    });
  });

  it('of several devices all count', () => {
    const blkio_stats = {
      io_service_bytes_recursive: [...device(259, 'Read', 4096), ...device(7, 'Read', 1)],
      io_serviced_recursive: [...device(259, 'Read', 3), ...device(7, 'Read', 1)],
    };

    expect(differences({ ...CGROUP_V1, blkio_stats })).toMatchObject({
      'ee_container_block_io_read_bytes app': [1, 4097],
      'ee_container_block_io_read_bytes _task_': [2, 8194],
      'ee_container_block_io_read_ops app': [1, 4],
      'ee_container_block_io_read_ops _task_': [2, 8],
    });
  });

  it('cgroup v2 has a page cache and block I/O too', () => {
    const blkio_stats = {
      io_service_bytes_recursive: [...device(259, 'read', 4096), ...device(259, 'write', 100)],
      io_serviced_recursive: [],
    };
    const memory_stats = {
      usage: 200_000_000,
      stats: { anon: 90_000_000, file: 80_000_000, inactive_file: 50_000_000 },
    };

    expect(differences({ memory_stats, blkio_stats })).toMatchObject({
      'ee_container_memory_usage_without_cache_byte app': [200_000_000, 120_000_000],
      'ee_container_block_io_read_bytes app': [0, 4096],
      'ee_container_block_io_write_bytes app': [0, 100],
    });
  });

  it.each<[string, string, JsonObject, JsonObject | null]>([
    ['no limits', 'ee_task_cpu_limit', { Limits: null }, {}],
    ['no limits', 'ee_task_memory_limit_byte', { Limits: null }, {}],
    ['no pull', 'ee_task_pull_started_at_time', { PullStartedAt: null }, {}],
    [
      'no list of operations',
      'ee_container_block_io_read_ops',
      {},
      { blkio_stats: { io_serviced_recursive: null } },
    ],
    ['no networks', 'ee_container_network_io_rx_bytes', {}, { networks: null }],
    ['no figures', 'ee_container_cpu_usage_seconds_total', {}, null],
  ])('%s: the page is there, without %s', (_, name, task, changes) => {
    const entry = changes === null ? null : sampleEntry(0, changes);
    const families = familiesAfter([sampleTask(task), { [APP]: entry, [SIDECAR]: entry }]);

    expect(families.has(name)).toBe(false);
    expect(families.get('ee_ecs_metrics_exporter_success')?.rows[0]?.value).toBe(1);
  });

  it('the guide has a line for each series', async () => {
    const guide = await readFile(join(import.meta.dirname, '../../../docs/sidecar.md'), 'utf8');
    const table = guide.slice(guide.indexOf("## The seed exporter's series"));

    for (const { name } of SEED_DEFINITIONS) {
      const listed = [name, name.replace(/^.*(?=_(?:tx|write)_)/, '')];
      expect([name, listed.some((text) => table.includes(`\`${text}\``))]).toEqual([name, true]);
    }
  });
});

/** What the seed exporter gives and what the sidecar gives, where they differ. */
function differences(
  changes: JsonObject,
): Record<string, [seed: number, sidecar: number | undefined]> {
  const networks = { eth1: { rx_bytes: 1000, tx_bytes: 500 } };
  const entry = sampleEntry(0, { ...changes, networks });
  const families = familiesAfter([sampleTask(), { [APP]: entry, [SIDECAR]: entry }]);
  const found: Record<string, [number, number | undefined]> = {};
  for (const [name, read] of Object.entries(SEED)) {
    const value = read(entry as unknown as Entry);
    for (const [container, seed] of [
      ['app', value],
      ['_task_', 2 * value],
    ] as const) {
      const row = families
        .get(name)
        ?.rows.find(({ labels }) => labels.container_name === container);
      if (row?.value !== seed) found[`${name} ${container}`] = [seed, row?.value];
    }
  }
  return found;
}

/** Its formulas, of version 0.1.2; its rows of the task are the sums over the containers. */
const SEED: Readonly<Record<string, (entry: Entry) => number>> = {
  ee_container_cpu_usage_seconds_total: ({ cpu_stats }) => cpu_stats.cpu_usage.total_usage / 1e9,
  ee_container_memory_usage_byte: ({ memory_stats }) => memory_stats.usage,
  ee_container_memory_usage_without_cache_byte: ({ memory_stats: { usage, stats } }) =>
    usage - (stats.cache ?? 0),
  ee_container_network_io_rx_bytes: ({ networks }) => sum(networks, 'rx_bytes'),
  ee_container_network_io_tx_bytes: ({ networks }) => sum(networks, 'tx_bytes'),
  ee_container_block_io_read_bytes: ({ blkio_stats }) =>
    last(blkio_stats.io_service_bytes_recursive, 'Read'),
  ee_container_block_io_write_bytes: ({ blkio_stats }) =>
    last(blkio_stats.io_service_bytes_recursive, 'Write'),
  ee_container_block_io_read_ops: ({ blkio_stats }) =>
    last(blkio_stats.io_serviced_recursive, 'Read'),
  ee_container_block_io_write_ops: ({ blkio_stats }) =>
    last(blkio_stats.io_serviced_recursive, 'Write'),
};

function sum(networks: Entry['networks'], counter: 'rx_bytes' | 'tx_bytes'): number {
  return Object.values(networks).reduce((total, counters) => total + counters[counter], 0);
}

function last(devices: readonly Device[], op: string): number {
  return devices.findLast((entry) => entry.op === op)?.value ?? 0;
}

function device(major: number, op: string, value: number): Device[] {
  return [{ major, op, value }];
}
