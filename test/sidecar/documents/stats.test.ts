import { describe, expect, it } from '@jest/globals';
import type { JsonObject } from '../../../sidecar/documents/json.ts';
import { readStats, type Stats } from '../../../sidecar/documents/stats.ts';
import { sampleEntry } from '../sample-documents.ts';

describe('The reader of /task/stats', () => {
  it.each<[string, unknown]>([
    ['null, as on Fargate', null],
    ['{}, as on EC2', {}],
    ['nothing but rates', { network_rate_stats: { rx_bytes_per_sec: 1 } }],
    ['a time in the year 1', sampleEntry(0, { read: '0001-01-01T00:00:00Z' })],
    ['a time of a wrong type', sampleEntry(0, { read: 12 })],
    ['a list', []],
  ])('leaves out an entry that is %s', (_, entry) => {
    expect(readStats({ a: entry, b: sampleEntry(0) }, 'EC2').size).toBe(1);
  });

  it('reads a document that is null as empty', () => {
    expect(readStats(null, 'FARGATE').size).toBe(0);
  });

  it.each<[string, JsonObject, Partial<Stats>]>([
    [
      'adds devices, in either case of the operation',
      {
        blkio_stats: {
          io_service_bytes_recursive: [
            { minor: 0, op: 'Read', value: 100 },
            { minor: 0, op: 'Total', value: 130 },
            { minor: 1, op: 'read', value: 20 },
            { minor: 1, op: 'Write', value: 7 },
            { minor: 2, op: 'write' },
          ],
          io_serviced_recursive: [{ op: 'read', value: 3 }],
        },
      },
      { blockBytes: { read: 120, write: 7 }, blockOperations: { read: 3, write: 0 } },
    ],
    [
      'takes an empty list as no block I/O',
      { blkio_stats: { io_service_bytes_recursive: [], io_serviced_recursive: [] } },
      { blockBytes: { read: 0, write: 0 }, blockOperations: { read: 0, write: 0 } },
    ],
    [
      'takes null as block I/O that is not known',
      { blkio_stats: { io_service_bytes_recursive: null, io_serviced_recursive: null } },
      { blockBytes: undefined, blockOperations: undefined },
    ],
    [
      'reads the block I/O of Windows',
      {
        blkio_stats: { io_service_bytes_recursive: null },
        storage_stats: {
          read_size_bytes: 10,
          write_size_bytes: 20,
          read_count_normalized: 1,
          write_count_normalized: 2,
        },
      },
      { blockBytes: { read: 10, write: 20 }, blockOperations: { read: 1, write: 2 } },
    ],
    ['knows no networks where there are none', { networks: {} }, { networks: undefined }],
    [
      'keeps the counters of an interface that it has',
      { networks: { eth0: { rx_bytes: 5, tx_bytes: null, rx_packets: '7' } } },
      { networks: new Map([['eth0', { rx_bytes: 5 }]]) },
    ],
    ['reads pids', { pids_stats: { current: 9, limit: 4915 } }, { pids: 9, pidsLimit: 4915 }],
  ])('%s', (_, changes, figures) => {
    expect(readStats({ a: sampleEntry(0, changes) }, 'EC2').get('a')).toMatchObject(figures);
  });

  it.each([
    ['EC2', true, 700],
    ['EXTERNAL', true, 700],
    [undefined, true, 700],
    ['FARGATE', true, 7],
    ['EC2', false, 7],
  ])('counts CPU time in ns: launch type %s, Windows %p', (launchType, windows, total) => {
    const entry = sampleEntry(0, {
      cpu_stats: { cpu_usage: { total_usage: 7, usage_in_kernelmode: 7 } },
      precpu_stats: { cpu_usage: { total_usage: 7 } },
      memory_stats: windows ? { privateworkingset: 1000 } : { usage: 1000 },
    });

    expect(readStats({ a: entry }, launchType).get('a')?.cpu).toMatchObject({
      total,
      kernel: total,
      previousTotal: total,
      user: undefined,
    });
  });

  it('takes a negative or infinite number as unknown', () => {
    const entry = JSON.parse(
      '{"read":"2026-05-01T06:00:00Z","memory_stats":{"usage":-1,"limit":1e999}}',
    );

    expect(readStats({ a: entry }, 'EC2').get('a')?.memory).toMatchObject({
      usage: undefined,
      limit: undefined,
    });
  });
});
