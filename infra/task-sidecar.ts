import { Platform } from 'aws-cdk-lib/aws-ecr-assets';
import {
  ContainerDefinition,
  ContainerImage,
  CpuArchitecture,
  type HealthCheck,
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
  SIDECAR_JOB,
  SIDECAR_PORT,
} from '../lambda/model/names.ts';
import { InvalidPropsError } from './errors.ts';
import { REPOSITORY } from './paths.ts';

const DOCKERFILE = 'sidecar/Dockerfile';

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

export interface TaskSidecarProps {
  /** The task definition that the sidecar is added to. */
  readonly taskDefinition: TaskDefinition;

  /**
   * The image of the sidecar.
   *
   * @default - built from sidecar/Dockerfile, for the architecture of the task definition
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
}

/**
 * Adds the container that exposes the figures of a task to its task definition, with the docker labels by which the
 * collector finds it. The task goes on when the sidecar ends.
 *
 * @example
 * new TaskSidecar(this, 'Sidecar', { taskDefinition });
 */
export class TaskSidecar extends Construct {
  readonly container: ContainerDefinition;
  readonly port: number;

  private readonly taskDefinition: TaskDefinition;

  constructor(scope: Construct, id: string, props: TaskSidecarProps) {
    super(scope, id);
    this.taskDefinition = props.taskDefinition;
    this.port = this.validPort(props.port ?? SIDECAR_PORT);
    this.validateNetworkMode();
    this.validateOperatingSystem();

    this.container = props.taskDefinition.addContainer(props.containerName ?? 'fargauge-sidecar', {
      image: props.image ?? this.builtImage(),
      essential: false,
      memoryReservationMiB: props.memoryReservationMiB ?? 64,
      readonlyRootFilesystem: true,
      portMappings: [{ containerPort: this.port }],
      ...(this.port !== SIDECAR_PORT && {
        environment: { ECS_METRICS_EXPORTER_PORT: String(this.port) },
      }),
      dockerLabels: {
        [PORT_LABEL]: String(this.port),
        [METRICS_PATH_LABEL]: '/metrics',
        [JOB_NAME_LABEL]: SIDECAR_JOB,
      },
      healthCheck: props.healthCheck ?? HEALTH_CHECK,
      logging: props.logging ?? this.makeLogging(),
    });
    // Containers may still be added after the sidecar.
    this.node.addValidation({ validate: () => this.portConflicts() });
  }

  private builtImage(): ContainerImage {
    const { cpuArchitecture } = this.taskDefinition.runtimePlatform ?? {};
    return ContainerImage.fromAsset(REPOSITORY, {
      file: DOCKERFILE,
      platform:
        cpuArchitecture === CpuArchitecture.ARM64 ? Platform.LINUX_ARM64 : Platform.LINUX_AMD64,
    });
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

  private validPort(port: number): number {
    if (!Number.isInteger(port) || port < 1 || port > 65535) {
      throw new InvalidPropsError(this, `Expected \`port\` to be from 1 to 65535, got ${port}`);
    }
    return port;
  }

  private validateNetworkMode(): void {
    const { networkMode } = this.taskDefinition;
    if (networkMode === NetworkMode.NONE) {
      throw new InvalidPropsError(
        this,
        `A task in network mode "none" has no address, so that nothing can scrape its sidecar: ${this.taskDefinition.node.path}`,
      );
    }
    if (networkMode !== NetworkMode.AWS_VPC) {
      Annotations.of(this).addWarningV2(
        'fargauge:networkMode',
        `The collector finds tasks in network mode "awsvpc" only, got "${networkMode}"; other scrapers can reach the sidecar`,
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
