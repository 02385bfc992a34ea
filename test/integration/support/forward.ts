import type { IncomingMessage, ServerResponse } from 'node:http';

/** Headers that belong to one connection, and those that no longer fit once a body was decoded or rewritten. */
const NOT_FORWARDED = new Set([
  'connection',
  'content-encoding',
  'content-length',
  'host',
  'keep-alive',
  'transfer-encoding',
]);

/** What a server behind a proxy answered. */
export interface Forwarded {
  readonly status: number;
  readonly headers: readonly (readonly [string, string])[];
  readonly body: Buffer;
}

/** Asks the server at `origin` what a proxy was asked. */
export async function forward(
  origin: string,
  { url, method = 'GET', headersDistinct }: IncomingMessage,
  body: Buffer,
): Promise<Forwarded> {
  const answer = await fetch(origin + url, {
    method,
    headers: forwarded(Object.entries(headersDistinct).map(([k, v]) => [k, `${v}`])),
    ...(body.length > 0 ? { body: new Uint8Array(body) } : {}),
  });
  return {
    status: answer.status,
    headers: forwarded([...answer.headers]),
    body: Buffer.from(await answer.arrayBuffer()),
  };
}

/** Gives an answer to who asked the proxy. */
export function reply(response: ServerResponse, { status, headers, body }: Forwarded): void {
  response.writeHead(status, Object.fromEntries(headers)).end(body);
}

function forwarded(headers: readonly (readonly [string, string])[]): [string, string][] {
  return headers
    .filter(([name]) => !NOT_FORWARDED.has(name.toLowerCase()))
    .map(([name, value]) => [name, value]);
}
