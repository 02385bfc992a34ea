import { get } from 'node:http';

/** Below the timeout of the HEALTHCHECK in the Dockerfile. */
const TIMEOUT_MS = 3_000;

/**
 * Whether a sidecar serves at this address: what the container's health check runs, since the image has no curl.
 *
 * @param host that the sidecar listens on; absent: all interfaces.
 */
export function isServing(host: string | undefined, port: number): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const signal = AbortSignal.timeout(TIMEOUT_MS);
  get({ host: host ?? '127.0.0.1', port, path: '/health', agent: false, signal }, (response) => {
    resolve(response.statusCode === 200);
    response.destroy();
  }).on('error', () => resolve(false));
  return promise;
}
