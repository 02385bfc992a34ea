import {
  type DeliveredEvent,
  type MetricStatistics,
  statistics,
  statisticsByMinute,
} from '../../cli/demo/cloudwatch-view.ts';

export const CLUSTER = 'demo';
export const SERVICE = 'web';
const NAMESPACE = 'Shop';

interface Metric {
  readonly kind: 'counter' | 'gauge' | 'histogram';
  /** The labels of each set of dimensions, beside cluster and service. */
  readonly sets: readonly (readonly string[])[];
}

/** What is published of the applications. */
const METRICS: Readonly<Record<string, Metric>> = {
  http_requests_total: { kind: 'counter', sets: [[], ['status'], ['method', 'status']] },
  queue_length: { kind: 'gauge', sets: [[], ['queue']] },
  request_duration_seconds: { kind: 'histogram', sets: [[], ['route']] },
  response_size_bytes_sum: { kind: 'counter', sets: [[]] },
  response_size_bytes_count: { kind: 'counter', sets: [[]] },
};

/** The native configuration that says so. */
export const CONFIGURATION = {
  log_group_name: '/shop/{ClusterName}',
  // Below the shortest time between two cycles, so that each of them asks the ECS API.
  ecs_service_discovery: { sd_frequency: '30s', sd_target_cluster: CLUSTER, docker_label: {} },
  scrape_configs: [{ job_name: 'ecs', ecs_discovered: true }],
  emf_processor: {
    metric_namespace: NAMESPACE,
    metric_declaration: Object.entries(METRICS).map(([name, { sets }]) => ({
      source_labels: ['ServiceName'],
      label_matcher: `^${SERVICE}$`,
      metric_selectors: [`^${name}$`],
      dimensions: sets.map((set) => ['ClusterName', 'ServiceName', ...set]),
    })),
  },
};

/** One of the figures that an application keeps of itself. */
export interface Figure {
  readonly metric: string;
  readonly labels: Readonly<Record<string, string>>;
  /** Of a histogram, the sum of what it observed. */
  readonly value: number;
  /** Of a histogram, how many values it observed; else 0. */
  readonly count: number;
}

/** What was counted under one metric of CloudWatch. */
interface Total {
  readonly sum: number;
  /** Of a histogram; else 0. */
  readonly sampleCount: number;
}

/** The values of a gauge under one metric of CloudWatch. */
type Extent = Pick<MetricStatistics, 'sampleCount' | 'minimum' | 'maximum'>;

/** By one text for each namespace, name and dimensions. */
type ByMetric<T> = Readonly<Record<string, T>>;

/** What CloudWatch must show of what was counted: that of all figures together. */
export function totalsOf(figures: readonly Figure[]): ByMetric<Total> {
  const published = figures.filter(
    // A histogram that observed nothing has nothing to publish.
    ({ metric, count }) => isCounted(metric) && (!isHistogram(metric) || count > 0),
  );
  return together(
    published.flatMap((figure) =>
      keysOf(figure).map((key) => [key, { sum: figure.value, sampleCount: figure.count }]),
    ),
  );
}

/** What CloudWatch shows of what was counted, over all of these events. */
export function totalsIn(events: readonly DeliveredEvent[]): ByMetric<Total> {
  const counted = statistics(events).filter(({ name }) => isCounted(name));
  return Object.fromEntries(
    counted.map(({ namespace, name, dimensions, sum, sampleCount }) => [
      keyOf(namespace, name, dimensions),
      { sum, sampleCount: isHistogram(name) ? sampleCount : 0 },
    ]),
  );
}

export function added(one: ByMetric<Total>, other: ByMetric<Total>): ByMetric<Total> {
  return together([...Object.entries(one), ...Object.entries(other)]);
}

/** What CloudWatch must show of the gauges among the figures that were delivered in one minute. */
export function extentsOf(figures: readonly Figure[]): ByMetric<Extent> {
  const gauges = figures.filter(({ metric }) => !isCounted(metric));
  const values = gauges.flatMap((figure) => keysOf(figure).map((key) => ({ key, ...figure })));
  const byKey = [...Map.groupBy(values, ({ key }) => key)].map(([key, all]): [string, Extent] => {
    const of = all.map(({ value }) => value);
    return [key, { sampleCount: of.length, minimum: Math.min(...of), maximum: Math.max(...of) }];
  });
  return Object.fromEntries(byKey);
}

/** What CloudWatch shows of the gauges, by the begin of the minute in milliseconds. */
export function extentsByMinute(
  events: readonly DeliveredEvent[],
): Readonly<Record<number, ByMetric<Extent>>> {
  const minutes = [...statisticsByMinute(events)].map(([minute, metrics]) => {
    const gauges = metrics.filter(({ name }) => !isCounted(name));
    const extents = gauges.map(
      ({ namespace, name, dimensions, sampleCount, minimum, maximum }): [string, Extent] => [
        keyOf(namespace, name, dimensions),
        { sampleCount, minimum, maximum },
      ],
    );
    return [minute, Object.fromEntries(extents)];
  });
  return Object.fromEntries(minutes);
}

/** The metrics of CloudWatch that a figure is part of. */
function keysOf({ metric, labels }: Figure): string[] {
  return METRICS[metric]!.sets.map((set) => {
    const own = set.map((name) => [name, labels[name]!]);
    const dimensions = { ClusterName: CLUSTER, ServiceName: SERVICE, ...Object.fromEntries(own) };
    return keyOf(NAMESPACE, metric, dimensions);
  });
}

function keyOf(namespace: string, name: string, dimensions: Readonly<Record<string, string>>) {
  const sorted = Object.entries(dimensions).sort(([one], [other]) => (one < other ? -1 : 1));
  return [namespace, name, ...sorted.map((dimension) => dimension.join('='))].join(' ');
}

function together(totals: readonly (readonly [key: string, Total])[]): ByMetric<Total> {
  const sums: Record<string, Total> = {};
  for (const [key, { sum, sampleCount }] of totals) {
    const before = sums[key] ?? { sum: 0, sampleCount: 0 };
    sums[key] = { sum: before.sum + sum, sampleCount: before.sampleCount + sampleCount };
  }
  return sums;
}

function isCounted(metric: string): boolean {
  return METRICS[metric]?.kind !== 'gauge';
}

function isHistogram(metric: string): boolean {
  return METRICS[metric]?.kind === 'histogram';
}
