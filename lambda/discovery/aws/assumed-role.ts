import type { ECSClientConfig } from '@aws-sdk/client-ecs';
import type { fromTemporaryCredentials } from '@aws-sdk/credential-providers';
import { clientSettings } from '../../model/settings/client.ts';
import type { AssumedRole } from '../../model/settings/credentials.ts';

/** Name of the sessions, which CloudTrail shows in the role's account. */
const SESSION_NAME = 'fargauge';

/** Milliseconds of one attempt. */
const REQUEST_TIMEOUT_MS = 5_000;

type Credentials = NonNullable<ECSClientConfig['credentials']>;

/** Settings for the calls of AWS STS. */
export interface StsOptions {
  /** Region of the collector: its VPC may not reach AWS STS in the cluster's Region. */
  readonly region?: string | undefined;
  readonly endpoint?: string | undefined;
  /** @default credentials that the SDK finds */
  readonly credentials?: Credentials | undefined;
  /** @default profile that the SDK finds */
  readonly profile?: string | undefined;
}

type Provider = ReturnType<typeof fromTemporaryCredentials>;

/** Credentials of a role. Requests them when they are first needed, and again before they expire. */
export function assumedRole(role: AssumedRole, sts: StsOptions): Provider {
  const { region, endpoint, credentials, profile } = sts;
  const options = {
    params: {
      RoleArn: role.arn,
      RoleSessionName: SESSION_NAME,
      ...(role.externalId === undefined ? {} : { ExternalId: role.externalId }),
    },
    ...(credentials === undefined ? {} : { masterCredentials: credentials }),
    clientConfig: clientSettings({ region, endpoint, profile }, REQUEST_TIMEOUT_MS),
  };
  // One for all requests, as it may remember.
  let provider: Promise<Provider> | undefined;
  return async (properties) => {
    try {
      provider ??= import('./temporary-credentials.ts').then((each) =>
        each.temporaryCredentials(options),
      );
      return await (await provider)(properties);
    } catch (cause) {
      throw new AssumeRoleError(role.arn, cause);
    }
  };
}

/** AWS gives the same answer for all these causes. */
const DENIED_HINT =
  'Check that the role exists, that its trust policy allows this caller with this external id, and that this caller may call sts:AssumeRole.';

/** Names the role that could not be assumed, and the cause. */
class AssumeRoleError extends Error {
  override readonly name = 'AssumeRoleError';

  constructor(arn: string, cause: unknown) {
    const { name = 'Error', message = '' } = cause as Partial<Error>;
    const hint = name === 'AccessDenied' ? `. ${DENIED_HINT}` : '';
    super(`the role ${arn} cannot be assumed. ${name}: ${message}${hint}`, { cause });
  }
}
