/**
 * Metrics of the awsecscontainermetrics receiver, and the sidecar's series with the same meaning. The guide says how their
 * units differ (docs/migrate-adot.md).
 */
export const SIDECAR_NAMES: Readonly<Record<string, string>> = {
  'ecs.task.memory.usage': 'ee_container_memory_usage_byte',
  'ecs.task.memory.usage.limit': 'ee_task_memory_limit_byte',
  'ecs.task.memory.utilized': 'ee_task_memory_utilized_bytes',
  'ecs.task.memory.reserved': 'ee_task_memory_limit_byte',
  'ecs.task.cpu.usage.total': 'ee_container_cpu_usage_seconds_total',
  'ecs.task.cpu.usage.kernelmode': 'ee_container_cpu_system_seconds_total',
  'ecs.task.cpu.usage.usermode': 'ee_container_cpu_user_seconds_total',
  'ecs.task.cpu.usage.vcpu': 'ee_task_cpu_usage_vcpus',
  'ecs.task.cpu.utilized': 'ee_task_cpu_utilized_units',
  'ecs.task.cpu.reserved': 'ee_task_cpu_reserved_units',
  'ecs.task.network.rate.rx': 'ee_task_network_receive_bytes_per_second',
  'ecs.task.network.rate.tx': 'ee_task_network_transmit_bytes_per_second',
  'ecs.task.network.io.usage.rx_bytes': 'ee_task_network_receive_bytes_total',
  'ecs.task.network.io.usage.tx_bytes': 'ee_task_network_transmit_bytes_total',
  'ecs.task.storage.read_bytes': 'ee_task_block_read_bytes_total',
  'ecs.task.storage.write_bytes': 'ee_task_block_write_bytes_total',
};
