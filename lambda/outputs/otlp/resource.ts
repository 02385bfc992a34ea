import type { Labels } from '../../model/samples/sample.ts';
import type { ResourceAttributes } from '../../model/settings/output.ts';
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

/** The attributes that tell one target from another. */
const IDENTITY: readonly string[] = ['service.name', 'service.instance.id'];

/**
 * The attributes that are left out of `lean`: of ECS, what the name of the service, of the task or of the family says too, or what is
 * the same for the life of a task; and labels that only make a container a target.
 */
const NOT_LEAN: readonly string[] = [
  ...['aws.ecs.task.arn', 'aws.ecs.task.revision', 'aws.ecs.launchtype', 'TaskGroup', 'StartedBy'],
  ...['cloud.provider', 'cloud.platform', 'cloud.region', 'cloud.account.id'],
  ...['cloud.availability_zone', 'host.type', 'VpcId', 'SubnetId'],
  ...['ECS_PROMETHEUS_EXPORTER_PORT', 'ECS_PROMETHEUS_METRICS_PATH'],
];

/** `arn:aws:ecs:REGION:ACCOUNT:task/…` */
const TASK_ARN = /^arn:[^:]+:ecs:([^:]+):([^:]+):/;

/** The resource of a target, with the chosen ones of its labels, and of the account and Region of its task. */
export function resourceOf(labels: Labels, chosen: ResourceAttributes): Resource {
  const attributes = attributesOf(labels, chosen);
  const writer = new ProtobufWriter();
  for (const [name, value] of attributes) writeAttribute(writer, ATTRIBUTES, name, value);
  return { encoded: writer.bytes().slice(), attributes: attributes.size };
}

/** Names and values; a label without a name in OpenTelemetry keeps its own. */
export function attributesOf(
  labels: Labels,
  chosen: ResourceAttributes = 'all',
): Map<string, string> {
  const attributes = allOf(labels);
  if (chosen === 'all') return attributes;
  const keeps = choiceOf(chosen);
  return new Map([...attributes].filter(([name]) => keeps(name)));
}

/** The name of the attribute that a label becomes. */
export function attributeOf(label: string): string {
  return Object.hasOwn(NAMES, label) ? (NAMES[label] ?? label) : label;
}

function choiceOf(chosen: Exclude<ResourceAttributes, 'all'>): (name: string) => boolean {
  if (chosen === 'lean') return (name) => !NOT_LEAN.includes(name);
  const names = new Set([...IDENTITY, ...chosen.map(attributeOf)]);
  return (name) => names.has(name);
}

function allOf(labels: Labels): Map<string, string> {
  const attributes = new Map<string, string>();
  for (const [label, value] of Object.entries(labels)) {
    if (value === '') continue;
    attributes.set(attributeOf(label), label === 'LaunchType' ? value.toLowerCase() : value);
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
