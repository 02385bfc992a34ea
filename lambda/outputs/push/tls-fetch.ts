import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { Agent, type RequestOptions, request as requestTls } from 'node:https';
import { Readable } from 'node:stream';
import type { ReadableStream } from 'node:stream/web';
import type { TlsSettings } from '../../model/settings/http.ts';
import { tlsOptions } from '../../model/settings/tls-options.ts';
import type { Fetch } from './exchange.ts';

/** Statuses without a body, for which `Response` accepts none. */
const WITHOUT_BODY: ReadonlySet<number> = new Set([204, 205, 304]);

/**
 * A `fetch` with the TLS settings of an output, because that of Node.js takes no certificates. For http URLs it is
 * `fetch` itself. It returns redirects like any other answer.
 */
export function tlsFetch(settings: TlsSettings): Fetch {
  let agent: Agent | undefined;
  return async (url, init) => {
    if (url.protocol !== 'https:') return fetch(url, init);
    // Created at its first use, because it reads the certificates.
    agent ??= new Agent({ keepAlive: true, ...tlsOptions(settings) });
    const { method, headers, body, signal } = init;
    const request = requestTls(url, { agent, method, headers, signal } as RequestOptions);
    const answered = once(request, 'response') as Promise<[IncomingMessage]>;
    // The reader of the answer gets errors that come after its beginning.
    request.on('error', () => undefined);
    request.end(body as Buffer);
    const [message] = await answered;
    return responseOf(message);
  };
}

function responseOf(message: IncomingMessage): Response {
  const { statusCode: status = 0, headersDistinct } = message;
  const headers = Object.entries(headersDistinct).flatMap(([name, values = []]) =>
    values.map((value): [string, string] => [name, value]),
  );
  if (WITHOUT_BODY.has(status)) {
    message.resume();
    return new Response(null, { status, headers });
  }
  return new Response(Readable.toWeb(message) as ReadableStream<Uint8Array>, { status, headers });
}
