import { fromTemporaryCredentials } from '@aws-sdk/credential-providers';

/** Credentials of AWS STS, with its client: a file of its own beside the function's bundle, because few configurations have a role. */
export function temporaryCredentials(
  options: Parameters<typeof fromTemporaryCredentials>[0],
): ReturnType<typeof fromTemporaryCredentials> {
  return fromTemporaryCredentials(options);
}
