import { describe, expect, it } from '@jest/globals';
import { Annotations } from 'aws-cdk-lib/assertions';
import { CollectorConfiguration } from '../../../infra/configuration/configuration.ts';
import { CollectorDashboard } from '../../../infra/dashboards/collector.ts';
import type { ServiceName } from '../../../infra/metrics/task.ts';
import { dashboardWidgets, type Widget } from '../dashboard-body.ts';
import { collectorStack } from '../template.ts';

const SERVICES = [{ clusterName: 'prod', serviceName: 'checkout' }];

function dashboard(configuration: CollectorConfiguration, services: readonly ServiceName[]) {
  const { stack, collector } = collectorStack({ configuration });
  new CollectorDashboard(stack, 'Dashboard', { collector, services });
  return { stack, widgets: dashboardWidgets(stack) };
}

function titled(widgets: readonly Widget[], title: string): Widget['properties'] | undefined {
  return widgets.find(({ properties }) => properties.title === title)?.properties;
}

/** What CloudWatch shows of a metric: the Average where nothing else is said. */
function statisticOf(metric: readonly unknown[]): string {
  return (metric.at(-1) as { readonly stat?: string }).stat ?? 'Average';
}

describe('a dashboard of a service', () => {
  // GIVEN / WHEN
  const { widgets } = dashboard(CollectorConfiguration.detailed(), SERVICES);

  // THEN
  it.each([
    ['CPU of the tasks', 'ee_task_cpu_utilization_percent'],
    ['Memory of the tasks', 'ee_task_memory_utilization_percent'],
  ])('shows the worst, the p99 and the average: %s', (title, name) => {
    const metrics = titled(widgets, title)?.metrics ?? [];
    expect(metrics.map(statisticOf)).toEqual(['Maximum', 'p99', 'Average']);
    for (const metric of metrics) {
      expect(metric.slice(0, -1)).toEqual([
        'Fargauge',
        name,
        ...['ClusterName', 'prod', 'ServiceName', 'checkout'],
      ]);
    }
  });

  it.each([
    ['Network', ['Maximum', 'Maximum', 'Average', 'Average']],
    ['Restarts of containers', ['Sum']],
    ['Ephemeral storage', ['Maximum']],
  ])('shows %s', (title, statistics) => {
    const metrics = titled(widgets, title)?.metrics ?? [];
    expect(metrics.map(statisticOf)).toEqual(statistics);
  });

  it('names the worst tasks by the events of the last minutes', () => {
    const { query } = titled(widgets, 'Worst tasks of checkout now') ?? {};
    expect(query).toMatch(/^SOURCE 'CollectorMetricsLogGroup/);
    expect(query).toContain('filter ClusterName = "prod" and ServiceName = "checkout"');
    expect(query).toContain(' by task\n');
  });

  it('shows the duration of cycles by the metric that an alarm reads', () => {
    const [metric = [], ...others] = titled(widgets, 'Duration of a cycle')?.metrics ?? [];
    expect(others).toEqual([]);
    expect(metric.slice(0, 2)).toEqual(['Fargauge/Collector', 'CycleDuration']);
    expect(metric).toContain('Collector');
  });

  it.each([
    [
      'Targets',
      'filter ispresent(TargetsUp) or ispresent(TargetsDown)',
      'stats max(TargetsUp) as up, max(TargetsDown) as down by bin(1m)',
    ],
    [
      'Metric values published',
      'filter ispresent(MetricsPublished)',
      'stats sum(MetricsPublished) as published by bin(1m)',
    ],
    [
      'Failures',
      'filter ispresent(DiscoveryErrors) or ispresent(TargetsUnreachable) or ispresent(EventsRejected) or ispresent(MetricsHeldBack)',
      'stats sum(DiscoveryErrors) as discovery_errors, max(TargetsUnreachable) as targets_unreachable, sum(EventsRejected) as events_rejected, sum(MetricsHeldBack) as metrics_held_back by bin(1m)',
    ],
  ])('shows the health of the collector by the figures in its log: %s', (title, ...lines) => {
    const [source, ...query] = titled(widgets, title)?.query?.split(/\s+\| /) ?? [];
    expect(source).toMatch(/^SOURCE 'CollectorLogGroup/);
    expect(query).toEqual(lines);
  });

  it('has a title and graphs that fill its rows', () => {
    const rows = Map.groupBy(widgets, ({ y }) => y);
    for (const row of rows.values()) {
      expect(row.reduce((sum, { width }) => sum + width, 0)).toBe(24);
    }
    expect(widgets[0]?.properties.markdown).toBe('## checkout');
  });
});

it('a graph that the rules publish nothing for is left out', () => {
  const { widgets } = dashboard(CollectorConfiguration.builtIn(), SERVICES);
  expect(widgets.map(({ properties }) => properties.title).filter(Boolean)).toEqual([
    'CPU of the tasks',
    'Memory of the tasks',
    'Worst tasks of checkout now',
    'Targets',
    'Duration of a cycle',
    'Metric values published',
    'Failures',
  ]);
});

it('a service of a cluster that is not collected is refused', () => {
  const services = [{ clusterName: 'prdo', serviceName: 'checkout' }];
  expect(() => dashboard(CollectorConfiguration.builtIn(), services)).toThrow(
    new Error(
      '[Stack/Dashboard] Expected `clusterName` to be a cluster that Stack/Collector collects, which are prod, got prdo',
    ),
  );
});

it('a service of which the rules publish nothing gives a warning', () => {
  const configuration = CollectorConfiguration.of({ emf_processor: { metric_namespace: 'Shop' } });
  const { stack } = dashboard(configuration, SERVICES);
  Annotations.fromStack(stack).hasWarning(
    '/Stack/Dashboard',
    '[Stack/Dashboard] No rule publishes the metrics that the dashboard shows of the service checkout of prod [ack: fargauge:nothingOfcheckout]',
  );
});

it('a dashboard without services gives a warning', () => {
  const { stack } = dashboard(CollectorConfiguration.builtIn(), []);
  Annotations.fromStack(stack).hasWarning(
    '/Stack/Dashboard',
    '[Stack/Dashboard] The dashboard shows the collector only: expected `services` [ack: fargauge:noServices]',
  );
});
