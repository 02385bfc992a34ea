import type { CfnTaskDefinition, TaskDefinition } from 'aws-cdk-lib/aws-ecs';
import { Stack } from 'aws-cdk-lib/core';

/**
 * The platform of a task. A member is undefined if the definition does not give it, and not a text if only the
 * deployment knows it.
 */
export interface TaskPlatform {
  /** Such as `ARM64`. */
  readonly cpuArchitecture?: unknown;
  /** Such as `WINDOWS_SERVER_2022_CORE`. */
  readonly operatingSystemFamily?: unknown;
}

/** The overrides of a resource, which the library shows only in the template. */
interface Overridden {
  readonly rawOverrides?: {
    readonly Properties?: {
      readonly RuntimePlatform?: Readonly<Record<string, unknown>> | undefined;
    };
  };
}

/** The platform of a definition's tasks as in the template, with the properties and overrides of its L1. */
export function platformOf(taskDefinition: TaskDefinition): TaskPlatform {
  const resource = taskDefinition.node.defaultChild as CfnTaskDefinition;
  const { Properties = {} } = (resource as unknown as Overridden).rawOverrides ?? {};
  const { RuntimePlatform: overridden = {} } = Properties;
  // An override without a value deletes the property.
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
