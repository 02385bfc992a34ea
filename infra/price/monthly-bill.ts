import { type BillLine, Lines, shown } from '../../price/line.ts';
import { GB, HOURS, MINUTES, PRICES } from '../../price/list.ts';
import { dollarsOf } from '../../price/price.ts';
import type { Shards } from '../collector/shards/shards.ts';
import type { Load, MetricsChoice } from './load.ts';
import { type Billed, type BilledService, billedOf, type Resources } from './template.ts';

/**
 * The collector's metrics about itself in each cycle: lambda/report/own-metrics.ts. Those of faults, and `ColdStart`, are billed only for
 * hours that have one.
 */
export const OWN_METRICS = 1;

/** With shards, the duration of the discovery, and whether a shard publishes nothing. */
const SHARDS_OWN_METRICS = 2;

/** Bytes of the function's log a cycle, measured with five cycles of one target, and the lines of Lambda itself. */
const OWN_LOG_BYTES = 3_000;

/** Bytes of the event of a task, and of a container, in a cycle: `npm run bench -- cost:150`. */
const TASK_EVENT_BYTES = 574;
const CONTAINER_EVENT_BYTES = 642;

/** Data in a request of PutMetricData: lambda/outputs/cloudwatch-metrics/limits.ts. */
const REQUEST_DATA = 1_000;

/** Seconds of a cycle, of a shard and of a discovery: docs/cost.md and docs/scale.md. */
const CYCLE_SECONDS = 2;
const SHARD_SECONDS = 4.5;
const DISCOVERY_SECONDS = 8;

/** Billed GB of a workflow, and its seconds. */
const WORKFLOW_GB = 0.0625;
const WORKFLOW_SECONDS = 13;

/** Transitions of a Standard workflow, in addition to one for each shard. */
const TRANSITIONS = 5;

/** A deployment. */
export interface Deployment {
  readonly resources: Resources;
  readonly load: Load;
  /** Absent if a document selects the metrics, which are then not counted. */
  readonly metrics?: MetricsChoice | undefined;
  /** Absent: the targets are not divided. */
  readonly shards?: Shards | undefined;
  /** How the metrics get into CloudWatch. Absent: in log events. */
  readonly delivery?: { readonly name: 'logs' | 'metrics' | 'both' } | undefined;
}

const LINES = new Lines(PRICES);

/** The known monthly cost of the resources in a template, without free tiers. */
export function monthlyBill(deployment: Deployment): BillLine[] {
  const { resources, load, metrics, shards } = deployment;
  const billed = billedOf(resources);
  const cycles = MINUTES / billed.intervalMinutes;
  const { alarmMetrics, endpointZones, natGateways, services } = billed;
  const ownMetrics = OWN_METRICS + (shards === undefined ? 0 : SHARDS_OWN_METRICS);
  return [
    ...(metrics === undefined ? [] : publishedLines(deployment, metrics, cycles)),
    LINES.line('the collector’s metrics about itself', { of: 'metric', amount: ownMetrics }),
    LINES.log('the collector’s own log', cycles, OWN_LOG_BYTES),
    ...(shards === undefined
      ? undividedLines(billed, cycles)
      : dividedLines(billed, cycles, shardsOf(shards, load), shards.areDistributed)),
    LINES.line('metrics that alarms look at', { of: 'alarmMetric', amount: alarmMetrics }),
    LINES.hours('interface endpoints, by zone', 'endpointHour', endpointZones),
    LINES.hours('NAT gateways', 'natHour', natGateways),
    ...services.flatMap(serviceLines),
    ...(endpointZones > 0 && metrics !== undefined && hasEvents(deployment)
      ? [endpointBytesLine(metrics, load, cycles)]
      : []),
  ].filter(({ dollars }) => dollars !== 0);
}

/** Whether log events carry the metrics. */
export function hasEvents({ delivery }: Pick<Deployment, 'delivery'>): boolean {
  return delivery?.name !== 'metrics';
}

/** The dollars for the events of the metrics on their way through an existing endpoint or NAT gateway. */
export function wayOfEvents(
  metrics: MetricsChoice,
  load: Load,
): { readonly endpoint: number; readonly natGateway: number } {
  const gb = gbOfEvents(metrics, load, MINUTES);
  return {
    endpoint: dollarsOf(PRICES.endpointGb, gb) ?? 0,
    natGateway: dollarsOf(PRICES.natGb, gb) ?? 0,
  };
}

function gbOfEvents(metrics: MetricsChoice, load: Load, cycles: number): number {
  const { count, bytes } = eventsOf(metrics, load);
  return (cycles * count * bytes) / GB;
}

