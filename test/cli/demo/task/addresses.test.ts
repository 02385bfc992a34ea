import { once } from 'node:events';
import { createServer, type Server } from 'node:net';
import { afterEach, describe, expect, it } from '@jest/globals';
import { taskAddresses } from '../../../../cli/demo/task/addresses.ts';

/** Reserved addresses (RFC 1112): no system has them, as macOS has no 127.0.x.y but one. */
const NOWHERE = '240.0';

/** Whether this system has the whole loopback range. */
const wholeLoopback = process.platform === 'linux';

const servers: Server[] = [];

afterEach(async () => {
  for (const server of servers.splice(0)) {
    server.close();
    await once(server, 'close');
  }
});

/** Listens there until the test ends. Rejects where that does not work. */
async function occupy(port: number, host: string): Promise<void> {
  const server = createServer().listen(port, host);
  await once(server, 'listening');
  servers.push(server);
}

describe('the addresses of tasks', () => {
  it('are of their own, with the usual ports, where the system has the whole loopback range', async () => {
    const addresses = await taskAddresses(3, () => 0.5);
    const hosts = addresses.map(({ host }) => host);
    if (!wholeLoopback) {
      expect(new Set(hosts)).toEqual(new Set(['127.0.0.1']));
      return;
    }
    expect(hosts[0]).toMatch(/^127\.0\.\d+\.1$/);
    const block = hosts[0]!.slice(0, -2);
    expect(addresses).toEqual(
      [1, 2, 3].map((last) => ({ host: `${block}.${last}`, sidecarPort: 9546, appPort: 8080 })),
    );
  });

  it('are others where any of them is taken', async () => {
    const [, taken] = await taskAddresses(2, () => 0.25);
    await occupy(taken!.appPort, taken!.host);

    const [, other] = await taskAddresses(2, () => 0.25);

    expect(other).not.toEqual(taken);
    await occupy(other!.appPort, other!.host);
    await occupy(other!.sidecarPort, other!.host);
  });

  it('are in the range whatever is chosen at random', async () => {
    if (!wholeLoopback) return;
    for (const random of [0, 0.999_999]) {
      const [address] = await taskAddresses(1, () => random);
      expect(address?.host).toMatch(/^127\.0\.\d{1,3}\.1$/);
      expect(Number(address?.host.split('.')[2])).toBeLessThan(256);
    }
  });

  it('are one address and free ports where the system has no others', async () => {
    const addresses = await taskAddresses(3, () => 0, NOWHERE);

    expect(addresses.map(({ host }) => host)).toEqual(['127.0.0.1', '127.0.0.1', '127.0.0.1']);
    const ports = addresses.flatMap(({ sidecarPort, appPort }) => [sidecarPort, appPort]);
    expect(new Set(ports).size).toBe(6);
    for (const port of ports) await occupy(port, '127.0.0.1');
  });
});
