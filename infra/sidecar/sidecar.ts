import {
  Capability,
  ContainerDefinition,
  type ContainerImage,
  type HealthCheck,
  LinuxParameters,
  LogDriver,
  NetworkMode,
  type PortMapping,
  type TaskDefinition,
} from 'aws-cdk-lib/aws-ecs';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Annotations, Duration, RemovalPolicy } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import {
  JOB_NAME_LABEL,
  METRICS_PATH_LABEL,
  PORT_LABEL,
  SIDECAR_CONTAINER,
  SIDECAR_JOB,
  SIDECAR_PORT,
} from '../../lambda/model/settings/names.ts';
import { InvalidPropsError } from '../props/errors.ts';
import { type LoopbackTarget, renderTargets } from '../props/loopback-target.ts';
import { validCount, validPort } from '../props/valid.ts';
import { sidecarImage } from './image.ts';
import { renderLastEvents } from './last-events.ts';
import type { TaskSidecarOptions, TaskSidecarProps } from './props.ts';
import { daemonFor } from './served-clusters.ts';
import { isWindows, platformOf } from './task-platform.ts';
import { VARIABLES } from './variables.ts';

/**
 * The same in both images. On Node.js each check takes more CPU than a minute of the sidecar's own work, and nothing
 * waits for the result, so it is as rare as ECS allows.
 * https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_HealthCheck.html
 */
const HEALTH_CHECK: HealthCheck = {
  command: ['CMD', '/fargauge-sidecar', 'health'],
  interval: Duration.minutes(5),
  timeout: Duration.seconds(5),
  retries: 3,
};

/** The minimum of ECS: https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ContainerDefinition.html */
const LEAST_MEMORY_MIB = 6;

/** Three times the memory of the sidecar. On Node.js it takes more, which ECS allows: this is not a limit. */
const MEMORY_RESERVATION_MIB = 16;

/** Task definitions that have a sidecar. */
const SIDECARS = new WeakMap<TaskDefinition, TaskSidecar>();

/**
 * Adds the container with the figures of a task to its task definition, with the docker labels for its discovery. The
 * task continues when the sidecar ends.
 *
 * @example
 * new TaskSidecar(this, 'Sidecar', { taskDefinition });
 */
export class TaskSidecar extends Construct {
  /** Adds a sidecar to a task definition; its construct has the id `Fargauge`. */
  static addToTaskDefinition(
    taskDefinition: TaskDefinition,
    options: TaskSidecarOptions = {},
  ): TaskSidecar {
    return new TaskSidecar(taskDefinition, 'Fargauge', { taskDefinition, ...options });
  }

  /** Whether a task definition has a sidecar, or a container with its name. */
  static isIn(taskDefinition: TaskDefinition, containerName = SIDECAR_CONTAINER): boolean {
    return (
      SIDECARS.has(taskDefinition) || taskDefinition.findContainer(containerName) !== undefined
    );
  }

  /** The reason why the tasks of a definition cannot have a sidecar; undefined if they can. */
  static obstacleIn(taskDefinition: TaskDefinition): string | undefined {
    if (taskDefinition.networkMode === NetworkMode.NONE) {
      return 'A task in network mode "none" has no address, so no collector can scrape its sidecar';
    }
    if (isWindows(platformOf(taskDefinition))) {
      return 'A Windows task cannot run the sidecar, which is a Linux container';
    }
    return undefined;
  }

  readonly container: ContainerDefinition;
  readonly port: number;

  private readonly taskDefinition: TaskDefinition;

  constructor(scope: Construct, id: string, props: TaskSidecarProps) {
    refuseSecond(`${scope.node.path}/${id}`, props.taskDefinition);
    super(scope, id);
    this.taskDefinition = props.taskDefinition;
    this.port = validPort(this, 'port', props.port ?? SIDECAR_PORT);
    this.validateTaskDefinition(props);

    this.container = props.taskDefinition.addContainer(props.containerName ?? SIDECAR_CONTAINER, {
      image: this.image(props),
      essential: false,
      memoryReservationMiB: validCount(
        this,
        'memoryReservationMiB',
        props.memoryReservationMiB ?? MEMORY_RESERVATION_MIB,
        LEAST_MEMORY_MIB,
      ),
      readonlyRootFilesystem: true,
      linuxParameters: this.linuxParameters(props),
      portMappings: [{ containerPort: this.port }],
      environment: this.environment(props),
      ...(props.token && { secrets: { [VARIABLES.token]: props.token } }),
      dockerLabels: this.labels('/metrics', SIDECAR_JOB),
      healthCheck: props.healthCheck ?? HEALTH_CHECK,
      logging: props.logging ?? this.makeLogging(),
    });
    SIDECARS.set(props.taskDefinition, this);
    this.labelTargets(props.targets ?? []);
    // Containers may still be added after the sidecar, and services after both.
    this.node.addValidation({
      validate: () => {
        this.warnOfDaemon();
        return this.portConflicts();
      },
    });
  }