function publishedLines(
  deployment: Deployment,
  metrics: MetricsChoice,
  cycles: number,
): BillLine[] {
  const { load, shards, delivery } = deployment;
  const { services, containersPerTask } = load;
  const ofContainers = metrics === 'tasks' ? 0 : 2 * containersPerTask;
  const further = metrics === 'detailed' ? 4 : 0;
  const each = 2 + ofContainers + further;
  const terms = [
    '2 of tasks',
    ...(ofContainers > 0 ? [`2 × ${shown(containersPerTask)} of containers`] : []),
    ...(further > 0 ? [`${further} more`] : []),
  ];
  const total = services * each;
  const events = eventsOf(metrics, load);
  const formula = `services: ${shown(services)} × (${terms.join(' + ')}) = ${shown(total)}`;
  return [
    LINES.line('metrics of the tasks', { of: 'metric', amount: total, formula }),
    ...(hasEvents(deployment)
      ? [LINES.log('log events that carry them', cycles, events.bytes, events.count)]
      : []),
    ...(delivery === undefined || delivery.name === 'logs'
      ? []
      : [requestsLine(total, cycles, shards === undefined ? 1 : shardsOf(shards, load))]),
  ];
}

/** A shard has tasks of any service, and a datum for each of its metrics. */
function requestsLine(metrics: number, cycles: number, shards: number): BillLine {
  const requests = shards * Math.ceil(metrics / REQUEST_DATA);
  return LINES.line('requests of PutMetricData that carry them', {
    of: 'putMetricData',
    amount: cycles * requests,
    formula: `${shown(cycles)} × ${shown(requests)} of at most ${shown(REQUEST_DATA)} data`,
  });
}

/** The events of a cycle, one of each task and container, and the mean of their bytes. */
function eventsOf(metrics: MetricsChoice, { tasks, containersPerTask }: Load) {
  const containers = metrics === 'tasks' ? 0 : containersPerTask;
  const bytes = (TASK_EVENT_BYTES + containers * CONTAINER_EVENT_BYTES) / (1 + containers);
  return { count: tasks * (1 + containers), bytes };
}

function undividedLines({ collectorGb }: Billed, cycles: number): BillLine[] {
  return [
    LINES.function('function', cycles, CYCLE_SECONDS, collectorGb),
    // The state and its lease.
    LINES.state(cycles, 2, 1),
  ];
}

function dividedLines(
  { collectorGb, discoveryGb }: Billed,
  cycles: number,
  shards: number,
  areDistributed: boolean,
): BillLine[] {
  const collecting = `function, ${shown(shards)} shards`;
  return [
    LINES.function(collecting, cycles * shards, SHARD_SECONDS, collectorGb),
    LINES.function('function that discovers', cycles, DISCOVERY_SECONDS, discoveryGb),
    workflowLine(cycles, areDistributed ? TRANSITIONS + shards : undefined),
    // A state and a list of each shard; the manifest and a list of all objects.
    LINES.state(cycles, 2 * shards + 2, shards + 1),
  ];
}

/** @param transitions of a Standard workflow; undefined for an Express one */
function workflowLine(cycles: number, transitions: number | undefined): BillLine {
  if (transitions !== undefined) {
    const formula = `${shown(cycles)} × ${transitions} transitions`;
    return LINES.line('workflow', { of: 'transition', amount: cycles * transitions, formula });
  }
  return LINES.line(
    'workflow',
    { of: 'workflowRequest', amount: cycles },
    {
      of: 'workflowGbSecond',
      amount: cycles * WORKFLOW_SECONDS * WORKFLOW_GB,
      formula: `${shown(cycles)} × ${WORKFLOW_SECONDS} s × ${WORKFLOW_GB} GB`,
    },
  );
}

function shardsOf({ max, targetsPerShard }: Shards, { tasks }: Load): number {
  if (targetsPerShard === undefined) return max;
  return Math.min(max, Math.max(1, Math.ceil(tasks / targetsPerShard)));
}

function serviceLines({ name, tasks, cpu, memoryGb, platform, isPublic }: BilledService) {
  const [ofCpu, ofMemory] =
    platform === 'ARM64'
      ? (['armCpuHour', 'armMemoryHour'] as const)
      : (['x86CpuHour', 'x86MemoryHour'] as const);
  const hours = tasks * HOURS;
  const times = `${tasks} × ${HOURS} h`;
  return [
    LINES.line(
      `Fargate tasks of ${name}`,
      { of: ofCpu, amount: hours * cpu, formula: `${times} × ${cpu} vCPU` },
      { of: ofMemory, amount: hours * memoryGb, formula: `${times} × ${memoryGb} GB` },
    ),
    LINES.hours(`public addresses of ${name}`, 'addressHour', isPublic ? tasks : 0),
  ];
}

function endpointBytesLine(metrics: MetricsChoice, load: Load, cycles: number): BillLine {
  return LINES.line('those events through the endpoint', {
    of: 'endpointGb',
    amount: gbOfEvents(metrics, load, cycles),
    formula: 'their GB',
  });
}
