import type { Socket } from 'node:net';
import { request } from '../http/client.ts';

/** Below the timeout of the HEALTHCHECK in the Dockerfile. */
const TIMEOUT_MS = 3_000;

/** One that listens on all interfaces has one of these at least: a network may have one family alone. */
const LOOPBACK = ['127.0.0.1', '::1'];

/**
 * Whether a sidecar serves at this address. The container's health check calls this, because the image has no curl.
 *
 * @param host address of the sidecar; absent: all interfaces.
 */
export function isServing(host: string | undefined, port: number): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  let socket: Socket | undefined;
  const ask = ([address, ...others]: readonly string[]) => {
    if (address === undefined) return resolve(false);
    socket = request(
      { host: address, port, path: '/health' },
      {
        head: (status) => resolve(status === 200),
        data: () => undefined,
        end: () => undefined,
        fail: () => ask(others),
      },
    );
  };
  ask(host === undefined ? LOOPBACK : [host]);
  const timer = setTimeout(() => resolve(false), TIMEOUT_MS);
  return promise.finally(() => {
    clearTimeout(timer);
    socket?.destroy();
  });
}
