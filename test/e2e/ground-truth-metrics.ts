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
  /** Of a histogram, how many values it observed. */
  readonly count?: number;
}

/** What was counted under one metric of CloudWatch. */
interface Total {
  readonly sum: number;
  /** Of a histogram. */
  readonly sampleCount?: number;
}

/** The values of a gauge under one metric of CloudWatch. */
type Extent = Pick<MetricStatistics, 'sampleCount' | 'minimum' | 'maximum'>;

/** By one text for each namespace, name and dimensions. */
type ByMetric<T> = Readonly<Record<string, T>>;

/** What CloudWatch must show of what was counted: that of all figures together. */
export function totalsOf(figures: readonly Figure[]): ByMetric<Total> {
  const together = Map.groupBy(figures.filter(isCounted).flatMap(inMetrics), ({ key }) => key);
  const totals = [...together].map(([key, all]): [string, Total] => {
    const sum = sumOf(all.map(({ figure }) => figure.value));
    if (all[0]?.figure.count === undefined) return [key, { sum }];
    return [key, { sum, sampleCount: sumOf(all.map(({ figure }) => figure.count ?? 0)) }];
  });
  // A histogram that observed nothing has nothing to publish.
  return Object.fromEntries(totals.filter(([, { sampleCount }]) => sampleCount !== 0));
}

/** What CloudWatch shows of what was counted, over all of these events. */
export function totalsIn(events: readonly DeliveredEvent[]): ByMetric<Total> {
  const counted = statistics(events).filter(({ name }) => kindOf(name) !== 'gauge');
  return Object.fromEntries(
    counted.map(({ namespace, name, dimensions, sum, sampleCount }) => {
      const total = kindOf(name) === 'histogram' ? { sum, sampleCount } : { sum };
      return [keyOf(namespace, name, dimensions), total];
    }),
  );
}

export function added(one: ByMetric<Total>, other: ByMetric<Total>): ByMetric<Total> {
  const sums: Record<string, Total> = { ...one };
  for (const [key, { sum, sampleCount }] of Object.entries(other)) {
    const before = sums[key];
    const count = sampleCount && { sampleCount: sampleCount + (before?.sampleCount ?? 0) };
    sums[key] = { sum: sum + (before?.sum ?? 0), ...count };
  }
  return sums;
}

/** What CloudWatch must show of the gauges among the figures that were delivered in one minute. */
export function extentsOf(figures: readonly Figure[]): ByMetric<Extent> {
  const gauges = figures.filter((figure) => !isCounted(figure));
  const together = Map.groupBy(gauges.flatMap(inMetrics), ({ key }) => key);
  return Object.fromEntries(
    [...together].map(([key, all]) => {
      const values = all.map(({ figure }) => figure.value);
      const [minimum, maximum] = [Math.min(...values), Math.max(...values)];
      return [key, { sampleCount: values.length, minimum, maximum }];
    }),
  );
}

/** What CloudWatch shows of the gauges, by the begin of the minute in milliseconds. */
export function extentsByMinute(
  events: readonly DeliveredEvent[],
): Readonly<Record<number, ByMetric<Extent>>> {
  const minutes = [...statisticsByMinute(events)].map(([minute, metrics]) => {
    const gauges = metrics.filter(({ name }) => kindOf(name) === 'gauge');
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

/** A figure once for each metric of CloudWatch that it is part of. */
function inMetrics(figure: Figure): { readonly key: string; readonly figure: Figure }[] {
  const { metric, labels } = figure;
  return METRICS[metric]!.sets.map((set) => {
    const own = set.map((name) => [name, labels[name]!]);
    const dimensions = { ClusterName: CLUSTER, ServiceName: SERVICE, ...Object.fromEntries(own) };
    return { key: keyOf(NAMESPACE, metric, dimensions), figure };
  });
}

function keyOf(namespace: string, name: string, dimensions: Readonly<Record<string, string>>) {
  const sorted = Object.entries(dimensions).sort(([one], [other]) => (one < other ? -1 : 1));
  return [namespace, name, ...sorted.map((dimension) => dimension.join('='))].join(' ');
}

function isCounted({ metric }: Figure): boolean {
  return kindOf(metric) !== 'gauge';
}

function kindOf(name: string): Metric['kind'] | undefined {
  return METRICS[name]?.kind;
}

function sumOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0);
}
