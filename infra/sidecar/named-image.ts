import { Repository } from 'aws-cdk-lib/aws-ecr';
import { ContainerImage } from 'aws-cdk-lib/aws-ecs';
import { Arn, ArnFormat, Stack } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';
import { InvalidPropsError } from '../props/errors.ts';

/** The context key of the image that all sidecars of an app have by default. */
export const IMAGE_KEY = 'sidecarImage';

/** A name as Docker takes it: https://github.com/distribution/reference/blob/main/reference.go */
const NAME = /^[\w.-]+(:\d+)?(\/[\w.-]+)*(:[\w.-]{1,128})?(@sha256:[0-9a-f]{64})?$/;

/** A private repository of ECR, whose account, Region, name and tag or digest follow. */
const OF_ECR =
  /^(\d{12})\.dkr\.ecr\.([a-z\d-]+)\.amazonaws\.com(?:\.cn)?\/([^:@]+)(?::([\w.-]+)|@(.+))?$/;

/**
 * The image that the context of the app names for its sidecars; undefined if it names none. The execution role of a task may pull
 * it from a private repository of ECR.
 *
 * @throws InvalidPropsError
 */
export function namedImage(scope: Construct): ContainerImage | undefined {
  const name: unknown = scope.node.tryGetContext(IMAGE_KEY);
  if (name === undefined) return undefined;
  if (typeof name !== 'string' || !NAME.test(name)) {
    throw new InvalidPropsError(
      scope,
      `context key ${IMAGE_KEY}: expected the name of an image, such as 111122223333.dkr.ecr.eu-west-1.amazonaws.com/fargauge-sidecar:1, got ${JSON.stringify(name)}`,
    );
  }
  const [, account, region, repositoryName, tag, digest] = OF_ECR.exec(name) ?? [];
  if (repositoryName === undefined || account === undefined || region === undefined) {
    return ContainerImage.fromRegistry(name);
  }
  const repositoryArn = Arn.format(
    {
      service: 'ecr',
      resource: 'repository',
      resourceName: repositoryName,
      account,
      region,
      arnFormat: ArnFormat.SLASH_RESOURCE_NAME,
    },
    Stack.of(scope),
  );
  const attributes = { repositoryArn, repositoryName };
  const repository = Repository.fromRepositoryAttributes(scope, 'ImageRepository', attributes);
  return ContainerImage.fromEcrRepository(repository, tag ?? digest);
}
