import type { LogEvent } from '../../lambda/model/delivery/event.ts';
import { schemaProblemsOf } from './emf-schema.ts';

export interface Directive {
  readonly Namespace: string;
  readonly Dimensions: readonly (readonly string[])[];
  readonly Metrics: readonly {
    readonly Name: string;
    readonly Unit?: string;
    readonly StorageResolution?: number;
  }[];
}

/** The value of a metric that stands for many. */
export interface ValueCounts {
  readonly Values: readonly number[];
  readonly Counts: readonly number[];
  readonly Min: number;
  readonly Max: number;
  readonly Count: number;
  readonly Sum: number;
}

/** The JSON of an event. */
export interface EventDocument {
  readonly _aws?: { readonly Timestamp: number; readonly CloudWatchMetrics: readonly Directive[] };
  readonly [member: string]: unknown;
}

/** Whether a member names a task for each metric. */
export function isOfTasks(name: string): boolean {
  return name === 'TaskIdOfGreatest' || name === 'TaskIdOfLeast';
}

export function documentOf({ message }: Pick<LogEvent, 'message'>): EventDocument {
  return JSON.parse(message) as EventDocument;
}

export function directivesOf(event: Pick<LogEvent, 'message'>): readonly Directive[] {
  return documentOf(event)._aws?.CloudWatchMetrics ?? [];
}

/** The number fields of an event, directive or not. */
export function valuesOf(event: Pick<LogEvent, 'message'>): Record<string, number> {
  const numbers = Object.entries(documentOf(event)).filter(
    ([, value]) => typeof value === 'number',
  );
  return Object.fromEntries(numbers) as Record<string, number>;
}

/** The array and distribution fields of an event. */
export function manyValuesOf(
  event: Pick<LogEvent, 'message'>,
): Record<string, readonly number[] | ValueCounts> {
  const many = Object.entries(documentOf(event)).filter(
    ([name, value]) => name !== '_aws' && !isOfTasks(name) && typeof value === 'object',
  );
  return Object.fromEntries(many) as Record<string, readonly number[] | ValueCounts>;
}

/** Each (namespace, metric, unit, dimension set) that an event publishes, as one text. */
export function combinationsOf(event: Pick<LogEvent, 'message'>): string[] {
  return directivesOf(event).flatMap(({ Namespace, Dimensions, Metrics }) =>
    Metrics.flatMap(({ Name, Unit = '' }) =>
      Dimensions.map((set) => JSON.stringify([Namespace, Name, Unit, [...set].sort()])),
    ),
  );
}

/**
 * What CloudWatch would not like about an event; empty for a good one. The numbers stand here again, so that a wrong
 * constant is noticed:
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
 */
export function problemsOf(event: LogEvent): string[] {
  const problems: string[] = [];
  const check = (holds: boolean, problem: string) => {
    if (!holds) problems.push(problem);
  };
  const document = documentOf(event);
  const directives = directivesOf(event);
  check(Buffer.byteLength(event.message) + 26 <= 1_048_576, 'more than 1 MiB');
  check(/^[\w./#-]{1,512}$/.test(event.logGroup), `log group ${event.logGroup}`);
  check(/^[^:*]{1,512}$/s.test(event.logStream), `log stream ${event.logStream}`);
  check(Number.isSafeInteger(event.timestamp), `time ${event.timestamp}`);
  if (Object.hasOwn(document, '_aws')) {
    problems.push(...schemaProblemsOf(document));
    const members = Object.keys(document._aws ?? {}).join();
    check(members === 'Timestamp,CloudWatchMetrics', `members of _aws: ${members}`);
    check(document._aws?.Timestamp === event.timestamp, `Timestamp ${document._aws?.Timestamp}`);
    check(directives.length > 0, 'no directive');
  }
  for (const [name, value] of Object.entries(document)) {
    if (typeof value === 'string' || name === '_aws') continue;
    if (isOfTasks(name)) {
      const names = Object.entries(value as object);
      check(names.length > 0, `no metric in ${name}`);
      for (const [metric, task] of names) {
        check(typeof task === 'string' && Object.hasOwn(document, metric), `${name} of ${metric}`);
      }
      continue;
    }
    check(areNumbers(value, Number.MAX_VALUE), `member ${name} is ${JSON.stringify(value)}`);
  }
  for (const { Namespace, Dimensions, Metrics } of directives) {
    check(/^(?=.*\S)[a-zA-Z0-9 ._#:/-]{1,255}$/.test(Namespace), `namespace ${Namespace}`);
    check(Metrics.length > 0 && Metrics.length <= 100, `${Metrics.length} metrics`);
    check(Dimensions.length > 0, 'no dimension set');
    for (const { Name } of Metrics) {
      const value = memberOf(document, Name);
      check(/^(?=.*\S)[\x20-\x7e]{1,255}$/.test(Name), `metric name ${Name}`);
      check(areNumbers(value, 2 ** 360), `metric ${Name} is ${JSON.stringify(value)}`);
    }
    for (const set of Dimensions) {
      check(set.length <= 30, `${set.length} dimensions`);
      check(new Set(set).size === set.length, `repeated dimensions ${set}`);
      for (const name of set) {
        const value = memberOf(document, name);
        check(/^(?=.*\S)(?!:)[\x20-\x7e]{1,250}$/.test(name), `dimension name ${name}`);
        const fits = typeof value === 'string' && /^(?=.*\S)[\x20-\x7e]{1,1024}$/.test(value);
        check(fits, `dimension ${name} is ${JSON.stringify(value)}`);
      }
    }
  }
  const combinations = combinationsOf(event);
  check(new Set(combinations).size === combinations.length, 'a combination twice');
  const metrics = directives.reduce((sum, { Metrics }) => sum + Metrics.length, 0);
  check(event.metrics === metrics, `${event.metrics} metrics counted, ${metrics} in directives`);
  return problems;
}

/** A number, 2 to 100 of them, or what stands for many: with as many counts as values, and bounds around them. */
function areNumbers(value: unknown, largest: number): boolean {
  const fits = (each: unknown) => typeof each === 'number' && Math.abs(each) <= largest;
  if (Array.isArray(value)) return value.length > 1 && value.length <= 100 && value.every(fits);
  if (typeof value !== 'object' || value === null) return fits(value);
  const { Values, Counts, Min, Max, Count, Sum, ...others } = value as ValueCounts;
  const total = Counts.reduce((sum, count) => sum + count, 0);
  return (
    Object.keys(others).length === 0 &&
    Values.length >= 1 &&
    Values.length <= 100 &&
    Values.length === Counts.length &&
    [...Values, Min, Max, Sum].every(fits) &&
    Values.every((each) => Min <= each && each <= Max) &&
    Counts.every((count) => count > 0) &&
    Math.abs(total - Count) <= 1e-9 * Count
  );
}

function memberOf(document: EventDocument, name: string): unknown {
  return Object.hasOwn(document, name) ? document[name] : undefined;
}
