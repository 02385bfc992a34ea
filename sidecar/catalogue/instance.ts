import { cpuUnits } from '../figures/cpu.ts';
import { type Definition, gauge, sampled } from './definition.ts';

/** Use and reservations of all tasks of an instance, and its capacity as far as the documents tell it. */
export const INSTANCE_DEFINITIONS: readonly Definition[] = [
  gauge('ee_instance_tasks', 'Tasks that run on the instance.', {
    instance: ({ tasks }) => tasks,
  }),
  gauge('ee_instance_containers', 'Containers of these tasks that have figures.', {
    instance: ({ containers }) => containers,
  }),
  sampled('ee_instance_cpu_usage_vcpus', 'CPU used by all tasks of the instance, in vCPU.', {
    instance: ({ cpu }) => cpu.vcpus,
  }),
  sampled(
    'ee_instance_cpu_utilization_percent',
    'CPU used by all tasks in percent of the CPU of the instance.',
    { instance: ({ cpu }) => shareOf(cpuUnits(cpu.vcpus), cpu.capacity) },
  ),
  gauge(
    'ee_instance_cpu_capacity_units',
    'CPU that the instance has, in CPU units (1024 to a vCPU).',
    { instance: ({ cpu }) => cpu.capacity },
  ),
  gauge(
    'ee_instance_cpu_reserved_units',
    'CPU that its tasks reserve, in CPU units (1024 to a vCPU).',
    { instance: ({ cpu }) => cpu.reserved },
  ),
  gauge(
    'ee_instance_cpu_reservation_percent',
    'CPU that its tasks reserve in percent of the CPU of the instance.',
    { instance: ({ cpu }) => shareOf(cpu.reserved, cpu.capacity) },
  ),
  sampled(
    'ee_instance_memory_utilized_bytes',
    'Memory used by all tasks of the instance as CloudWatch counts it.',
    { instance: ({ memory }) => memory.utilized },
  ),
  sampled('ee_instance_memory_working_set_bytes', 'Working set of all tasks of the instance.', {
    instance: ({ memory }) => memory.workingSet,
  }),
  sampled(
    'ee_instance_memory_utilization_percent',
    'Memory used by all tasks as CloudWatch counts it, in percent of the memory of the instance.',
    { instance: ({ memory }) => shareOf(memory.utilized, memory.capacity) },
  ),
  gauge('ee_instance_memory_capacity_bytes', 'Memory that the instance has.', {
    instance: ({ memory }) => memory.capacity,
  }),
  gauge('ee_instance_memory_reserved_bytes', 'Memory that its tasks reserve.', {
    instance: ({ memory }) => memory.reserved,
  }),
  gauge(
    'ee_instance_memory_reservation_percent',
    'Memory that its tasks reserve in percent of the memory of the instance.',
    { instance: ({ memory }) => shareOf(memory.reserved, memory.capacity) },
  ),
  sampled(
    'ee_instance_network_receive_bytes_per_second',
    'Rate of bytes received by all tasks of the instance.',
    { instance: ({ network }) => network.rx },
  ),
  sampled(
    'ee_instance_network_transmit_bytes_per_second',
    'Rate of bytes sent by all tasks of the instance.',
    { instance: ({ network }) => network.tx },
  ),
  sampled(
    'ee_instance_block_read_bytes_per_second',
    'Rate of bytes read by all tasks of the instance from block devices.',
    { instance: ({ blockIo }) => blockIo.read },
  ),
  sampled(
    'ee_instance_block_write_bytes_per_second',
    'Rate of bytes written by all tasks of the instance to block devices.',
    { instance: ({ blockIo }) => blockIo.write },
  ),
];

function shareOf(part: number | undefined, whole: number | undefined): number | undefined {
  return part === undefined || !whole ? undefined : (part / whole) * 100;
}
