import { fromNodeProviderChain } from '@aws-sdk/credential-providers';
import { assumedRole } from '../discovery/aws/assumed-role.ts';
import type { SigningConfig } from '../model/settings/output.ts';
import type { Signing } from '../outputs/outputs.ts';

/** Defaults of outputs that name no Region. */
export interface SigningOptions {
  readonly region?: string | undefined;
  /** Of AWS STS. @default that of the Region */
  readonly endpoint?: string | undefined;
}

/** Finds the Region and the credentials for signing requests, including those of a role. */
export function awsSigning({ region: own, endpoint }: SigningOptions) {
  return ({ region = own, accessKey, profile, role }: SigningConfig): Signing => {
    if (region === undefined) {
      throw new TypeError(
        'Expected a Region to sign requests for, in the configuration or in AWS_REGION, got none',
      );
    }
    const named = profile === undefined ? {} : { profile };
    const key = accessKey && {
      accessKeyId: accessKey.id,
      secretAccessKey: accessKey.secret.reveal(),
    };
    if (role !== undefined) {
      const assumed = assumedRole(role, {
        region: own ?? region,
        endpoint,
        credentials: key,
        ...named,
      });
      return { region, credentials: () => assumed() };
    }
    return { region, credentials: key ? async () => key : fromNodeProviderChain(named) };
  };
}

/**
 * The endpoint of CloudWatch's API that replaces the Region's, by the variables of the AWS SDKs:
 * https://docs.aws.amazon.com/sdkref/latest/guide/feature-ss-endpoints.html
 */
export function metricsEndpoint(
  environment: Readonly<Record<string, string | undefined>>,
): string | undefined {
  return environment.AWS_ENDPOINT_URL_CLOUDWATCH || environment.AWS_ENDPOINT_URL || undefined;
}
