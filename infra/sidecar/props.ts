import type {
  Capability,
  ContainerImage,
  CpuArchitecture,
  HealthCheck,
  LogDriver,
  Secret,
  TaskDefinition,
} from 'aws-cdk-lib/aws-ecs';
import type { CollectorConfiguration } from '../configuration/configuration.ts';
import type { LoopbackTarget } from '../props/loopback-target.ts';

export interface TaskSidecarOptions {
  /**
   * The image of the sidecar, such as one of a repository of yours.
   *
   * @default - built by Docker from what comes with the package, for the architecture of the task definition
   */
  readonly image?: ContainerImage;

  /**
   * The architecture that the image is built for. It is for tasks whose definition does not say it, such as those on EC2.
   *
   * @default - that of the task definition, as CloudFormation gets it; X86_64 where it says none
   */
  readonly architecture?: CpuArchitecture;

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
   * into the memory of the task. An image with Node.js needs 64.
   *
   * @default 16
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

  /**
   * Whether `/task` and `/stats` show the documents of the task metadata endpoint. They tell what figures do not: ARNs, addresses,
   * images and docker labels of all containers.
   *
   * @default false
   */
  readonly documents?: boolean;

  /**
   * The Linux capabilities that the container does without.
   *
   * @default [Capability.ALL] - the sidecar needs none
   */
  readonly droppedCapabilities?: readonly Capability[];
}

export interface TaskSidecarProps extends TaskSidecarOptions {
  /** The task definition that the sidecar is added to. */
  readonly taskDefinition: TaskDefinition;
}
