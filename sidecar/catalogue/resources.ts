import { NO_LIMIT } from '../figures/memory.ts';
import { counter, type Definition, gauge, sampled } from './definition.ts';

/** Block I/O, processes and ephemeral storage. */
export const RESOURCE_DEFINITIONS: readonly Definition[] = [
  counter('ee_container_block_read_bytes_total', 'Bytes read from block devices.', {
    container: ({ stats }) => stats?.blockBytes?.read,
  }),
  counter('ee_container_block_write_bytes_total', 'Bytes written to block devices.', {
    container: ({ stats }) => stats?.blockBytes?.write,
  }),
  counter('ee_container_block_read_operations_total', 'Read operations of block devices.', {
    container: ({ stats }) => stats?.blockOperations?.read,
  }),
  counter('ee_container_block_write_operations_total', 'Write operations of block devices.', {
    container: ({ stats }) => stats?.blockOperations?.write,
  }),
  sampled('ee_container_block_read_bytes_per_second', 'Rate of bytes read from block devices.', {
    container: ({ rates }) => rates.blockIo.read,
  }),
  sampled('ee_container_block_write_bytes_per_second', 'Rate of bytes written to block devices.', {
    container: ({ rates }) => rates.blockIo.write,
  }),
  counter('ee_task_block_read_bytes_total', 'Bytes read by the task from block devices.', {
    task: ({ blockIo }) => blockIo.bytes?.read,
  }),
  counter('ee_task_block_write_bytes_total', 'Bytes written by the task to block devices.', {
    task: ({ blockIo }) => blockIo.bytes?.write,
  }),
  counter('ee_task_block_read_operations_total', 'Read operations of the task.', {
    task: ({ blockIo }) => blockIo.operations?.read,
  }),
  counter('ee_task_block_write_operations_total', 'Write operations of the task.', {
    task: ({ blockIo }) => blockIo.operations?.write,
  }),
  sampled('ee_task_block_read_bytes_per_second', 'Rate of bytes read by the task.', {
    task: ({ blockIo }) => blockIo.rates.read,
  }),
  sampled('ee_task_block_write_bytes_per_second', 'Rate of bytes written by the task.', {
    task: ({ blockIo }) => blockIo.rates.write,
  }),
  sampled('ee_container_pids', 'Threads and processes.', {
    container: ({ stats }) => stats?.pids,
  }),
  gauge('ee_container_pids_limit', 'Limit of threads and processes.', {
    container: ({ stats }) => limitOf(stats?.pidsLimit),
  }),
  sampled('ee_task_ephemeral_storage_used_bytes', 'Ephemeral storage used, images included.', {
    task: ({ task }) => task.storage.used,
  }),
  gauge('ee_task_ephemeral_storage_reserved_bytes', 'Ephemeral storage reserved.', {
    task: ({ task }) => task.storage.reserved,
  }),
  sampled(
    'ee_task_ephemeral_storage_utilization_percent',
    'Ephemeral storage used in percent of the reserved storage.',
    { task: ({ task }) => shareOf(task.storage.used, task.storage.reserved) },
  ),
];

function limitOf(limit: number | undefined): number | undefined {
  return limit !== undefined && limit > 0 && limit < NO_LIMIT ? limit : undefined;
}

function shareOf(used: number | undefined, reserved: number | undefined): number | undefined {
  return used === undefined || !reserved ? undefined : (used / reserved) * 100;
}
