import {
  Color,
  GraphWidget,
  type IWidget,
  type Metric,
  TextWidget,
} from 'aws-cdk-lib/aws-cloudwatch';
import type { ICollector } from '../collector/interface.ts';

const ROW = 24;
const QUARTER = 6;

/** A row of widgets about the collector itself. */
export function collectorWidgets(collector: ICollector): IWidget[][] {
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
        collector.metricTargetsUp({ label: 'up', color: Color.GREEN }),
        collector.metricTargetsDown({ label: 'down', color: Color.RED }),
      ]),
      graph('Duration of a cycle', 'milliseconds', [
        collector.metricCycleDuration({
          label: collector.shardCycle ? 'duration of the longest shard' : 'duration',
        }),
      ]),
      graph('Metric values published', 'a cycle', [
        collector.metricMetricsPublished({ label: 'published' }),
      ]),
      graph('Failures', 'a cycle', [
        collector.metricDiscoveryErrors({ label: 'discovery errors' }),
        collector.metricTargetsUnreachable({ label: 'targets unreachable' }),
        collector.metricEventsRejected({ label: 'events rejected', color: Color.RED }),
        collector.metricMetricsHeldBack({ label: 'metrics held back', color: Color.ORANGE }),
        ...(collector.shardCycle ? [collector.metricShardsLate({ label: 'shards late' })] : []),
      ]),
    ],
  ];
}
