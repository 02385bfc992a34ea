import {
  ContainerDefinition,
  type ContainerImage,
  type HealthCheck,
  LogDriver,
  NetworkMode,
  type PortMapping,
  type Secret,
  type TaskDefinition,
} from 'aws-cdk-lib/aws-ecs';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Duration, RemovalPolicy } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import {
  JOB_NAME_LABEL,
  METRICS_PATH_LABEL,
  PORT_LABEL,
  SIDECAR_JOB,
  SIDECAR_PORT,
} from '../lambda/model/names.ts';
import type { CollectorConfiguration } from './collector-configuration.ts';
import { InvalidPropsError } from './errors.ts';
import { renderLastEvents } from './last-events.ts';
import { type LoopbackTarget, renderTargets } from './loopback-target.ts';
import { sidecarImage } from './sidecar-image.ts';
import { validCount, validPort } from './valid-props.ts';

/** The sidecar's environment variables, as sidecar/settings.ts reads them. */
const VARIABLES = {
  port: 'ECS_METRICS_EXPORTER_PORT',
  targets: 'FARGAUGE_TARGETS',
  lastEvents: 'FARGAUGE_EMF',
  token: 'FARGAUGE_TOKEN',
} as const;

/**
 * Each check starts a Node.js, which takes more CPU than a minute of the sidecar's own work, and nothing waits for the
 * result: so as rarely as ECS allows.
 * https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_HealthCheck.html
 */
const HEALTH_CHECK: HealthCheck = {
  command: ['CMD', 'node', '/sidecar.mjs', 'health'],
  interval: Duration.minutes(5),
  timeout: Duration.seconds(5),
  retries: 3,
};

/** ECS's own: https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ContainerDefinition.html */
const LEAST_MEMORY_MIB = 6;

export interface TaskSidecarOptions {
  /**
   * The image of the sidecar, such as one of a repository of yours.
   *
   * @default - built by Docker from what comes with the package, for the architecture of the task definition
   */
  readonly image?: ContainerImage;

  /**
   * Name of the container.
   *
   * @default 'fargauge-sidecar'
   */
  readonly containerName?: string;

  /**
   * The port that the sidecar listens on.
   *
   * @default 9546
   */
  readonly port?: number;

  /**
   * Memory in MiB that the task sets aside for the sidecar. With the reservations of the other containers it must fit
   * into the memory of the task.
   *
   * @default 64
   */
  readonly memoryReservationMiB?: number;

  /**
   * How ECS tells whether the sidecar serves. It is for people to see: the container is not essential.
   *
   * @default - the check of the image, every 5 minutes
   */
  readonly healthCheck?: HealthCheck;

  /**
   * Where the sidecar's log goes.
   *
   * @default - a log group of its own, kept for two weeks and deleted with the stack
   */
  readonly logging?: LogDriver;

  /**
   * The collector's rules. By them the sidecar, when it is stopped, writes to its log what nobody has collected yet, so that
   * a task that lived for seconds is seen. That log must go to CloudWatch Logs.
   *
   * @default - none: the last seconds of a task are not published
   */
  readonly configuration?: CollectorConfiguration;

  /**
   * Endpoints that applications of the task show on loopback only.
   *
   * @default - none
   */
  readonly targets?: readonly LoopbackTarget[];

  /**
   * The bearer token that a client must show, for all paths but `/health`.
   *
   * @default - none is asked for
   */
  readonly token?: Secret;
}

export interface TaskSidecarProps extends TaskSidecarOptions {
  /** The task definition that the sidecar is added to. */
  readonly taskDefinition: TaskDefinition;
}

/**
 * Adds the container that exposes the figures of a task to its task definition, with the docker labels by which the
 * collector finds it. The task goes on when the sidecar ends.
 *
 * @example
 * new TaskSidecar(this, 'Sidecar', { taskDefinition });
 */
export class TaskSidecar extends Construct {
  /** Adds a sidecar to a task definition, in which its construct is called `Fargauge`. */
  static addToTaskDefinition(
    taskDefinition: TaskDefinition,
    options: TaskSidecarOptions = {},
  ): TaskSidecar {
    return new TaskSidecar(taskDefinition, 'Fargauge', { taskDefinition, ...options });
  }

  readonly container: ContainerDefinition;
  readonly port: number;

  private readonly taskDefinition: TaskDefinition;

  constructor(scope: Construct, id: string, props: TaskSidecarProps) {
    super(scope, id);
    this.taskDefinition = props.taskDefinition;
    this.port = validPort(this, 'port', props.port ?? SIDECAR_PORT);
    this.validateNetworkMode(props);
    this.validateOperatingSystem();

    this.container = props.taskDefinition.addContainer(props.containerName ?? 'fargauge-sidecar', {
      image: props.image ?? sidecarImage(this, props.taskDefinition),
      essential: false,
      memoryReservationMiB: validCount(
        this,
        'memoryReservationMiB',
        props.memoryReservationMiB ?? 64,
        LEAST_MEMORY_MIB,
      ),
      readonlyRootFilesystem: true,
      portMappings: [{ containerPort: this.port }],
      environment: this.environment(props),
      ...(props.token && { secrets: { [VARIABLES.token]: props.token } }),
      dockerLabels: this.labels('/metrics', SIDECAR_JOB),
      healthCheck: props.healthCheck ?? HEALTH_CHECK,
      logging: props.logging ?? this.makeLogging(),
    });
    this.labelTargets(props.targets ?? []);
    // Containers may still be added after the sidecar.
    this.node.addValidation({ validate: () => this.portConflicts() });
  }

  private environment({ targets = [], configuration }: TaskSidecarProps): Record<string, string> {
    const lastEvents = configuration && renderLastEvents(this, configuration);
    return {
      ...(this.port !== SIDECAR_PORT && { [VARIABLES.port]: String(this.port) }),
      ...(targets.length > 0 && { [VARIABLES.targets]: renderTargets(this, targets) }),
      ...(lastEvents !== undefined && { [VARIABLES.lastEvents]: lastEvents }),
    };
  }

  /** The docker labels by which the collector finds what is at `path` of the sidecar. */
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

  private validateNetworkMode({ targets = [] }: TaskSidecarProps): void {
    const { networkMode } = this.taskDefinition;
    if (networkMode === NetworkMode.NONE) {
      throw new InvalidPropsError(
        this,
        `A task in network mode "none" has no address, so that nothing can scrape its sidecar: ${this.taskDefinition.node.path}`,
      );
    }
    if (networkMode === NetworkMode.BRIDGE && targets.length > 0) {
      throw new InvalidPropsError(
        this,
        `In network mode "bridge" each container has its own loopback, so that the sidecar reaches no \`targets\`: ${this.taskDefinition.node.path}`,
      );
    }
  }

  private validateOperatingSystem(): void {
    const family = this.taskDefinition.runtimePlatform?.operatingSystemFamily;
    if (family?.isWindows()) {
      throw new InvalidPropsError(
        this,
        `The sidecar is a Linux container, which a Windows task cannot run: ${this.taskDefinition.node.path}`,
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

function covers({ containerPort, containerPortRange }: PortMapping, port: number): boolean {
  if (containerPortRange === undefined) return containerPort === port;
  const [first, last] = containerPortRange.split('-').map(Number);
  return first !== undefined && last !== undefined && first <= port && port <= last;
}
