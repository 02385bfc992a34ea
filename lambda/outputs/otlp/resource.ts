import type { Labels } from '../../model/samples/sample.ts';
import { ProtobufWriter } from '../wire/protobuf-writer.ts';
import { writeAttribute } from './attribute.ts';

/** Field of `Resource`. */
const ATTRIBUTES = 1;

/** The attributes of a resource. */
export interface Resource {
  /** The message `Resource`, without its tag. */
  readonly encoded: Uint8Array;
  readonly attributes: number;
}

/**
 * Labels of a target with a name in OpenTelemetry: `job` and `instance` by its rules for Prometheus, the others as in
 * the collector's awsecscontainermetrics receiver and the semantic conventions.
 * https://opentelemetry.io/docs/specs/otel/compatibility/prometheus_and_openmetrics/#resource-attributes
 */
const NAMES: Readonly<Record<string, string>> = {
  job: 'service.name',
  instance: 'service.instance.id',
  ClusterName: 'aws.ecs.cluster.name',
  TaskClusterName: 'aws.ecs.cluster.name',
  ServiceName: 'aws.ecs.service.name',
  TaskArn: 'aws.ecs.task.arn',
  TaskId: 'aws.ecs.task.id',
  TaskDefinitionFamily: 'aws.ecs.task.family',
  TaskRevision: 'aws.ecs.task.revision',
  LaunchType: 'aws.ecs.launchtype',
  container_name: 'container.name',
  AvailabilityZone: 'cloud.availability_zone',
  InstanceType: 'host.type',
};

/** `arn:aws:ecs:REGION:ACCOUNT:task/…` */
const TASK_ARN = /^arn:[^:]+:ecs:([^:]+):([^:]+):/;

/** The resource of a target: all of its labels, and the account and Region of its task. */
export function resourceOf(labels: Labels): Resource {
  const attributes = attributesOf(labels);
  const writer = new ProtobufWriter();
  for (const [name, value] of attributes) writeAttribute(writer, ATTRIBUTES, name, value);
  return { encoded: writer.bytes().slice(), attributes: attributes.size };
}

/** Names and values; a label without a name in OpenTelemetry keeps its own. */
export function attributesOf(labels: Labels): Map<string, string> {
  const attributes = new Map<string, string>();
  for (const [label, value] of Object.entries(labels)) {
    if (value === '') continue;
    const name = Object.hasOwn(NAMES, label) ? (NAMES[label] ?? label) : label;
    attributes.set(name, label === 'LaunchType' ? value.toLowerCase() : value);
  }
  const [, region, account] = TASK_ARN.exec(labels.TaskArn ?? '') ?? [];
  if (region !== undefined && account !== undefined) {
    attributes.set('cloud.provider', 'aws');
    attributes.set('cloud.platform', 'aws_ecs');
    attributes.set('cloud.region', region);
    attributes.set('cloud.account.id', account);
  }
  return attributes;
}
