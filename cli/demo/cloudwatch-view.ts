import {
  TASK_CPU_UTILIZATION,
  TASK_MEMORY_UTILIZATION,
} from '../../lambda/model/settings/names.ts';

const MINUTE_MS = 60_000;

/** One delivered EMF event, read back. */
export interface DeliveredEvent {
  readonly bytes: number;
  /** Milliseconds since the epoch; 0 for a plain log event. */
  readonly timestamp: number;
  readonly fields: Readonly<Record<string, unknown>>;
  readonly directives: readonly Directive[];
}

interface Directive {
  readonly Namespace: string;
  readonly Dimensions: readonly (readonly string[])[];
  readonly Metrics: readonly { readonly Name: string; readonly Unit?: string }[];
}

/** The statistics that CloudWatch computes of one metric with one set of dimensions in a period. */
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

type Statistics = Pick<MetricStatistics, 'sampleCount' | 'sum' | 'minimum' | 'maximum'>;

/** The published figures of one task; `undefined` for a figure that was not published. */
export interface TaskFigures {
  readonly cpuPercent: number | undefined;
  readonly memoryPercent: number | undefined;
}

/**
 * Reads a log event back.
 *
 * @throws SyntaxError if it is not JSON
 */
export function readEvent(message: string): DeliveredEvent {
  const { _aws, ...fields } = JSON.parse(message) as Record<string, unknown> & {
    _aws?: { Timestamp: number; CloudWatchMetrics: readonly Directive[] };
  };
  return {
    bytes: Buffer.byteLength(message),
    timestamp: _aws?.Timestamp ?? 0,
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
          const value = statisticsOf(fields[Name]);
          byMetric.set(key, {
            namespace: Namespace,
            name: Name,
            unit: Unit ?? 'None',
            dimensions,
            ...together(byMetric.get(key) ?? NOTHING, value),
          });
        }
      }
    }
  }
  return [...byMetric.values()];
}

/** The same for each minute, which is CloudWatch's period: by the beginning of the minute in milliseconds. */
export function statisticsByMinute(
  events: readonly DeliveredEvent[],
): ReadonlyMap<number, MetricStatistics[]> {
  const minutes = Map.groupBy(events, ({ timestamp }) => timestamp - (timestamp % MINUTE_MS));
  return new Map([...minutes].map(([minute, of]) => [minute, statistics(of)]));
}

/** The task's own figures among the events, found as Logs Insights would: by the field TaskId. */
export function figuresOf(taskId: string, events: readonly DeliveredEvent[]): TaskFigures {
  const own = events.filter(({ fields }) => fields.TaskId === taskId);
  const last = (name: string) => {
    const values = own
      .flatMap(({ fields }) => fields[name])
      .filter((value) => typeof value === 'number');
    return values.at(-1);
  };
  return { cpuPercent: last(TASK_CPU_UTILIZATION), memoryPercent: last(TASK_MEMORY_UTILIZATION) };
}

const NOTHING: Statistics = {
  sampleCount: 0,
  sum: 0,
  minimum: Number.POSITIVE_INFINITY,
  maximum: Number.NEGATIVE_INFINITY,
};

/** The value of a metric's member for CloudWatch: a number, a list of numbers, or values with their counts. */
function statisticsOf(member: unknown): Statistics {
  if (typeof member !== 'object' || member === null || Array.isArray(member)) {
    return [member].flat().map(Number).map(ofOne).reduce(together, NOTHING);
  }
  const { Count, Sum, Min, Max } = member as Record<string, number | undefined>;
  return {
    sampleCount: Number(Count),
    sum: Number(Sum),
    minimum: Number(Min),
    maximum: Number(Max),
  };
}

function ofOne(value: number): Statistics {
  return { sampleCount: 1, sum: value, minimum: value, maximum: value };
}

function together(one: Statistics, other: Statistics): Statistics {
  return {
    sampleCount: one.sampleCount + other.sampleCount,
    sum: one.sum + other.sum,
    minimum: Math.min(one.minimum, other.minimum),
    maximum: Math.max(one.maximum, other.maximum),
  };
}
