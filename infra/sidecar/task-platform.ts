import type { CfnTaskDefinition, TaskDefinition } from 'aws-cdk-lib/aws-ecs';
import { Stack } from 'aws-cdk-lib/core';

/** What a task runs on. A member is undefined where nobody says it, and no text where only the deployment knows it. */
export interface TaskPlatform {
  /** Such as `ARM64`. */
  readonly cpuArchitecture?: unknown;
  /** Such as `WINDOWS_SERVER_2022_CORE`. */
  readonly operatingSystemFamily?: unknown;
}

/** What a resource has been overridden with, of which the library tells only CloudFormation. */
interface Overridden {
  readonly rawOverrides?: {
    readonly Properties?: {
      readonly RuntimePlatform?: Readonly<Record<string, unknown>> | undefined;
    };
  };
}

/** What the tasks of a definition run on, as CloudFormation gets it: with what its L1 was given or overridden with. */
export function platformOf(taskDefinition: TaskDefinition): TaskPlatform {
  const resource = taskDefinition.node.defaultChild as CfnTaskDefinition;
  const { Properties = {} } = (resource as unknown as Overridden).rawOverrides ?? {};
  const { RuntimePlatform: overridden = {} } = Properties;
  // One that is overridden with nothing is deleted.
  const isDeleted = 'RuntimePlatform' in Properties && Properties.RuntimePlatform === undefined;
  const given: TaskPlatform = isDeleted
    ? {}
    : (Stack.of(resource).resolve(resource.runtimePlatform) ?? {});
  const overriddenOr = (name: string, value: unknown) =>
    name in overridden ? overridden[name] : value;
  return {
    cpuArchitecture: overriddenOr('CpuArchitecture', given.cpuArchitecture),
    operatingSystemFamily: overriddenOr('OperatingSystemFamily', given.operatingSystemFamily),
  };
}

export function isWindows({ operatingSystemFamily }: TaskPlatform): boolean {
  return typeof operatingSystemFamily === 'string' && operatingSystemFamily.startsWith('WINDOWS');
}
