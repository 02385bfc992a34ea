import { request } from '../http/client.ts';

/** Below the timeout of the HEALTHCHECK in the Dockerfile. */
const TIMEOUT_MS = 3_000;

/**
 * Whether a sidecar serves at this address. The container's health check calls this, because the image has no curl.
 *
 * @param host address of the sidecar; absent: all interfaces.
 */
export function isServing(host: string | undefined, port: number): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const socket = request(
    { host: host ?? '127.0.0.1', port, path: '/health' },
    {
      head: (status) => resolve(status === 200),
      data: () => undefined,
      end: () => undefined,
      fail: () => resolve(false),
    },
  );
  const timer = setTimeout(() => resolve(false), TIMEOUT_MS);
  return promise.finally(() => {
    clearTimeout(timer);
    socket.destroy();
  });
}
