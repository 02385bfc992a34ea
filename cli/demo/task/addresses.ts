import { once } from 'node:events';
import { createServer } from 'node:net';
import { SIDECAR_PORT } from '../../../lambda/model/settings/names.ts';

/** The addresses of the sidecar and the application of one simulated task. */
export interface TaskAddress {
  readonly host: string;
  readonly sidecarPort: number;
  readonly appPort: number;
}

const APP_PORT = 8080;

/** Third bytes of 127.0.x.y to choose from, so that several demos can run side by side. */
const FIRST_BLOCK = 2;
const BLOCKS = 250;

/** The network of the tasks' own addresses: 127.0.x.y. */
const NETWORK = '127.0';

/**
 * An address for each of `count` tasks: 127.0.x.1, 127.0.x.2 … and the usual ports where the system has the whole loopback
 * range, as Linux does; 127.0.0.1 and free ports elsewhere.
 *
 * @param random from 0 to 1, chooses x
 * @param network first two bytes of the tasks' own addresses
 */
export async function taskAddresses(
  count: number,
  random: () => number,
  network = NETWORK,
): Promise<TaskAddress[]> {
  const start = Math.floor(random() * BLOCKS);
  for (let offset = 0; offset < BLOCKS; offset++) {
    const block = FIRST_BLOCK + ((start + offset) % BLOCKS);
    const addresses = Array.from({ length: count }, (_, index) => ({
      host: `${network}.${block}.${index + 1}`,
      sidecarPort: SIDECAR_PORT,
      appPort: APP_PORT,
    }));
    const failures = await Promise.all(
      addresses.flatMap(({ host, sidecarPort, appPort }) => [
        listenFailure(host, sidecarPort),
        listenFailure(host, appPort),
      ]),
    );
    if (failures.includes('EADDRNOTAVAIL')) return sharedHost(count);
    if (failures.every((failure) => failure === undefined)) return addresses;
  }
  return sharedHost(count);
}

async function sharedHost(count: number): Promise<TaskAddress[]> {
  const ports = await freePorts('127.0.0.1', count * 2);
  return Array.from({ length: count }, (_, index) => ({
    host: '127.0.0.1',
    sidecarPort: ports[index * 2] ?? 0,
    appPort: ports[index * 2 + 1] ?? 0,
  }));
}

/** Opens all ports together, so that no two are the same. */
async function freePorts(host: string, count: number): Promise<number[]> {
  const servers = await Promise.all(
    Array.from({ length: count }, async () => {
      const server = createServer().listen(0, host);
      await once(server, 'listening');
      return server;
    }),
  );
  return Promise.all(
    servers.map(async (server) => {
      const address = server.address();
      server.close();
      await once(server, 'close');
      return typeof address === 'object' && address !== null ? address.port : 0;
    }),
  );
}

/** The code of the error when listening there; `undefined` if it works. */
async function listenFailure(host: string, port: number): Promise<string | undefined> {
  const server = createServer().listen(port, host);
  try {
    await once(server, 'listening');
  } catch (error) {
    return (error as NodeJS.ErrnoException).code;
  }
  server.close();
  await once(server, 'close');
  return undefined;
}
