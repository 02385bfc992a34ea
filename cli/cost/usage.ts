import { FAULT_METRICS, READ_METRICS } from '../../lambda/model/settings/names.ts';
import type { Usage } from '../../price/bill.ts';
import { MINUTES } from '../../price/list.ts';
import type { Measured } from './measure.ts';
import type { Destination } from './receivers.ts';

/** GB of the function by default, and those that have one vCPU. https://docs.aws.amazon.com/lambda/latest/dg/configuration-memory.html */
const FUNCTION_GB = 0.5;
const GB_OF_VCPU = 1_769 / 1_024;

/** Seconds of a cycle in which it waits for answers: assumed, as nobody has measured it in Lambda yet. */
const WAITING_SECONDS = 0.5;

/** The state and its lease are written, the state is read. */
const STATE = { puts: 2, gets: 1 };

/** Metrics that the alarms of `CollectorAlarms` read: two more watch the log group of the events. */
const COLLECTOR_ALARM_METRICS = 12;
const EVENT_ALARM_METRICS = 2;

/** The collector's metrics about itself in each cycle, without faults, and bytes of its log. */
const OWN = { metrics: READ_METRICS.length - FAULT_METRICS.length, logBytes: 3_000 };

/** What the measurement does not know. */
export interface Surrounding {
  readonly alarmsOnTasks: number;
  /** Seconds from one cycle to the next. @default 60 */
  readonly intervalSeconds?: number | undefined;
}

/** The figures of one measured cycle. */
export type CycleFigures = Omit<Measured, 'metrics'> & { readonly metrics: number };

/** What a month of such cycles takes. */
export function usageOf(
  destination: Destination,
  figures: CycleFigures,
  { alarmsOnTasks, intervalSeconds = 60 }: Surrounding,
): Usage {
  const { metrics, events, bytes, requests, data, samples, otlpBytes, sentBytes, cpuSeconds } =
    figures;
  const seconds = WAITING_SECONDS + (cpuSeconds * GB_OF_VCPU) / FUNCTION_GB;
  return {
    cycles: (MINUTES * 60) / intervalSeconds,
    ...(destination === 'logs' && { metrics, events: { count: events, bytes } }),
    ...(destination === 'metrics' && { metrics, requests: { count: requests, data } }),
    ...(destination === 'otlp' && { otlp: { points: data, bytes: otlpBytes } }),
    ...(destination === 'workspace' && { samples }),
    sentBytes,
    function: { seconds: Math.round(10 * seconds) / 10, gb: FUNCTION_GB },
    state: STATE,
    own: OWN,
    alarms: {
      ofCollector: COLLECTOR_ALARM_METRICS + (destination === 'logs' ? EVENT_ALARM_METRICS : 0),
      ofTasks: alarmsOnTasks,
    },
  };
}
