import type { PublishedMetric } from '../../explain/published.ts';
import type { Change, MetricView } from './view.ts';

/** A metric of CloudWatch, and how many series become samples of it. */
export interface MetricUse {
  readonly metric: PublishedMetric;
  readonly series: number;
}

/** The metrics by name, compared with those before. */
export function metricViews(
  uses: ReadonlyMap<string, MetricUse>,
  before: ReadonlySet<string>,
): readonly MetricView[] {
  const published = Array.from(uses, ([key, { metric, series }]): MetricView => {
    const { namespace, name, dimensions, unit, as } = metric;
    const change = before.has(key) ? undefined : 'taken';
    return { namespace, name, dimensions, unit, as, series, change };
  });
  const lost = [...before].filter((key) => !uses.has(key)).map(lostView);
  return [...published, ...lost].sort(byName);
}

/** The key of a metric has its namespace, name and dimensions. */
function lostView(key: string): MetricView {
  const [namespace, name, ...dimensions] = JSON.parse(key) as [
    string,
    string,
    ...[string, string][],
  ];
  const change: Change = 'lost';
  return {
    namespace,
    name,
    dimensions: Object.fromEntries(dimensions),
    as: 'value',
    series: 0,
    change,
  };
}

function byName(a: MetricView, b: MetricView): number {
  const [left, right] = [a, b].map(({ name, dimensions }) =>
    [name, ...Object.values(dimensions)].join(' '),
  );
  return (left ?? '') < (right ?? '') ? -1 : 1;
}
