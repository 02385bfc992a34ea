import type { CpuStats } from '../documents/stats.ts';
import { cpuSeconds, cpuUnits } from '../figures/cpu.ts';
import { counter, type Definition, gauge, sampled, withBase } from './definition.ts';

export const CPU_DEFINITIONS: readonly Definition[] = [
  sampled('ee_container_cpu_usage_vcpus', 'CPU used between the last two samples, in vCPU.', {
    container: ({ rates }) => rates.vcpus,
  }),
  gauge(
    'ee_container_cpu_utilized_units',
    'CPU used between the last two samples, in CPU units (1024 to a vCPU).',
    { container: ({ rates }) => cpuUnits(rates.vcpus) },
  ),
  sampled(
    'ee_container_cpu_utilization_percent',
    'CPU used in percent of the reservation of the container, else of the limit of the task. Can exceed 100.',
    { container: ({ cpuUtilization }) => withBase(cpuUtilization) },
  ),
  gauge(
    'ee_container_cpu_utilization_max_percent',
    'Greatest CPU utilization among the samples of the last 60 seconds, in percent.',
    { container: ({ cpuUtilizationMax }) => withBase(cpuUtilizationMax) },
  ),
  gauge(
    'ee_container_cpu_reserved_units',
    'CPU that the container reserves, in CPU units (1024 to a vCPU).',
    { container: ({ container }) => container.cpuUnits },
  ),
  counter('ee_container_cpu_user_seconds_total', 'CPU time in user mode.', {
    container: ({ stats }) => cpuSeconds(stats?.cpu.user),
  }),
  counter('ee_container_cpu_system_seconds_total', 'CPU time in kernel mode.', {
    container: ({ stats }) => cpuSeconds(stats?.cpu.kernel),
  }),
  counter('ee_container_cpu_periods_total', 'Enforcement periods of the CPU quota.', {
    container: ({ stats }) => throttlingOf(stats?.cpu, 'periods'),
  }),
  counter(
    'ee_container_cpu_throttled_periods_total',
    'Enforcement periods in which the CPU was throttled.',
    { container: ({ stats }) => throttlingOf(stats?.cpu, 'throttledPeriods') },
  ),
  counter('ee_container_cpu_throttled_seconds_total', 'Time for which the CPU was throttled.', {
    container: ({ stats }) => cpuSeconds(throttlingOf(stats?.cpu, 'throttledTime')),
  }),
  sampled('ee_task_cpu_usage_vcpus', 'CPU used by all containers of the task, in vCPU.', {
    task: ({ cpu }) => cpu.vcpus,
  }),
  gauge(
    'ee_task_cpu_utilized_units',
    'CPU used by all containers of the task, in CPU units (1024 to a vCPU).',
    { task: ({ cpu }) => cpuUnits(cpu.vcpus) },
  ),
  gauge(
    'ee_task_cpu_reserved_units',
    'CPU limit of the task, else the reservation of its containers, in CPU units (1024 to a vCPU).',
    { task: ({ cpu }) => withBase(cpu.reservation) },
  ),
  sampled(
    'ee_task_cpu_utilization_percent',
    'CPU used in percent of the limit of the task, else of the reservation of its containers.',
    { task: ({ cpu }) => withBase(cpu.utilization) },
  ),
  gauge(
    'ee_task_cpu_utilization_max_percent',
    'Greatest CPU utilization of the task among the samples of the last 60 seconds, in percent.',
    { task: ({ cpu }) => withBase(cpu.utilizationMax) },
  ),
  counter(
    'ee_task_cpu_saturated_seconds_total',
    'Time for which the task used at least 95 % of its CPU.',
    { task: ({ cpu }) => cpu.saturated },
    'sidecar',
  ),
];

/** ECS sets the quota on the cgroup of the task, so the containers' periods are always 0: unknown. */
function throttlingOf(
  cpu: CpuStats | undefined,
  figure: 'periods' | 'throttledPeriods' | 'throttledTime',
): number | undefined {
  return cpu?.periods ? cpu[figure] : undefined;
}
