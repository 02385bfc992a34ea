import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import type { Destination } from '../../../cli/cost/receivers.ts';
import { CLUSTER } from '../../../cli/demo/cluster.ts';
import { REPOSITORY } from '../../../infra/build/paths.ts';
import { type DefaultMetrics, defaultDocument } from '../../../lambda/config/native/default.ts';

/** One column of the table. */
export interface DeliveryCase {
  readonly title: string;
  readonly destination: Destination;
  /** A native document as JSON. */
  readonly configuration: string;
  /** Alarms of CloudWatch for each service. */
  readonly alarmsOfService: number;
}

/** CPU and memory. */
const ALARMS = 2;

/** The built-in rules to CloudWatch, and each task and container by itself to where a series costs no more for being one of many. */
export const DELIVERY_CASES: readonly DeliveryCase[] = [
  ...(['tasks', 'containers'] as const).flatMap((metrics) => [
    builtIn(`${metrics}, EMF`, 'logs', metrics),
    builtIn(`${metrics}, PutMetricData`, 'metrics', metrics),
  ]),
  eachTask('each task and container, OTLP', 'otlp', ALARMS),
  // Alarms are rules of the workspace.
  eachTask('each task and container, workspace', 'workspace', 0),
];

function builtIn(title: string, destination: Destination, metrics: DefaultMetrics): DeliveryCase {
  const configuration = JSON.stringify(defaultDocument(metrics));
  return { title, destination, configuration, alarmsOfService: ALARMS };
}

/** The configuration of examples/each-task.yaml. */
function eachTask(title: string, destination: Destination, alarmsOfService: number): DeliveryCase {
  const document = parse(readFileSync(join(REPOSITORY, 'examples/each-task.yaml'), 'utf8'));
  document.ecs_service_discovery.sd_target_cluster = CLUSTER;
  delete document.region;
  return { title, destination, configuration: JSON.stringify(document), alarmsOfService };
}
