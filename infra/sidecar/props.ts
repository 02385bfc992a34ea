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
   * The image of the sidecar, such as one in your repository.
   *
   * @default - built by Docker from the package, for the architecture of the task definition
   */
  readonly image?: ContainerImage;

  /**
   * The architecture of the built image, for tasks whose definition does not give one, such as those on EC2.
   *
   * @default - that of the task definition in the template; X86_64 without one
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
   * Memory in MiB that the task reserves for the sidecar. With the reservations of the other containers it must fit
   * into the memory of the task. An image with Node.js needs 64.
   *
   * @default 16
   */
  readonly memoryReservationMiB?: number;

  /**
   * The health check of the container, for information only: the container is not essential.
   *
   * @default - the check of the image, every 5 minutes
   */
  readonly healthCheck?: HealthCheck;

  /**
   * The log of the sidecar.
   *
   * @default - a log group of its own, kept for two weeks and deleted with the stack
   */
  readonly logging?: LogDriver;

  /**
   * The collector's rules. When the sidecar is stopped, it applies them to the points that nobody has collected, and
   * writes the events to its log, so that a task that lived for seconds is visible. That log must go to CloudWatch
   * Logs.
   *
   * @default - none: the last seconds of a task are not published
   */
  readonly configuration?: CollectorConfiguration;

  /**
   * Endpoints of the task's applications that are open on loopback only.
   *
   * @default - none
   */
  readonly targets?: readonly LoopbackTarget[];

  /**
   * The bearer token that clients must send, for all paths but `/health`.
   *
   * @default - none
   */
  readonly token?: Secret;

  /**
   * Whether `/task` and `/stats` show the documents of the task metadata endpoint. They contain more than figures:
   * ARNs, addresses, images and docker labels of all containers.
   *
   * @default false
   */
  readonly documents?: boolean;

  /**
   * The Linux capabilities to drop from the container.
   *
   * @default [Capability.ALL] - the sidecar needs none
   */
  readonly droppedCapabilities?: readonly Capability[];
}

export interface TaskSidecarProps extends TaskSidecarOptions {
  /** The task definition that the sidecar is added to. */
  readonly taskDefinition: TaskDefinition;
}
