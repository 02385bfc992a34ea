import type { DeployedStack } from './assembly.ts';

/** A metric that an alarm or a widget reads. */
export interface MetricReading {
  readonly kind: 'metric';
  /** Who reads it. */
  readonly by: string;
  readonly namespace: string;
  readonly name: string;
  readonly dimensions: Readonly<Record<string, string>>;
}

/** All metrics of a name with dimensions of these names. */
export interface SearchReading {
  readonly kind: 'search';
  readonly by: string;
  readonly namespace: string;
  readonly name: string;
  readonly dimensionNames: readonly string[];
}

/** Series that PromQL selects, by what it asks of their labels. */
export interface SeriesReading {
  readonly kind: 'series';
  readonly by: string;
  readonly name: string;
  /** Values of labels. */
  readonly equal: Readonly<Record<string, string>>;
  /** Expressions for whole values of labels. */
  readonly matching: Readonly<Record<string, RegExp>>;
}

/** A log group in which a widget looks. */
export interface LogReading {
  readonly kind: 'log';
  readonly by: string;
  readonly group: string;
  /** Those of its lines that are added up or compared. */
  readonly fields: readonly string[];
}

export type Reading = MetricReading | SearchReading | SeriesReading | LogReading;

interface AlarmMetric {
  readonly MetricName: string;
  readonly Namespace: string;
  readonly Dimensions?: readonly { readonly Name: string; readonly Value: string }[];
}

interface AlarmProperties extends Partial<AlarmMetric> {
  readonly Metrics?: readonly {
    readonly Expression?: string;
    readonly MetricStat?: { readonly Metric: AlarmMetric };
  }[];
  readonly EvaluationCriteria?: { readonly PromQLCriteria: { readonly Query: string } };
}

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/CloudWatch-Dashboard-Body-Structure.html */
interface Widget {
  readonly type: string;
  readonly properties: {
    readonly title?: string;
    readonly metrics?: readonly (readonly unknown[])[];
    readonly query?: string;
    readonly data?: { readonly queries: readonly { readonly query: string }[] };
  };
}

const SEARCH = /SEARCH\(\s*'\{([^}]*)\}\s*(?:MetricName\s*=\s*)?"?([\w.:]+)"?/g;
const SELECTOR = /([a-zA-Z_:][\w:]*)?\{([^}]*)\}/g;
const MATCHER = /"([^"]+)"\s*(?!\s*(?:=|!))|"?([\w.@]+)"?\s*(=~|=|!=|!~)\s*"((?:[^"\\]|\\.)*)"/g;
const FIELD = /\b(?:sum|max)\((\w+)\)/g;
const SOURCE = /SOURCE\s+'([^']+)'/g;

/** What the alarms and the dashboards of stacks read. */
export function readingsOf(stacks: readonly DeployedStack[]): Reading[] {
  return stacks.flatMap(({ values }) => [
    ...values
      .idsOf('AWS::CloudWatch::Alarm')
      .flatMap((id) => ofAlarm(`alarm ${id}`, values.properties(id) as AlarmProperties)),
    ...values.idsOf('AWS::CloudWatch::Dashboard').flatMap((id) => {
      const { widgets }: { widgets: readonly Widget[] } = JSON.parse(
        String(values.properties(id).DashboardBody),
      );
      return widgets.flatMap((widget) => ofWidget(`dashboard ${id}`, widget));
    }),
  ]);
}

function ofAlarm(by: string, properties: AlarmProperties): Reading[] {
  const { Metrics = [], EvaluationCriteria, MetricName, Namespace, Dimensions } = properties;
  if (EvaluationCriteria) return ofPromQl(by, EvaluationCriteria.PromQLCriteria.Query);
  if (MetricName !== undefined && Namespace !== undefined) {
    return [ofMetric(by, { MetricName, Namespace, ...(Dimensions && { Dimensions }) })];
  }
  return Metrics.flatMap(({ Expression = '', MetricStat }) =>
    MetricStat === undefined ? ofSearch(by, Expression) : [ofMetric(by, MetricStat.Metric)],
  );
}

function ofMetric(by: string, { MetricName, Namespace, Dimensions = [] }: AlarmMetric): Reading {
  const dimensions = Object.fromEntries(Dimensions.map(({ Name, Value }) => [Name, Value]));
  return { kind: 'metric', by, namespace: Namespace, name: MetricName, dimensions };
}

function ofWidget(dashboard: string, { type, properties }: Widget): Reading[] {
  const { title, metrics = [], query = '', data } = properties;
  const by = `${dashboard}, "${title}"`;
  switch (type) {
    case 'metric':
      return metrics.flatMap((row) => ofRow(by, row));
    case 'log':
      return [...query.matchAll(SOURCE)].map(([, group = '']) => {
        const fields = Array.from(query.matchAll(FIELD), ([, field = '']) => field);
        return { kind: 'log', by, group, fields };
      });
    case 'chart':
      return (data?.queries ?? []).flatMap((each) => ofPromQl(by, each.query));
    case 'text':
    case 'alarm':
      return [];
    default:
      throw new TypeError(`${by}: nothing is known of widgets of the type ${type}`);
  }
}

/** `[namespace, name, dimension, value, …, options]`, or the options alone. */
function ofRow(by: string, row: readonly unknown[]): Reading[] {
  const options = row.find((each) => typeof each === 'object') as
    | { expression?: string }
    | undefined;
  const [namespace, name, ...rest] = row.filter((each) => typeof each === 'string');
  if (namespace === undefined || name === undefined) return ofSearch(by, options?.expression ?? '');
  if (row.some((each) => each === '.' || each === '...')) {
    throw new TypeError(`${by}: expected metrics in full, got ${JSON.stringify(row)}`);
  }
  const pairs = rest.flatMap((each, index) =>
    index % 2 === 0 ? [[each, rest[index + 1] ?? ''] as const] : [],
  );
  return [{ kind: 'metric', by, namespace, name, dimensions: Object.fromEntries(pairs) }];
}

/** Of other expressions, the metrics stand by themselves. */
function ofSearch(by: string, expression: string): Reading[] {
  return [...expression.matchAll(SEARCH)].map(([, schema = '', name = '']) => {
    const [namespace = '', ...dimensionNames] = schema
      .split(',')
      .map((each) => each.trim().replaceAll('"', ''));
    return { kind: 'search', by, namespace, name, dimensionNames };
  });
}

function ofPromQl(by: string, query: string): Reading[] {
  const found = [...query.matchAll(SELECTOR)].map(([, bare, matchers = '']): Reading => {
    let name = bare ?? '';
    const equal: Record<string, string> = {};
    const matching: Record<string, RegExp> = {};
    for (const [, quoted, label, operator, value = ''] of matchers.matchAll(MATCHER)) {
      if (quoted !== undefined) name = quoted;
      if (label !== undefined && operator === '=') equal[label] = value;
      if (label !== undefined && operator === '=~') matching[label] = new RegExp(`^(?:${value})$`);
    }
    return { kind: 'series', by, name, equal, matching };
  });
  if (found.length === 0) throw new TypeError(`${by}: expected a selector in the query ${query}`);
  return found;
}
