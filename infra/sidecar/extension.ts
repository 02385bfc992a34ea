import type { ITaskDefinitionExtension, TaskDefinition } from 'aws-cdk-lib/aws-ecs';
import type { TaskSidecarOptions } from './props.ts';
import { TaskSidecar } from './sidecar.ts';

/**
 * `TaskSidecar` as an extension of task definitions.
 *
 * @example
 * taskDefinition.addExtension(new TaskSidecarExtension());
 */
export class TaskSidecarExtension implements ITaskDefinitionExtension {
  private readonly options: TaskSidecarOptions;

  constructor(options: TaskSidecarOptions = {}) {
    this.options = options;
  }

  /** Adds the sidecar. Refuses a task definition that has one already. */
  extend(taskDefinition: TaskDefinition): void {
    TaskSidecar.addToTaskDefinition(taskDefinition, this.options);
  }
}
