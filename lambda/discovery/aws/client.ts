import type { ECSClientConfig } from '@aws-sdk/client-ecs';
import { type ClientOptions, clientSettings } from '../../model/settings/client.ts';

/** Attempts of one request, the first included: the CloudWatch Agent's 3 retries. */
const MAX_ATTEMPTS = 4;
/** Milliseconds of one attempt. */
const REQUEST_TIMEOUT_MS = 5_000;

export interface DiscoveryClientOptions extends ClientOptions {
  /** @default 4 */
  readonly maxAttempts?: number | undefined;
}

/** Settings of the clients for discovery. */
export function discoveryClientSettings({
  maxAttempts = MAX_ATTEMPTS,
  ...options
}: DiscoveryClientOptions) {
  return {
    ...clientSettings(options, REQUEST_TIMEOUT_MS),
    // Slows down after a throttled call, even if another program used up the rate.
    retryMode: 'adaptive',
    maxAttempts,
  } satisfies ECSClientConfig;
}
