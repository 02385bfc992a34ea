import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { type DockerImageAssetProps, Platform } from 'aws-cdk-lib/aws-ecr-assets';
import { ContainerImage, CpuArchitecture, type TaskDefinition } from 'aws-cdk-lib/aws-ecs';
import { Annotations } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';
import { withHelp } from '../../lambda/model/targets/help.ts';
import { SIDECAR_DIRECTORY } from '../build/paths.ts';
import { InvalidPropsError } from '../props/errors.ts';
import { namedImage } from './named-image.ts';
import { platformOf } from './task-platform.ts';

/** ECS's name of each architecture, with Docker's name and the folder of its program. */
const PLATFORMS: ReadonlyMap<string, { readonly platform: Platform; readonly folder: string }> =
  new Map([
    ['ARM64', { platform: Platform.LINUX_ARM64, folder: 'arm64' }],
    ['X86_64', { platform: Platform.LINUX_AMD64, folder: 'amd64' }],
  ]);

/** The folder of an image, and whether it has the program or Node.js. */
export interface SidecarFolder
  extends Pick<DockerImageAssetProps, 'directory' | 'exclude' | 'platform'> {
  readonly directory: string;
  readonly isProgram: boolean;
}

/**
 * The image of the sidecar: that which the context of the app names, else one built by Docker for the architecture of a task definition: with the static program if that
 * was built, else with the bundle on Node.js.
 *
 * @param architecture architecture of the tasks, if the definition does not give it
 * @param directory the bundle with its Dockerfile, and a folder for each architecture with a program
 * @throws InvalidPropsError
 */
export function sidecarImage(
  scope: Construct,
  taskDefinition: TaskDefinition,
  architecture: CpuArchitecture | undefined,
  directory: string = SIDECAR_DIRECTORY,
): ContainerImage {
  const named = namedImage(scope);
  if (named !== undefined) return named;
  checkBundle(scope, directory);
  const built = builtArchitecture(scope, taskDefinition, architecture);
  // An aspect, or an override of the L1, may still change the architecture.
  scope.node.addValidation({
    validate() {
      const problem = conflict(built, taskDefinition);
      return problem === undefined ? [] : [problem];
    },
  });
  const { directory: folder, isProgram, ...options } = sidecarFolder(scope, built, directory);
  return ContainerImage.fromAsset(folder, options);
}

/**
 * The folder with the image's Dockerfile for an architecture, by ECS's name. Without a program for it, the construct
 * gets a note.
 *
 * @param directory as in `sidecarImage`
 * @throws InvalidPropsError
 */
export function sidecarFolder(
  scope: Construct,
  built: string,
  directory: string = SIDECAR_DIRECTORY,
): SidecarFolder {
  checkBundle(scope, directory);
  const { platform, folder = '' } = PLATFORMS.get(built) ?? {};
  const program = join(directory, folder);
  if (platform !== undefined && existsSync(join(program, 'Dockerfile'))) {
    return { directory: program, platform, isProgram: true };
  }
  Annotations.of(scope).addInfo(
    `The image of the sidecar for ${built} has Node.js, because ${directory} has no program for it: \`npm run build\` makes one where Rust is installed. Give \`memoryReservationMiB: 64\``,
  );
  return {
    directory,
    isProgram: false,
    exclude: ['*.map', ...[...PLATFORMS.values()].map((other) => other.folder)],
    ...(platform && { platform }),
  };
}

function checkBundle(scope: Construct, directory: string): void {
  if (existsSync(join(directory, 'Dockerfile'))) return;
  throw new InvalidPropsError(
    scope,
    'Expected `image`, or the bundle of the sidecar: make it with `npm run build`',
  );
}

function builtArchitecture(
  scope: Construct,
  taskDefinition: TaskDefinition,
  architecture: CpuArchitecture | undefined,
): string {
  const { cpuArchitecture } = platformOf(taskDefinition);
  if (architecture !== undefined) {
    const chosen = architecture._cpuArchitecture;
    const problem = conflict(chosen, taskDefinition);
    if (problem !== undefined) throw new InvalidPropsError(scope, problem);
    return chosen;
  }
  // ECS's own default.
  if (cpuArchitecture === undefined) return CpuArchitecture.X86_64._cpuArchitecture;
  if (typeof cpuArchitecture === 'string') return cpuArchitecture;
  throw new InvalidPropsError(
    scope,
    `The CPU architecture of ${taskDefinition.node.path} is known only at deployment: expected \`architecture\`, or \`image\``,
  );
}

/** The reason why an image for `built` would not run in the tasks, if known. */
function conflict(built: string, taskDefinition: TaskDefinition): string | undefined {
  const { cpuArchitecture = built } = platformOf(taskDefinition);
  if (typeof cpuArchitecture !== 'string' || cpuArchitecture === built) return undefined;
  return withHelp(
    `The image of the sidecar is built for ${built}, but ${taskDefinition.node.path} runs on ${cpuArchitecture}: give the same \`architecture\``,
    'otherArchitecture',
  );
}
