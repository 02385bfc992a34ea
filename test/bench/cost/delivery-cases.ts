import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import type { Destination } from '../../../cli/cost/receivers.ts';
import { CLUSTER } from '../../../cli/demo/cluster.ts';
import { REPOSITORY } from '../../../infra/build/paths.ts';
import { type DefaultMetrics, defaultDocument } from '../../../lambda/config/native/default.ts';
import type { NativeInput } from '../../../lambda/config/native/native.ts';

/** One column of the tables. */
export interface DeliveryCase {
  /** The series: columns of one are comparable. */
  readonly group: string;
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
  ...(['tasks', 'containers'] as const).flatMap((metrics) => {
    const document = defaultDocument(metrics);
    return [
      builtIn(metrics, 'EMF, minutes at once', 'logs', withMinutes(document, 'immediate')),
      builtIn(metrics, 'EMF', 'logs', document),
      builtIn(metrics, 'EMF, events of services', 'logs', withServiceEvents(document)),
      builtIn(metrics, 'PutMetricData', 'metrics', document),
    ];
  }),
  eachTask('OTLP', 'otlp', ALARMS, 'lean'),
  eachTask('OTLP, all attributes', 'otlp', ALARMS, 'all'),
  // Alarms are rules of the workspace.
  eachTask('workspace', 'workspace', 0),
];

function builtIn(
  group: DefaultMetrics,
  title: string,
  destination: Destination,
  document: NativeInput,
): DeliveryCase {
  const configuration = JSON.stringify(document);
  return { group, title, destination, configuration, alarmsOfService: ALARMS };
}

function withServiceEvents(document: NativeInput): NativeInput {
  return { ...document, emf_processor: { ...document.emf_processor, events: 'service' } };
}

function withMinutes(document: NativeInput, minute_delivery: 'immediate'): NativeInput {
  const scrape_configs = document.scrape_configs?.map((job) => ({ ...job, minute_delivery }));
  return { ...document, scrape_configs };
}

/** The configuration of examples/each-task.yaml, or with OTLP in place of its output. */
function eachTask(
  title: string,
  destination: Destination,
  alarmsOfService: number,
  attributes?: 'lean' | 'all',
): DeliveryCase {
  const document = parse(readFileSync(join(REPOSITORY, 'examples/each-task.yaml'), 'utf8'));
  document.ecs_service_discovery.sd_target_cluster = CLUSTER;
  if (attributes !== undefined) {
    document.outputs = [{ type: 'otlp', endpoint: 'cloudwatch', region: 'us-east-1', attributes }];
  }
  delete document.region;
  const configuration = JSON.stringify(document);
  const group = 'each task and container';
  return { group, title, destination, configuration, alarmsOfService };
}
