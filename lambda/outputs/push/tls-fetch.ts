import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { Agent, type RequestOptions, request as requestTls } from 'node:https';
import { Readable } from 'node:stream';
import type { ReadableStream } from 'node:stream/web';
import type { TlsSettings } from '../../model/settings/http.ts';
import { tlsOptions } from '../../model/settings/tls-options.ts';
import type { Fetch } from './exchange.ts';

/** Statuses of answers that have no body, for which `Response` takes none. */
const WITHOUT_BODY: ReadonlySet<number> = new Set([204, 205, 304]);

/**
 * As `fetch`, over TLS by the settings of an output: that of Node.js takes no certificates. Where the URL is of http, it is `fetch`
 * itself. Redirects are answers as any other.
 */
export function tlsFetch(settings: TlsSettings): Fetch {
  let agent: Agent | undefined;
  return async (url, init) => {
    if (url.protocol !== 'https:') return fetch(url, init);
    // Not before it is needed: it reads the certificates.
    agent ??= new Agent({ keepAlive: true, ...tlsOptions(settings) });
    const { method, headers, body, signal } = init;
    const request = requestTls(url, { agent, method, headers, signal } as RequestOptions);
    const answered = once(request, 'response') as Promise<[IncomingMessage]>;
    // What ends a request after its answer has begun is told to who reads the answer.
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
