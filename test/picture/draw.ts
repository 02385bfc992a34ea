/**
 * `node test/picture/draw.ts [cycles]`: draws the dashboard as it is synthesized, with what the collector delivered of real
 * processes, to docs/images/dashboard.svg. A graph of which the processes on loopback give no data is left out.
 */

import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Cluster } from 'aws-cdk-lib/aws-ecs';
import { App, Stack } from 'aws-cdk-lib/core';
import { CLUSTER } from '../../cli/demo/cluster.ts';
import { REPOSITORY } from '../../infra/build/paths.ts';
import { CollectorDashboard } from '../../infra/dashboards/collector.ts';
import {
  COLLECTOR_NAMESPACE,
  TASK_CPU_UTILIZATION,
  TASK_MEMORY_UTILIZATION,
} from '../../lambda/model/settings/names.ts';
import { dashboardWidgets, type Widget } from '../infra/dashboard-body.ts';
import { collectorStack, placeIn } from '../infra/template.ts';
import { type Box, graph, heading, type Line, picture, table } from './chart.ts';
import { type Recording, record, SERVICE, type Value } from './record.ts';

const FILE = join(REPOSITORY, 'docs/images/dashboard.svg');
const INTERVAL_MS = 2_000;

/** Pixels of a dashboard's unit of width and height. */
const UNIT = { x: 40, y: 32 };
const GAP = 4;

/** CloudWatch's own, where the dashboard names none. */
const COLORS = ['#1f77b4', '#ff7f0e', '#2ca02c'];

const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);

/** Statistics over the values of a cycle, in ascending order, at least one. */
const STATISTICS: Readonly<Record<string, (values: readonly number[]) => number | undefined>> = {
  Maximum: (values) => values.at(-1),
  Average: (values) => sum(values) / values.length,
  Sum: sum,
  p99: (values) => values[Math.ceil(values.length * 0.99) - 1],
};

/** A column of a query of Logs Insights. */
const FIELD = /\b(sum|max)\((\w+)\) as (\w+)/g;
const AGGREGATES: Readonly<Record<string, string>> = { sum: 'Sum', max: 'Maximum' };

/** A metric of a widget: its namespace, name and dimensions, and how it is shown. */
interface Shown {
  readonly namespace: string;
  readonly name: string;
  readonly dimensions: Readonly<Record<string, string>>;
  readonly label: string;
  readonly statistic: string;
  readonly color: string | undefined;
}

const recording = await record(Number(process.argv[2] ?? 60), INTERVAL_MS);
await mkdir(dirname(FILE), { recursive: true });
await writeFile(FILE, draw(widgets(), recording));

function widgets(): readonly Widget[] {
  const stack = new Stack(new App(), 'Stack');
  const place = placeIn(stack, 'Demo');
  const cluster = Cluster.fromClusterAttributes(stack, 'Cluster', {
    clusterName: CLUSTER,
    vpc: place.vpc,
  });
  const { collector } = collectorStack({ ...place, cluster }, stack);
  const services = [{ clusterName: CLUSTER, serviceName: SERVICE }];
  new CollectorDashboard(stack, 'Dashboard', { collector, services });
  return dashboardWidgets(stack);
}

function draw(dashboard: readonly Widget[], recorded: Recording): string {
  const parts = dashboard.map((widget) => {
    const { markdown, title = '', metrics, query = '', yAxis } = widget.properties;
    const box = boxOf(widget);
    if (markdown !== undefined) return heading(box, markdown.replace(/^#+ /, ''));
    const shown = metrics === undefined ? shownInLog(query) : shownIn(metrics);
    if (shown.length === 0) return table(box, title, worstTasks(recorded));
    return graph(box, title, yAxis?.left?.label ?? '', linesOf(shown, recorded));
  });
  const height = Math.max(...dashboard.map((widget) => widget.y + widget.height)) * UNIT.y;
  return picture(
    'The dashboard of a service and of the collector',
    24 * UNIT.x,
    height + GAP,
    parts,
  );
}

function boxOf({ x, y, width, height }: Widget): Box {
  return {
    x: x * UNIT.x + GAP,
    y: y * UNIT.y + GAP,
    width: width * UNIT.x - 2 * GAP,
    height: height * UNIT.y - GAP,
  };
}

function shownIn(metrics: readonly (readonly unknown[])[]): Shown[] {
  return metrics.map((metric) => {
    const options = metric.at(-1) as Partial<Record<'label' | 'stat' | 'color', string>>;
    const [namespace = '', name = '', ...pairs] = metric.slice(0, -1).map(String);
    const dimensions: Record<string, string> = {};
    for (let index = 0; index < pairs.length; index += 2) {
      dimensions[pairs[index] ?? ''] = pairs[index + 1] ?? '';
    }
    const { label = name, stat: statistic = 'Average', color } = options;
    return { namespace, name, dimensions, label, statistic, color };
  });
}

/** What a graph of the function's log shows; nothing for a table. */
function shownInLog(query: string): Shown[] {
  return Array.from(query.matchAll(FIELD), ([, aggregate = '', name = '', label = '']) => ({
    namespace: COLLECTOR_NAMESPACE,
    name,
    dimensions: {},
    label: label.replaceAll('_', ' '),
    statistic: AGGREGATES[aggregate] ?? '',
    color: undefined,
  }));
}

function linesOf(shown: readonly Shown[], { values, cycles }: Recording): Line[] {
  return shown.map((metric, index) => ({
    label: metric.label,
    color: metric.color ?? COLORS[index % COLORS.length] ?? '',
    points: Array.from({ length: cycles }, (_, cycle) => {
      const sorted = values
        .filter((value) => value.cycle === cycle && isOf(value, metric))
        .map(({ value }) => value)
        .sort((a, b) => a - b);
      return sorted.length === 0 ? undefined : STATISTICS[metric.statistic]?.(sorted);
    }),
  }));
}

function isOf(value: Value, { namespace, name, dimensions }: Shown): boolean {
  if (value.namespace !== namespace || value.name !== name) return false;
  // There is one collector, whose function has no name here.
  if (namespace === COLLECTOR_NAMESPACE) return true;
  const names = Object.keys(dimensions);
  return (
    names.length === Object.keys(value.dimensions).length &&
    names.every((each) => value.dimensions[each] === dimensions[each])
  );
}

/** What the query of the dashboard answers. */
function worstTasks({ tasks }: Recording): string[][] {
  const figure = (value: unknown) => (typeof value === 'number' ? value.toFixed(1) : '');
  const rows = tasks.map(({ id, fields }) => [
    id,
    figure(fields[TASK_CPU_UTILIZATION]),
    figure(fields[TASK_MEMORY_UTILIZATION]),
  ]);
  rows.sort(([, a], [, b]) => Number(b) - Number(a));
  return [['TaskId', 'cpu_percent', 'memory_percent'], ...rows];
}
