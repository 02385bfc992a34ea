import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Platform } from 'aws-cdk-lib/aws-ecr-assets';
import { ContainerImage, CpuArchitecture, type TaskDefinition } from 'aws-cdk-lib/aws-ecs';
import type { Construct } from 'constructs';
import { InvalidPropsError } from './errors.ts';
import { SIDECAR_DIRECTORY } from './paths.ts';

/** The image of the bundled sidecar, built by Docker for the architecture of a task definition. */
export function sidecarImage(scope: Construct, taskDefinition: TaskDefinition): ContainerImage {
  if (!existsSync(join(SIDECAR_DIRECTORY, 'Dockerfile'))) {
    throw new InvalidPropsError(
      scope,
      'Expected `image`, or the bundle of the sidecar: make it with `npm run build`',
    );
  }
  const { cpuArchitecture } = taskDefinition.runtimePlatform ?? {};
  return ContainerImage.fromAsset(SIDECAR_DIRECTORY, {
    exclude: ['*.map'],
    platform:
      cpuArchitecture === CpuArchitecture.ARM64 ? Platform.LINUX_ARM64 : Platform.LINUX_AMD64,
  });
}
