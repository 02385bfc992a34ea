import type { InterfaceCounter, Interfaces } from '../documents/stats.ts';
import { counter, type Definition, type Reading, sampled } from './definition.ts';

/** Docker's counter, the end of the metric's name, and its help. */
const COUNTERS: readonly (readonly [InterfaceCounter, name: string, what: string])[] = [
  ['rx_bytes', 'receive_bytes_total', 'Bytes received'],
  ['rx_packets', 'receive_packets_total', 'Packets received'],
  ['rx_errors', 'receive_errors_total', 'Receive errors'],
  ['rx_dropped', 'receive_packets_dropped_total', 'Received packets dropped'],
  ['tx_bytes', 'transmit_bytes_total', 'Bytes sent'],
  ['tx_packets', 'transmit_packets_total', 'Packets sent'],
  ['tx_errors', 'transmit_errors_total', 'Send errors'],
  ['tx_dropped', 'transmit_packets_dropped_total', 'Packets to send dropped'],
];

/** Containers have rows only if they have networks of their own: in awsvpc they share the task's. */
export const NETWORK_DEFINITIONS: readonly Definition[] = [
  ...COUNTERS.map(([figure, name, what]) =>
    counter(
      `ee_task_network_${name}`,
      `${what}, by network interface of the task.`,
      { task: ({ network }) => byInterface(network.interfaces, figure) },
      // A network interface of the task is older than its containers.
      'unknown',
    ),
  ),
  sampled('ee_task_network_receive_bytes_per_second', 'Rate of bytes received by the task.', {
    task: ({ network }) => network.rate.rx,
  }),
  sampled('ee_task_network_transmit_bytes_per_second', 'Rate of bytes sent by the task.', {
    task: ({ network }) => network.rate.tx,
  }),
  ...COUNTERS.map(([figure, name, what]) =>
    counter(`ee_container_network_${name}`, `${what}, by network interface of the container.`, {
      container: ({ networks }) => byInterface(networks, figure),
    }),
  ),
  sampled('ee_container_network_receive_bytes_per_second', 'Rate of bytes received.', {
    container: ({ rates }) => rates.network.rx,
  }),
  sampled('ee_container_network_transmit_bytes_per_second', 'Rate of bytes sent.', {
    container: ({ rates }) => rates.network.tx,
  }),
];

function byInterface(interfaces: Interfaces | undefined, figure: InterfaceCounter): Reading {
  return [...(interfaces ?? [])].map(([name, counters]) => ({
    value: counters[figure],
    labels: { interface: name },
  }));
}