  private warnOfDaemon(): void {
    const daemon = daemonFor(this.taskDefinition);
    if (daemon === undefined) return;
    Annotations.of(this).addWarningV2(
      'fargauge:servedByDaemon',
      `[${this.node.path}] The daemon ${daemon.node.path} already reports these tasks on Managed Instances: a sidecar of their own only takes memory there`,
    );
  }

  private image({ image, architecture, taskDefinition }: TaskSidecarProps): ContainerImage {
    if (image === undefined) return sidecarImage(this, taskDefinition, architecture);
    if (architecture === undefined) return image;
    throw new InvalidPropsError(this, 'Expected either `image` or `architecture`, got both');
  }

  private linuxParameters({
    droppedCapabilities = [Capability.ALL],
  }: TaskSidecarProps): LinuxParameters {
    const parameters = new LinuxParameters(this, 'LinuxParameters');
    parameters.dropCapabilities(...droppedCapabilities);
    return parameters;
  }

  private environment({
    targets = [],
    configuration,
    documents = false,
  }: TaskSidecarProps): Record<string, string> {
    const lastEvents = configuration && renderLastEvents(this, configuration);
    return {
      ...(this.port !== SIDECAR_PORT && { [VARIABLES.port]: String(this.port) }),
      ...(targets.length > 0 && { [VARIABLES.targets]: renderTargets(this, targets) }),
      ...(lastEvents !== undefined && { [VARIABLES.lastEvents]: lastEvents }),
      ...(documents && { [VARIABLES.documents]: 'on' }),
    };
  }

  /** The docker labels for the discovery of `path` of the sidecar. */
  private labels(path: string, job: string): Record<string, string> {
    return {
      [PORT_LABEL]: String(this.port),
      [METRICS_PATH_LABEL]: path,
      [JOB_NAME_LABEL]: job,
    };
  }

  private labelTargets(targets: readonly LoopbackTarget[]): void {
    for (const { name, container } of targets) {
      const labels = this.labels(`/metrics/${name}`, name);
      for (const [key, value] of Object.entries(labels)) container?.addDockerLabel(key, value);
    }
  }

  private makeLogging(): LogDriver {
    return LogDriver.awsLogs({
      streamPrefix: 'fargauge',
      logGroup: new LogGroup(this, 'LogGroup', {
        retention: RetentionDays.TWO_WEEKS,
        removalPolicy: RemovalPolicy.DESTROY,
      }),
    });
  }

  private validateTaskDefinition({ taskDefinition, targets = [] }: TaskSidecarProps): void {
    const { path } = taskDefinition.node;
    const obstacle = TaskSidecar.obstacleIn(taskDefinition);
    if (obstacle !== undefined) throw new InvalidPropsError(this, `${obstacle}: ${path}`);
    if (taskDefinition.networkMode === NetworkMode.BRIDGE && targets.length > 0) {
      throw new InvalidPropsError(
        this,
        `In network mode "bridge" each container has its own loopback, so that the sidecar reaches no \`targets\`: ${path}`,
      );
    }
  }

  private portConflicts(): string[] {
    // In network mode "bridge" each container has its own ports.
    if (this.taskDefinition.networkMode === NetworkMode.BRIDGE) return [];
    return this.taskDefinition.node.children
      .filter((child) => child instanceof ContainerDefinition)
      .filter((other) => other !== this.container)
      .filter((other) => other.portMappings.some((mapping) => covers(mapping, this.port)))
      .map(
        (other) =>
          `Port ${this.port} is taken by the container "${other.containerName}" of the same task; give the sidecar another \`port\``,
      );
  }
}

function refuseSecond(path: string, taskDefinition: TaskDefinition): void {
  const other = SIDECARS.get(taskDefinition);
  if (other === undefined) return;
  const { node } = taskDefinition;
  throw new InvalidPropsError(path, `${node.path} has a sidecar already: ${other.node.path}`);
}

function covers({ containerPort, containerPortRange }: PortMapping, port: number): boolean {
  if (containerPortRange === undefined) return containerPort === port;
  const [first, last] = containerPortRange.split('-').map(Number);
  return first !== undefined && last !== undefined && first <= port && port <= last;
}
