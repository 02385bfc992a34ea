import type { IncomingMessage, ServerResponse } from 'node:http';
import { gunzipSync } from 'node:zlib';
import { forward, reply } from '../forward.ts';
import { bodyOf, type Listening, listen } from '../http.ts';

const ADDRESS = 'privateIPv4Address';

/**
 * Stands in front of moto, decompresses requests and changes one thing of what it says: the private address of a task. moto gives each
 * network interface a random address in 10.0.0.0/8, where nothing listens; the same address in 127.0.0.0/8 is
 * the machine's own, so a task can really be there. All else passes as it is.
 */
export function startAddressProxy(moto: string): Promise<Listening> {
  return listen((request, response) => {
    pass(moto, request, response).catch((error) => {
      response.writeHead(502).end(String(error));
    });
  });
}

/** The loopback address that stands for an address that moto made up. */
export function loopbackOf(address: string): string {
  return address.replace(/^10\./, '127.');
}

async function pass(moto: string, request: IncomingMessage, response: ServerResponse) {
  const answer = await forward(moto, request, await plainBodyOf(request));
  const { body } = answer;
  reply(response, body.includes(ADDRESS) ? { ...answer, body: withLoopback(body) } : answer);
}

/** moto's server decompresses a body and then tries again, for the header is still there. */
async function plainBodyOf(request: IncomingMessage): Promise<Buffer> {
  const body = await bodyOf(request);
  return request.headers['content-encoding'] === 'gzip' ? gunzipSync(body) : body;
}

/** Rewrites `{"name": "privateIPv4Address", "value": …}`, wherever it stands. */
function withLoopback(json: Buffer): Buffer {
  const rewritten = JSON.stringify(JSON.parse(json.toString()), (_key, value: unknown) =>
    isAddressDetail(value) ? { ...value, value: loopbackOf(value.value) } : value,
  );
  return Buffer.from(rewritten);
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
