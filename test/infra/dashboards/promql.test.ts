import { describe, expect, it } from '@jest/globals';
import { CollectorConfiguration } from '../../../infra/configuration/configuration.ts';
import { PromQLDashboard } from '../../../infra/dashboards/promql.ts';
import type { ServiceName } from '../../../infra/metrics/task.ts';
import { dashboardWidgets } from '../dashboard-body.ts';
import { collectorStack } from '../template.ts';

const OTLP = { type: 'otlp', endpoint: 'cloudwatch' } as const;
const SENDING = CollectorConfiguration.builtIn().withOutputs(OTLP);
const SERVICES = [{ clusterName: 'prod', serviceName: 'checkout' }];
const SERIES =
  '{"ee_task_cpu_utilization_percent", "@resource.aws.ecs.cluster.name"="prod", "@resource.aws.ecs.service.name"="checkout"}';

function dashboard(configuration: CollectorConfiguration, services: readonly ServiceName[]) {
  const { stack, collector } = collectorStack({ configuration });
  new PromQLDashboard(stack, 'Dashboard', { collector, services });
  return dashboardWidgets(stack);
}

describe('a dashboard by PromQL', () => {
  // GIVEN / WHEN
  const widgets = dashboard(SENDING, SERVICES);
  const charts = widgets.filter(({ type }) => type === 'chart');

  // THEN
  it('has a chart for each matter, and the health of the collector', () => {
    expect(widgets.map(({ properties }) => properties.title ?? properties.markdown)).toEqual([
      '## checkout',
      ...['CPU of the tasks', 'Memory of the tasks', 'Busiest tasks', 'Fullest tasks'],
      ...['Network', 'Restarts of containers', 'Ephemeral storage'],
      '## Collector',
      ...['Targets', 'Duration of a cycle', 'Metric values published', 'Failures'],
    ]);
  });

  it('asks by PromQL in its own Region', () => {
    expect(charts[0]).toEqual({
      type: 'chart',
      ...{ x: 0, y: 1, width: 12, height: 6 },
      properties: {
        title: 'CPU of the tasks',
        view: 'line',
        region: 'AWS::Region',
        data: {
          queries: [
            { id: 'q1', query: `max(${SERIES})`, label: 'worst task' },
            { id: 'q2', query: `quantile(0.99, ${SERIES})`, label: 'p99' },
            { id: 'q3', query: `avg(${SERIES})`, label: 'average' },
          ].map((query) => ({ ...query, type: 'cloudwatch-metrics', language: 'PromQL' })),
        },
        plotOptions: {
          legend: { position: 'bottom', show: true },
          xAxis: { type: 'datetime' },
          yAxis: [{ type: 'linear', title: '% of the limit' }],
        },
      },
    });
  });

  it('has graphs that fill its rows', () => {
    for (const row of Map.groupBy(widgets, ({ y }) => y).values()) {
      expect(row.reduce((sum, { width }) => sum + width, 0)).toBe(24);
    }
  });
});

it('a chart whose metrics are not sent is left out', () => {
  const widgets = dashboard(
    CollectorConfiguration.of({
      outputs: [OTLP],
      ecs_service_discovery: { sd_target_cluster: 'prod', docker_label: {} },
      scrape_configs: [
        {
          job_name: 'ecs',
          ecs_discovered: true,
          metric_relabel_configs: [
            { source_labels: ['__name__'], regex: 'ee_task_cpu_.*', action: 'keep' },
          ],
        },
      ],
    }),
    SERVICES,
  );
  const titles = widgets
    .filter(({ type }) => type === 'chart')
    .map((each) => each.properties.title);
  expect(titles).toEqual(['CPU of the tasks', 'Busiest tasks']);
});

describe('misuse', () => {
  it.each<[string, CollectorConfiguration, readonly ServiceName[], string]>([
    [
      'of a collector that sends CloudWatch nothing',
      CollectorConfiguration.builtIn(),
      SERVICES,
      'Expected an output of the type otlp with the endpoint cloudwatch, but the built-in default has none',
    ],
    ['without services', SENDING, [], 'Expected at least one of `services`, got none'],
  ])('%s is refused', (_, configuration, services, message) => {
    expect(() => dashboard(configuration, services)).toThrow(
      new Error(`[Stack/Dashboard] ${message}`),
    );
  });
});
