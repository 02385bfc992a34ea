import type { TargetMetrics } from '../../model/delivery/metric-output.ts';
import type { DropReason, Drops } from '../../model/samples/drops.ts';
import type { GroupedMetric, MetricGroup } from '../../model/samples/metric-group.ts';
import type { Publication } from '../../model/samples/publication.ts';
import type { Labels } from '../../model/samples/sample.ts';
import { isMetricName } from '../../model/settings/metric.ts';
import { type Values, valuesOf } from './values.ts';

/** The metric of values. */
export interface MetricIdentity {
  readonly name: string;
  readonly unit: string | undefined;
  readonly resolution: Publication['storageResolution'];
  readonly dimensions: readonly { readonly Name: string; readonly Value: string }[];
}

/** The values of one target for one metric that fit into a datum. */
export interface Piece {
  readonly namespace: string;
  readonly identity: MetricIdentity;
  /** Milliseconds since the epoch. */
  readonly timestamp: number;
  readonly values: Values;
}

/** The pieces of a target; metrics that CloudWatch would refuse go into `drops`. */
export function piecesOf({ groups, units, step }: TargetMetrics, drops: Drops): readonly Piece[] {
  const pieces: Piece[] = [];
  for (const group of groups) {
    for (const metric of group.metrics) {
      step?.();
      const parts = partsOf(metric);
      if (typeof parts === 'object') pieces.push(...published(group, metric, units, parts));
      else for (const { series } of metric.points) drops.add(parts, series);
    }
  }
  return pieces;
}

/** The values of a metric, or the reason why none can be published. */
function partsOf(metric: GroupedMetric): readonly Values[] | DropReason {
  // A sample without a declaration is kept only for log events.
  if (metric.publications.length === 0) return 'no_declaration';
  if (!isMetricName(metric.name)) return 'metric_name';
  return valuesOf(metric) ?? 'out_of_range';
}

function published(
  { labels, timestamp }: MetricGroup,
  { name, publications }: GroupedMetric,
  units: TargetMetrics['units'],
  parts: readonly Values[],
): readonly Piece[] {
  const unit = units.get(name);
  return publications.flatMap(({ namespace, dimensions, storageResolution: resolution }) =>
    dimensions.flatMap((set) => {
      const identity = { name, unit, resolution, dimensions: dimensionsOf(set, labels) };
      return parts.map((values) => ({ namespace, identity, timestamp, values }));
    }),
  );
}

function dimensionsOf(set: readonly string[], labels: Labels): MetricIdentity['dimensions'] {
  return set.map((name) => ({ Name: name, Value: labels[name] ?? '' }));
}
