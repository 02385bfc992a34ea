import type { Shards } from '../collector/shards/shards.ts';
import type { Load, MetricsChoice } from './load.ts';
import {
  ADDRESS_HOUR,
  ALARM_METRIC,
  ENDPOINT_GB,
  ENDPOINT_HOUR,
  FARGATE_HOUR,
  GB,
  HOURS,
  LAMBDA_GB_SECOND,
  LAMBDA_REQUEST,
  LOG_GB,
  METRIC_TIERS,
  MINUTES,
  NAT_GB,
  NAT_HOUR,
  PUT_METRIC_DATA,
  S3_GET,
  S3_PUT,
  TRANSITION,
  WORKFLOW_GB_SECOND,
  WORKFLOW_REQUEST,
} from './prices.ts';
import { type Billed, type BilledService, billedOf, type Resources } from './template.ts';

/**
 * The collector's metrics about itself in each cycle: lambda/report/self-metrics.ts and lambda/report/configuration.ts.
 * `ColdStart` is billed only for hours that have one.
 */
export const OWN_METRICS = 10;

/** Bytes of the function's log a cycle, measured with five cycles of one target, and the lines of Lambda itself. */
const OWN_LOG_BYTES = 3_000;

/** Bytes of an event, and events of each task and container in a cycle: docs/cost.md has the measurement. */
const EVENT_BYTES = 520;
const EVENTS = 2;

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

/** Cents of a dollar. */
const CENTS = 100;

/** A line of the bill. */
export interface BillLine {
  readonly what: string;
  /** The calculation of the dollars. */
  readonly formula: string;
  readonly dollars: number;
}

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

/** The known monthly cost of the resources in a template, without free tiers. */
export function monthlyBill(deployment: Deployment): BillLine[] {
  const { resources, load, metrics, shards } = deployment;
  const billed = billedOf(resources);
  const cycles = MINUTES / billed.intervalMinutes;
  const lines = [
    ...(metrics === undefined ? [] : publishedLines(deployment, metrics, cycles)),
    count('the collector’s metrics about itself', OWN_METRICS, METRIC_TIERS[0]?.[1] ?? 0),
    logLine('the collector’s own log', cycles, OWN_LOG_BYTES),
    ...(shards === undefined
      ? undividedLines(billed, cycles)
      : dividedLines(billed, cycles, shardsOf(shards, load), shards.areDistributed)),
    count('metrics that alarms look at', billed.alarmMetrics, ALARM_METRIC),
    hourly('interface endpoints, by zone', billed.endpointZones, ENDPOINT_HOUR),
    hourly('NAT gateways', billed.natGateways, NAT_HOUR),
    ...billed.services.flatMap(serviceLines),
    ...(billed.endpointZones > 0 && metrics !== undefined && hasEvents(deployment)
      ? [endpointBytesLine(metrics, load, cycles)]
      : []),
  ];
  // Rounded, so that the shown amounts add up.
  return lines
    .map((line) => ({ ...line, dollars: Math.round(line.dollars * CENTS) / CENTS }))
    .filter(({ dollars }) => dollars > 0);
}

/** Whether log events carry the metrics. */
export function hasEvents({ delivery }: Pick<Deployment, 'delivery'>): boolean {
  return delivery?.name !== 'metrics';
}

/** The dollars for the events of the metrics on their way through an existing endpoint or NAT gateway. */
export function wayOfEvents(
  metrics: MetricsChoice,
  load: Load,
  intervalMinutes = 1,
): { readonly endpoint: number; readonly natGateway: number } {
  const gb = (eventsOf(metrics, load) * EVENT_BYTES * MINUTES) / intervalMinutes / GB;
  return { endpoint: gb * ENDPOINT_GB, natGateway: gb * NAT_GB };
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
    ...(ofContainers > 0 ? [`2 × ${number(containersPerTask)} of containers`] : []),
    ...(further > 0 ? [`${further} more`] : []),
  ];
  const total = services * each;
  return [
    {
      what: 'metrics of the tasks',
      formula: `services: ${number(services)} × (${terms.join(' + ')}) = ${number(total)}, $0.30 each of the first 10,000`,
      dollars: tiered(total),
    },
    ...(hasEvents(deployment)
      ? [logLine('log events that carry them', cycles, EVENT_BYTES, eventsOf(metrics, load))]
      : []),
    ...(delivery === undefined || delivery.name === 'logs'
      ? []
      : [requestsLine(total, cycles, shards === undefined ? 1 : shardsOf(shards, load))]),
  ];
}

/** A shard has tasks of any service, and data for each of its metrics and minutes. */
function requestsLine(metrics: number, cycles: number, shards: number): BillLine {
  const requests = shards * Math.ceil((metrics * EVENTS) / REQUEST_DATA);
  return {
    what: 'requests of PutMetricData that carry them',
    formula: `${number(cycles)} × ${number(requests)} of at most ${number(REQUEST_DATA)} data × $${PUT_METRIC_DATA}`,
    dollars: cycles * requests * PUT_METRIC_DATA,
  };
}

