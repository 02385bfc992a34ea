import {
  Color,
  GraphWidget,
  type IWidget,
  LogQueryWidget,
  type Metric,
  type MetricOptions,
  Stats,
  TextWidget,
  type YAxisProps,
} from 'aws-cdk-lib/aws-cloudwatch';
import type { ILogGroup } from 'aws-cdk-lib/aws-logs';
import {
  DEFAULT_NAMESPACE,
  TASK_CPU_UTILIZATION,
  TASK_MEMORY_UTILIZATION,
} from '../../lambda/model/settings/names.ts';
import type { PublishedMetrics } from '../configuration/published-metrics.ts';
import {
  dimensionsOf,
  EPHEMERAL_STORAGE_UTILIZATION,
  NETWORK_RECEIVE_RATE,
  NETWORK_TRANSMIT_RATE,
  RESTARTS,
  type ServiceName,
  taskMetric,
} from '../metrics/task.ts';
import { worstTasksQuery } from './worst-tasks.ts';

/** A dashboard has 24 columns. https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/CloudWatch-Dashboard-Body-Structure.html */
const ROW = 24;
const HALF = 12;
const THIRD = 8;
const HEIGHT = 6;

const PERCENT: YAxisProps = { min: 0, label: '% of the limit', showUnits: false };

export interface ServiceWidgetsProps {
  readonly service: ServiceName;
  /** The published metrics; absent if unknown, which counts as all. */
  readonly published: PublishedMetrics | undefined;
  /** The log group in which Logs Insights finds the tasks; absent without one. */
  readonly logGroup: ILogGroup | undefined;
}

/** The metrics of the graphs. */
const SHOWN = [
  TASK_CPU_UTILIZATION,
  TASK_MEMORY_UTILIZATION,
  NETWORK_RECEIVE_RATE,
  NETWORK_TRANSMIT_RATE,
  RESTARTS,
  EPHEMERAL_STORAGE_UTILIZATION,
];

/** Whether the service has any graph. */
export function publishesService(published: PublishedMetrics, service: ServiceName): boolean {
  const dimensions = dimensionsOf(service);
  return SHOWN.some((metricName) => published.namespaceOf({ metricName, dimensions }));
}

/** Rows of widgets about the tasks of one service, if the rules publish their metrics. */
export function serviceWidgets({ service, published, logGroup }: ServiceWidgetsProps): IWidget[][] {
  const namespaceOf = (metricName: string) =>
    published === undefined
      ? DEFAULT_NAMESPACE
      : published.namespaceOf({ metricName, dimensions: dimensionsOf(service) });
  const isPublished = (name: string) => namespaceOf(name) !== undefined;
  const metric = (name: string, options: MetricOptions) =>
    taskMetric(name, service, { namespace: namespaceOf(name) ?? DEFAULT_NAMESPACE, ...options });
  const graph = (title: string, width: number, leftYAxis: YAxisProps, left: readonly Metric[]) => {
    const shown = left.filter(({ metricName }) => isPublished(metricName));
    return shown.length === 0
      ? []
      : [new GraphWidget({ title, width, height: HEIGHT, leftYAxis, left: shown })];
  };
  const distribution = (name: string) => [
    metric(name, { statistic: Stats.MAXIMUM, label: 'worst task', color: Color.RED }),
    metric(name, { statistic: Stats.p(99), label: 'p99', color: Color.ORANGE }),
    metric(name, { statistic: Stats.AVERAGE, label: 'average', color: Color.BLUE }),
  ];
  const rates = [
    metric(NETWORK_RECEIVE_RATE, { label: 'received, busiest task' }),
    metric(NETWORK_TRANSMIT_RATE, { label: 'sent, busiest task' }),
    metric(NETWORK_RECEIVE_RATE, { statistic: Stats.AVERAGE, label: 'received, average' }),
    metric(NETWORK_TRANSMIT_RATE, { statistic: Stats.AVERAGE, label: 'sent, average' }),
  ];
  return [
    [new TextWidget({ markdown: `## ${service.serviceName}`, width: ROW, height: 1 })],
    [
      ...graph('CPU of the tasks', HALF, PERCENT, distribution(TASK_CPU_UTILIZATION)),
      ...graph('Memory of the tasks', HALF, PERCENT, distribution(TASK_MEMORY_UTILIZATION)),
    ],
    [
      ...graph('Network', THIRD, { min: 0, label: 'bytes/s', showUnits: false }, rates),
      ...graph('Restarts of containers', THIRD, { min: 0, label: 'restarts', showUnits: false }, [
        metric(RESTARTS, { statistic: Stats.SUM, label: 'all tasks' }),
      ]),
      ...graph('Ephemeral storage', THIRD, { ...PERCENT, label: '% in use' }, [
        metric(EPHEMERAL_STORAGE_UTILIZATION, { label: 'fullest task' }),
      ]),
    ],
    [logGroup === undefined ? withoutEvents() : worstTasks(service, logGroup)],
  ].filter((row) => row.length > 0);
}

/** Without log events, nobody can tell which task is the worst. */
function withoutEvents(): IWidget {
  return new TextWidget({
    markdown:
      'There is no table of the worst tasks: no log events of the collector are known that name them.',
    width: ROW,
    height: 1,
  });
}

/** The metric shows the utilization of the worst task, and the events show which task it is. */
function worstTasks(service: ServiceName, group: ILogGroup): IWidget {
  const { clusterName, serviceName } = service;
  return new LogQueryWidget({
    title: `Worst tasks of ${serviceName} now`,
    width: ROW,
    height: HEIGHT,
    logGroupNames: [group.logGroupName],
    queryLines: worstTasksQuery([
      `filter ClusterName = "${clusterName}" and ServiceName = "${serviceName}"`,
    ]),
  });
}
