import { TASK_CPU_UTILIZATION, TASK_MEMORY_UTILIZATION } from '../../lambda/model/names.ts';

/** One EMF event as it was delivered, read back. */
export interface DeliveredEvent {
  readonly bytes: number;
  readonly fields: Readonly<Record<string, unknown>>;
  readonly directives: readonly Directive[];
}

interface Directive {
  readonly Namespace: string;
  readonly Dimensions: readonly (readonly string[])[];
  readonly Metrics: readonly { readonly Name: string; readonly Unit?: string }[];
}

/** The value of a metric that stands for many. */
interface Distribution {
  readonly Counts: readonly number[];
  readonly Sum: number;
  readonly Min: number;
  readonly Max: number;
}

/** What CloudWatch makes of one metric with one set of dimensions in a period. */
export interface MetricStatistics {
  readonly namespace: string;
  readonly name: string;
  readonly unit: string;
  readonly dimensions: Readonly<Record<string, string>>;
  readonly sampleCount: number;
  readonly sum: number;
  readonly minimum: number;
  readonly maximum: number;
}

/** What the published figures say of one task; `undefined` where nothing was published. */
export interface TaskFigures {
  readonly cpuPercent: number | undefined;
  readonly memoryPercent: number | undefined;
}

/**
 * Reads a log event back.
 *
 * @throws SyntaxError where it is no JSON
 */
export function readEvent(message: string): DeliveredEvent {
  const { _aws, ...fields } = JSON.parse(message) as Record<string, unknown> & {
    _aws?: { CloudWatchMetrics: readonly Directive[] };
  };
  return {
    bytes: Buffer.byteLength(message),
    fields,
    directives: _aws?.CloudWatchMetrics ?? [],
  };
}

/** Aggregates events as CloudWatch does: by namespace, name and dimensions, over all of them. */
export function statistics(events: readonly DeliveredEvent[]): MetricStatistics[] {
  const byMetric = new Map<string, MetricStatistics>();
  for (const { fields, directives } of events) {
    for (const { Namespace, Dimensions, Metrics } of directives) {
      for (const set of Dimensions) {
        for (const { Name, Unit } of Metrics) {
          const dimensions = Object.fromEntries(
            set.toSorted().map((name) => [name, String(fields[name])]),
          );
          const key = JSON.stringify([Namespace, Name, dimensions]);
          const { count, sum, minimum, maximum } = aggregateOf(fields[Name]);
          const before = byMetric.get(key);
          byMetric.set(key, {
            namespace: Namespace,
            name: Name,
            unit: Unit ?? 'None',
            dimensions,
            sampleCount: (before?.sampleCount ?? 0) + count,
            sum: (before?.sum ?? 0) + sum,
            minimum: Math.min(before?.minimum ?? minimum, minimum),
            maximum: Math.max(before?.maximum ?? maximum, maximum),
          });
        }
      }
    }
  }
  return [...byMetric.values()];
}

/** What a number, an array of them, or a distribution is for CloudWatch. */
function aggregateOf(field: unknown) {
  if (typeof field === 'object' && field !== null && 'Counts' in field) {
    const { Counts, Sum: sum, Min: minimum, Max: maximum } = field as Distribution;
    const count = Counts.reduce((total, each) => total + each, 0);
    return { count, sum, minimum, maximum };
  }
  const values = Array.isArray(field) ? field.map(Number) : [Number(field)];
  const sum = values.reduce((total, each) => total + each, 0);
  return {
    count: values.length,
    sum,
    minimum: Math.min(...values),
    maximum: Math.max(...values),
  };
}

/** The task's own figures among the events, found as Logs Insights would: by the field TaskId. */
export function figuresOf(taskId: string, events: readonly DeliveredEvent[]): TaskFigures {
  const own = events.filter(({ fields }) => fields.TaskId === taskId);
  const last = (name: string) => {
    const values = own
      .map(({ fields }) => fields[name])
      .filter((value) => typeof value === 'number');
    return values.at(-1);
  };
  return { cpuPercent: last(TASK_CPU_UTILIZATION), memoryPercent: last(TASK_MEMORY_UTILIZATION) };
}
