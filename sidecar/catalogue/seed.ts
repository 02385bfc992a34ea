import { wholeSeconds } from '../documents/instant.ts';
import type { InterfaceCounter } from '../documents/stats.ts';
import { cpuSeconds } from '../figures/cpu.ts';
import { sumInterfaces } from '../figures/network.ts';
import { counter, type Definition, gauge } from './definition.ts';

/**
 * The names of knziiy/ecs-metrics-exporter, with its labels and its `_task_` rows among those of the containers.
 * Network and block I/O are gauges there, although they only grow; each has a counter with a new name in addition.
 */
export const SEED_DEFINITIONS: readonly Definition[] = [
  gauge('ee_task_cpu_limit', 'CPU limit of the task, in vCPU.', {
    task: ({ task }) => task.cpuLimit,
  }),
  gauge('ee_task_memory_limit_byte', 'Memory limit of the task, in bytes.', {
    task: ({ task }) => task.memoryLimit,
  }),
  gauge(
    'ee_task_pull_started_at_time',
    'Time at which the pull of the images began, in epoch seconds.',
    {
      task: ({ task }) => wholeSeconds(task.pullStartedAt),
    },
  ),
  gauge(
    'ee_task_pull_stopped_at_time',
    'Time at which the pull of the images ended, in epoch seconds.',
    {
      task: ({ task }) => wholeSeconds(task.pullStoppedAt),
    },
  ),
  gauge(
    'ee_container_last_started_at_time',
    'Time at which the last container of the task started, in epoch seconds.',
    { task: ({ lastStartedAt }) => wholeSeconds(lastStartedAt) },
  ),
  counter('ee_container_cpu_usage_seconds_total', 'CPU time used.', {
    container: ({ stats }) => cpuSeconds(stats?.cpu.total),
    task: ({ cpu }) => cpuSeconds(cpu.time),
  }),
  gauge('ee_container_memory_usage_byte', 'Memory used with the page cache, in bytes.', {
    container: ({ memory }) => memory.usage,
    task: ({ memory }) => memory.usage,
  }),
  gauge(
    'ee_container_memory_usage_without_cache_byte',
    'Memory used minus the page cache, in bytes.',
    {
      container: ({ memory }) => memory.withoutCache,
      task: ({ memory }) => memory.withoutCache,
    },
  ),
  network('ee_container_network_io_rx_bytes', 'Bytes received over the network.', 'rx_bytes'),
  network('ee_container_network_io_tx_bytes', 'Bytes sent over the network.', 'tx_bytes'),
  gauge('ee_container_block_io_read_bytes', 'Bytes read from block devices.', {
    container: ({ stats }) => stats?.blockBytes?.read,
    task: ({ blockIo }) => blockIo.bytes?.read,
  }),
  gauge('ee_container_block_io_write_bytes', 'Bytes written to block devices.', {
    container: ({ stats }) => stats?.blockBytes?.write,
    task: ({ blockIo }) => blockIo.bytes?.write,
  }),
  gauge('ee_container_block_io_read_ops', 'Read operations of block devices.', {
    container: ({ stats }) => stats?.blockOperations?.read,
    task: ({ blockIo }) => blockIo.operations?.read,
  }),
  gauge('ee_container_block_io_write_ops', 'Write operations of block devices.', {
    container: ({ stats }) => stats?.blockOperations?.write,
    task: ({ blockIo }) => blockIo.operations?.write,
  }),
];

/** In awsvpc the containers' rows all show the task's one interface, and the task's row is not their sum. */
function network(name: string, help: string, direction: InterfaceCounter): Definition {
  return gauge(name, help, {
    container: ({ stats }) => sumInterfaces(stats?.networks, direction),
    task: (figures) => sumInterfaces(figures.network.interfaces, direction),
  });
}
