import type { IncomingMessage, ServerResponse } from 'node:http';
import { bodyOf, type Listening, listen } from './http.ts';

/** Headers that belong to one connection, and those that no longer fit once a body was decoded or rewritten. */
const NOT_FORWARDED = new Set([
  'connection',
  'content-encoding',
  'content-length',
  'host',
  'keep-alive',
  'transfer-encoding',
]);

const ADDRESS = 'privateIPv4Address';

/**
 * Stands in front of moto and changes one thing of what it says: the private address of a task. moto gives each
 * network interface a random address in 10.0.0.0/8, where nothing listens; the same address in 127.0.0.0/8 is
 * the machine's own, so a task can really be there. All else passes as it is.
 */
export function startAddressProxy(moto: string): Promise<Listening> {
  return listen((request, response) => {
    forward(moto, request, response).catch((error) => {
      response.writeHead(502).end(String(error));
    });
  });
}

/** The loopback address that stands for an address that moto made up. */
export function loopbackOf(address: string): string {
  return address.replace(/^10\./, '127.');
}

async function forward(moto: string, request: IncomingMessage, response: ServerResponse) {
  const body = await bodyOf(request);
  const answer = await fetch(moto + request.url, {
    method: request.method ?? 'GET',
    headers: forwarded(Object.entries(request.headersDistinct).map(([k, v]) => [k, `${v}`])),
    ...(body.length > 0 ? { body: new Uint8Array(body) } : {}),
  });
  const text = Buffer.from(await answer.arrayBuffer());
  response.writeHead(answer.status, Object.fromEntries(forwarded([...answer.headers])));
  response.end(text.includes(ADDRESS) ? withLoopback(text.toString()) : text);
}

function forwarded(headers: readonly (readonly [string, string])[]): [string, string][] {
  return headers
    .filter(([name]) => !NOT_FORWARDED.has(name.toLowerCase()))
    .map(([name, value]) => [name, value]);
}

/** Rewrites `{"name": "privateIPv4Address", "value": …}`, wherever it stands. */
function withLoopback(json: string): string {
  return JSON.stringify(JSON.parse(json), (_key, value: unknown) =>
    isAddressDetail(value) ? { ...value, value: loopbackOf(value.value) } : value,
  );
}

function isAddressDetail(value: unknown): value is { name: typeof ADDRESS; value: string } {
  return (
    typeof value === 'object' &&
    value !== null &&
    'name' in value &&
    value.name === ADDRESS &&
    'value' in value &&
    typeof value.value === 'string'
  );
}
