import type { ECSClientConfig } from '@aws-sdk/client-ecs';
import { fromTemporaryCredentials } from '@aws-sdk/credential-providers';
import { clientSettings } from '../../model/settings/client.ts';
import type { AssumedRole } from '../../model/settings/credentials.ts';

/** Name of the sessions, as CloudTrail of the role's account shows it. */
const SESSION_NAME = 'fargauge';

/** Milliseconds of one attempt. */
const REQUEST_TIMEOUT_MS = 5_000;

type Credentials = NonNullable<ECSClientConfig['credentials']>;

/** How AWS STS is reached. */
export interface StsOptions {
  /** That of the collector: the one of the cluster may not be reachable from its VPC. */
  readonly region?: string | undefined;
  readonly endpoint?: string | undefined;
  /** @default as the SDK finds them */
  readonly credentials?: Credentials | undefined;
  /** @default as the SDK finds it */
  readonly profile?: string | undefined;
}

/** Credentials of a role, asked for when they are first needed and again before they expire. */
export function assumedRole(
  role: AssumedRole,
  sts: StsOptions,
): ReturnType<typeof fromTemporaryCredentials> {
  const { region, endpoint, credentials, profile } = sts;
  const provider = fromTemporaryCredentials({
    params: {
      RoleArn: role.arn,
      RoleSessionName: SESSION_NAME,
      ...(role.externalId === undefined ? {} : { ExternalId: role.externalId }),
    },
    ...(credentials === undefined ? {} : { masterCredentials: credentials }),
    clientConfig: clientSettings({ region, endpoint, profile }, REQUEST_TIMEOUT_MS),
  });
  return async (properties) => {
    try {
      return await provider(properties);
    } catch (cause) {
      throw new AssumeRoleError(role.arn, cause);
    }
  };
}

/** AWS says the same of all of them. */
const DENIED_HINT =
  'Check that the role exists, that its trust policy allows this caller with this external id, and that this caller may call sts:AssumeRole.';

/** Says which role could not be assumed, and why. */
class AssumeRoleError extends Error {
  override readonly name = 'AssumeRoleError';

  constructor(arn: string, cause: unknown) {
    const { name = 'Error', message = '' } = cause as Partial<Error>;
    const hint = name === 'AccessDenied' ? `. ${DENIED_HINT}` : '';
    super(`the role ${arn} cannot be assumed. ${name}: ${message}${hint}`, { cause });
  }
}
