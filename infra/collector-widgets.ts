import {
  Color,
  GraphWidget,
  type IWidget,
  type Metric,
  Stats,
  TextWidget,
} from 'aws-cdk-lib/aws-cloudwatch';
import type { ICollector } from './collector/collector-interface.ts';
import { SELF_METRICS } from './collector-metrics.ts';

const ROW = 24;
const QUARTER = 6;

/** A row of widgets about the collector itself. */
export function collectorWidgets(collector: ICollector): IWidget[][] {
  // Each shard says of its own targets only.
  const ofAll = collector.shardCycle ? Stats.SUM : Stats.MAXIMUM;
  const metric = (name: string, label: string, color?: string, statistic = ofAll) =>
    collector.metric(name, {
      statistic,
      period: collector.interval,
      label,
      ...(color && { color }),
    });
  const graph = (title: string, label: string, left: Metric[]) =>
    new GraphWidget({
      title,
      width: QUARTER,
      leftYAxis: { min: 0, label, showUnits: false },
      left,
    });
  return [
    [new TextWidget({ markdown: '## Collector', width: ROW, height: 1 })],
    [
      graph('Targets', 'targets', [
        metric(SELF_METRICS.targetsUp, 'up', Color.GREEN),
        metric(SELF_METRICS.targetsDown, 'down', Color.RED),
      ]),
      graph('Duration of a cycle', 'milliseconds', [
        metric(
          SELF_METRICS.cycleDuration,
          collector.shardCycle ? 'duration of the longest shard' : 'duration',
          undefined,
          Stats.MAXIMUM,
        ),
      ]),
      graph('Metric values published', 'a cycle', [
        metric(SELF_METRICS.metricsPublished, 'published'),
      ]),
      graph('What went wrong', 'a cycle', [
        metric(SELF_METRICS.discoveryErrors, 'discovery errors'),
        metric(SELF_METRICS.targetsUnreachable, 'targets unreachable'),
        metric(SELF_METRICS.eventsRejected, 'events rejected', Color.RED),
        metric(SELF_METRICS.metricsHeldBack, 'metrics held back', Color.ORANGE),
        ...(collector.shardCycle ? [metric(SELF_METRICS.shardsLate, 'shards late')] : []),
      ]),
    ],
  ];
}