function eventsOf(metrics: MetricsChoice, { tasks, containersPerTask }: Load): number {
  return tasks * (metrics === 'tasks' ? 1 : 1 + containersPerTask) * EVENTS;
}

function undividedLines({ collectorGb }: Billed, cycles: number): BillLine[] {
  return [
    functionLine('function', cycles, CYCLE_SECONDS, collectorGb),
    // The state and its lease.
    stateLine(cycles, 2),
  ];
}

function dividedLines(
  { collectorGb, discoveryGb }: Billed,
  cycles: number,
  shards: number,
  areDistributed: boolean,
): BillLine[] {
  const transitions = TRANSITIONS + shards;
  const workflow = areDistributed
    ? {
        formula: `${number(cycles)} × ${transitions} transitions × $${TRANSITION}`,
        dollars: cycles * transitions * TRANSITION,
      }
    : {
        formula: `${number(cycles)} × ($0.000001 + ${WORKFLOW_SECONDS} s × ${WORKFLOW_GB} GB × $${WORKFLOW_GB_SECOND})`,
        dollars: cycles * (WORKFLOW_REQUEST + WORKFLOW_SECONDS * WORKFLOW_GB * WORKFLOW_GB_SECOND),
      };
  return [
    functionLine(`function, ${number(shards)} shards`, cycles * shards, SHARD_SECONDS, collectorGb),
    functionLine('function that discovers', cycles, DISCOVERY_SECONDS, discoveryGb),
    { what: 'workflow', ...workflow },
    // A state and a list of each shard; the manifest and a list of all objects.
    stateLine(cycles, 2 * shards + 2, shards + 1),
  ];
}

function shardsOf({ max, targetsPerShard }: Shards, { tasks }: Load): number {
  if (targetsPerShard === undefined) return max;
  return Math.min(max, Math.max(1, Math.ceil(tasks / targetsPerShard)));
}

function serviceLines({ name, tasks, cpu, memoryGb, platform, isPublic }: BilledService) {
  const { cpu: ofCpu, memory: ofMemory } = FARGATE_HOUR[platform];
  return [
    {
      what: `Fargate tasks of ${name}`,
      formula: `${tasks} × ${HOURS} h × (${cpu} vCPU × $${ofCpu} + ${memoryGb} GB × $${ofMemory})`,
      dollars: tasks * HOURS * (cpu * ofCpu + memoryGb * ofMemory),
    },
    hourly(`public addresses of ${name}`, isPublic ? tasks : 0, ADDRESS_HOUR),
  ];
}

function endpointBytesLine(metrics: MetricsChoice, load: Load, cycles: number): BillLine {
  const { endpoint } = wayOfEvents(metrics, load, MINUTES / cycles);
  return {
    what: 'those events through the endpoint',
    formula: `their bytes × $${ENDPOINT_GB} a GB`,
    dollars: endpoint,
  };
}

function functionLine(what: string, invocations: number, seconds: number, gb: number): BillLine {
  return {
    what,
    formula: `${number(invocations)} × (${seconds} s × ${gb} GB × $0.0000133334 + $0.0000002)`,
    dollars: invocations * (seconds * gb * LAMBDA_GB_SECOND + LAMBDA_REQUEST),
  };
}

function stateLine(cycles: number, puts: number, gets = 1): BillLine {
  return {
    what: 'state in S3',
    formula: `${number(cycles)} × (${puts} PUT × $0.000005 + ${gets} GET × $0.0000004)`,
    dollars: cycles * (puts * S3_PUT + gets * S3_GET),
  };
}

function logLine(what: string, cycles: number, bytes: number, events = 1): BillLine {
  const gb = (cycles * events * bytes) / GB;
  const times = events === 1 ? '' : ` × ${number(events)}`;
  return {
    what,
    formula: `${number(cycles)}${times} × ${number(bytes)} bytes = ${gb.toFixed(2)} GB × $0.50`,
    dollars: gb * LOG_GB,
  };
}

function count(what: string, things: number, dollars: number): BillLine {
  const formula = `${number(things)} × $${dollars.toFixed(2)}`;
  return { what, formula, dollars: things * dollars };
}

function hourly(what: string, things: number, dollars: number): BillLine {
  const formula = `${number(things)} × ${HOURS} h × $${dollars}`;
  return { what, formula, dollars: things * HOURS * dollars };
}

/** Dollars of so many metrics of CloudWatch. */
function tiered(metrics: number): number {
  let left = metrics;
  let sum = 0;
  for (const [size, dollars] of METRIC_TIERS) {
    const here = Math.min(left, size);
    sum += here * dollars;
    left -= here;
  }
  return sum;
}

function number(value: number): string {
  return value.toLocaleString('en-US', { maximumFractionDigits: 2 });
}
