import {
  Color,
  GraphWidget,
  type IWidget,
  LogQueryVisualizationType,
  LogQueryWidget,
  type Metric,
  Stats,
  TextWidget,
} from 'aws-cdk-lib/aws-cloudwatch';
import type { ILogGroup } from 'aws-cdk-lib/aws-logs';
import type { ICollector } from '../collector/interface.ts';

const ROW = 24;
const QUARTER = 6;

/** A line of a graph: one of the collector's figures about itself. */
interface Shown {
  readonly name: string;
  readonly label: string;
  readonly color?: string;
  /** Whether the figures of an interval are added up: a level is so only over shards. */
  readonly isCount: boolean;
}

/** A row of widgets about the collector itself. */
export function collectorWidgets(collector: ICollector): IWidget[][] {
  const { logGroup, shardCycle } = collector;
  const graph = (title: string, label: string, shown: readonly Shown[]) =>
    logGroup === undefined
      ? graphOfMetrics(title, label, metricsOf(collector, shown))
      : graphOfFields(title, collector, logGroup, shown);
  const duration = shardCycle ? 'duration of the longest shard' : 'duration';
  return [
    [new TextWidget({ markdown: '## Collector', width: ROW, height: 1 })],
    [
      graph('Targets', 'targets', [
        { ...level('TargetsUp', 'up'), color: Color.GREEN },
        { ...level('TargetsDown', 'down'), color: Color.RED },
      ]),
      graphOfMetrics('Duration of a cycle', 'milliseconds', [
        // An alarm reads it, so it is published.
        collector.faults((each) => each.metricCycleDuration({ label: duration })),
      ]),
      graph('Metric values published', 'a cycle', [count('MetricsPublished', 'published')]),
      graph('Failures', 'a cycle', [
        count('DiscoveryErrors', 'discovery errors'),
        level('TargetsUnreachable', 'targets unreachable'),
        { ...count('EventsRejected', 'events rejected'), color: Color.RED },
        { ...count('MetricsHeldBack', 'metrics held back'), color: Color.ORANGE },
        ...(shardCycle ? [level('ShardsLate', 'shards late')] : []),
      ]),
    ],
  ];
}

function count(name: string, label: string): Shown {
  return { name, label, isCount: true };
}

function level(name: string, label: string): Shown {
  return { name, label, isCount: false };
}

/** Of an imported collector whose log is not known. */
function metricsOf(collector: ICollector, shown: readonly Shown[]): Metric[] {
  return shown.map(({ name, isCount, ...options }) =>
    collector.metric(name, {
      statistic: isSum(collector, isCount) ? Stats.SUM : Stats.MAXIMUM,
      period: collector.interval,
      ...options,
    }),
  );
}

function graphOfMetrics(title: string, label: string, left: Metric[]): IWidget {
  return new GraphWidget({
    title,
    width: QUARTER,
    leftYAxis: { min: 0, label, showUnits: false },
    left,
  });
}

/** The log has the figures of each cycle, and CloudWatch would bill each of them as a metric. */
function graphOfFields(
  title: string,
  collector: ICollector,
  logGroup: ILogGroup,
  shown: readonly Shown[],
): IWidget {
  const columns = shown.map(({ name, label, isCount }) => {
    const aggregate = isSum(collector, isCount) ? 'sum' : 'max';
    return `${aggregate}(${name}) as ${label.replaceAll(' ', '_')}`;
  });
  return new LogQueryWidget({
    title,
    width: QUARTER,
    view: LogQueryVisualizationType.LINE,
    logGroupNames: [logGroup.logGroupName],
    queryLines: [
      `filter ${shown.map(({ name }) => `ispresent(${name})`).join(' or ')}`,
      `stats ${columns.join(', ')} by bin(${collector.interval.toMinutes()}m)`,
    ],
  });
}

function isSum({ shardCycle }: ICollector, isCount: boolean): boolean {
  return isCount || shardCycle !== undefined;
}
