import { type IWidget, TextWidget } from 'aws-cdk-lib/aws-cloudwatch';
import { Duration } from 'aws-cdk-lib/core';
import {
  TASK_CPU_UTILIZATION,
  TASK_MEMORY_UTILIZATION,
} from '../../lambda/model/settings/names.ts';
import { growth, maxByTask, ofService, reduced, worst } from '../metrics/promql.ts';
import {
  EPHEMERAL_STORAGE_UTILIZATION,
  NETWORK_RECEIVE_RATE,
  NETWORK_TRANSMIT_RATE,
  RESTARTS,
  type ServiceName,
} from '../metrics/task.ts';
import { type PromQLSeries, PromQLWidget } from './promql-widget.ts';

/** A dashboard has 24 columns. https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/CloudWatch-Dashboard-Body-Structure.html */
const ROW = 24;
const HALF = 12;
const THIRD = 8;

/** Tasks that a graph shows individually: the worst. */
const WORST_TASKS = 10;

const OF_LIMIT = '% of the limit';

/**
 * Rows of widgets about the tasks of one service, by PromQL.
 *
 * @param isSent whether a metric can have data; a graph without any such metric is left out
 */
export function promqlServiceWidgets(
  service: ServiceName,
  isSent: (metricName: string) => boolean,
): IWidget[][] {
  const graph = (
    title: string,
    unit: string,
    width: number,
    lines: readonly (PromQLSeries & { readonly metricName: string })[],
  ) => {
    const series = lines.filter(({ metricName }) => isSent(metricName));
    return series.length === 0 ? [] : [new PromQLWidget({ title, unit, width, series })];
  };
  const series = (metricName: string) => ofService(metricName, service);
  const distribution = (metricName: string) => [
    { metricName, label: 'worst task', query: reduced('max', series(metricName)) },
    { metricName, label: 'p99', query: reduced('quantile', series(metricName), 0.99) },
    { metricName, label: 'average', query: reduced('avg', series(metricName)) },
  ];
  const tasks = (metricName: string) => [
    { metricName, query: worst(WORST_TASKS, maxByTask(series(metricName))) },
  ];
  const busiest = (metricName: string, label: string) => ({
    metricName,
    label,
    query: reduced('max', series(metricName)),
  });
  return [
    [new TextWidget({ markdown: `## ${service.serviceName}`, width: ROW, height: 1 })],
    [
      ...graph('CPU of the tasks', OF_LIMIT, HALF, distribution(TASK_CPU_UTILIZATION)),
      ...graph('Memory of the tasks', OF_LIMIT, HALF, distribution(TASK_MEMORY_UTILIZATION)),
    ],
    [
      ...graph('Busiest tasks', OF_LIMIT, HALF, tasks(TASK_CPU_UTILIZATION)),
      ...graph('Fullest tasks', OF_LIMIT, HALF, tasks(TASK_MEMORY_UTILIZATION)),
    ],
    [
      ...graph('Network', 'bytes/s', THIRD, [
        busiest(NETWORK_RECEIVE_RATE, 'received, busiest task'),
        busiest(NETWORK_TRANSMIT_RATE, 'sent, busiest task'),
      ]),
      ...graph('Restarts of containers', 'restarts in 5 minutes', THIRD, [
        {
          metricName: RESTARTS,
          label: 'all tasks',
          query: reduced('sum', growth(series(RESTARTS), Duration.minutes(5))),
        },
      ]),
      ...graph('Ephemeral storage', '% in use', THIRD, [
        busiest(EPHEMERAL_STORAGE_UTILIZATION, 'fullest task'),
      ]),
    ],
  ].filter((row) => row.length > 0);
}
