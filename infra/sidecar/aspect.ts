import { CfnTaskDefinition, TaskDefinition } from 'aws-cdk-lib/aws-ecs';
import { Annotations, AspectPriority, Aspects, type IAspect } from 'aws-cdk-lib/core';
import type { IConstruct } from 'constructs';
import type { TaskSidecarOptions } from './props.ts';
import { TaskSidecar } from './sidecar.ts';

export interface TaskSidecarAspectOptions
  // Endpoints on loopback belong to one application.
  extends Omit<TaskSidecarOptions, 'targets'> {
  /**
   * Task definitions without a sidecar.
   *
   * @default - none
   */
  readonly exclude?: readonly TaskDefinition[];
}

/**
 * Adds the sidecar to every task definition of a scope that has none, nested stacks included. If a task definition
 * cannot have one, it warns. An aspect does not reach into a `Stage`: add it there.
 *
 * @example
 * TaskSidecarAspect.addTo(app);
 */
export class TaskSidecarAspect implements IAspect {
  /** Adds the aspect to a scope, before aspects that only read, such as checks of rules, so that they see the sidecars. */
  static addTo(scope: IConstruct, options: TaskSidecarAspectOptions = {}): void {
    Aspects.of(scope).add(new TaskSidecarAspect(options), { priority: AspectPriority.MUTATING });
  }

  private readonly exclude: readonly TaskDefinition[];
  private readonly options: TaskSidecarOptions;

  constructor({ exclude = [], ...options }: TaskSidecarAspectOptions = {}) {
    this.exclude = exclude;
    this.options = options;
  }

  visit(node: IConstruct): void {
    if (node instanceof TaskDefinition) this.addTo(node);
    else if (node instanceof CfnTaskDefinition && !(node.node.scope instanceof TaskDefinition)) {
      leaveOut(
        node,
        'The sidecar can only be added to a TaskDefinition, not to a CfnTaskDefinition',
      );
    }
  }

  private addTo(taskDefinition: TaskDefinition): void {
    if (this.exclude.includes(taskDefinition)) return;
    if (TaskSidecar.isIn(taskDefinition, this.options.containerName)) return;
    const obstacle = TaskSidecar.obstacleIn(taskDefinition);
    if (obstacle === undefined) TaskSidecar.addToTaskDefinition(taskDefinition, this.options);
    else leaveOut(taskDefinition, obstacle);
  }
}

function leaveOut(node: IConstruct, reason: string): void {
  Annotations.of(node).addWarningV2(
    'fargauge:noSidecar',
    `[${node.node.path}] ${reason}: Fargauge adds none`,
  );
}
