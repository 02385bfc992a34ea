import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A server that is scraped. */
export interface ScrapedServer extends AsyncDisposable {
  /** `host:port`. */
  readonly address: string;
  readonly port: number;
  /** Requests so far. */
  readonly scrapes: number;
}

/**
 * Serves what `exposition` gives of the number of the scrape, from 1 on.
 *
 * @param port 0 takes any
 * @param contentType of the answers
 * @param status of the answers. @default 200
 * @param headers further ones of the next answer
 */
export async function serveMetrics(
  exposition: (scrape: number) => string | Promise<string>,
  {
    host = '127.0.0.1',
    port = 0,
    contentType = 'text/plain; version=0.0.4',
    status = 200 as number | undefined,
    headers = (): Readonly<Record<string, string>> => ({}),
  } = {},
): Promise<ScrapedServer> {
  let scrapes = 0;
  const server = createServer(async (_request, response) => {
    scrapes++;
    const body = await exposition(scrapes);
    response.writeHead(status ?? 200, { 'content-type': contentType, ...headers() }).end(body);
  });
  server.listen(port, host);
  await once(server, 'listening');
  const address = server.address() as AddressInfo;
  return {
    address: `${host}:${address.port}`,
    port: address.port,
    get scrapes() {
      return scrapes;
    },
    async [Symbol.asyncDispose]() {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}

/** An address of loopback where nothing listens. */
export async function deadAddress(): Promise<string> {
  await using server = await serveMetrics(() => '');
  return server.address;
}
