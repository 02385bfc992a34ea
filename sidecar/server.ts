import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Answer, DocumentPath } from './endpoint.ts';
import { TEXT_CONTENT_TYPE } from './exposition.ts';

/** Bytes of a request line and its headers together. */
const MAX_HEADER_BYTES = 8_192;

/** Far more than the scrapers of one task; each connection costs memory of the task. */
const MAX_CONNECTIONS = 64;

/** Milliseconds for a request's headers, and for all of it. */
const REQUEST_TIMEOUT_MS = 5_000;

/** Milliseconds in which a connection must move, so that a reader that stopped does not hold it. */
const IDLE_TIMEOUT_MS = 30_000;

const JSON_CONTENT_TYPE = 'application/json';
const PLAIN_CONTENT_TYPE = 'text/plain; charset=utf-8';

/** Where the seed exporter passes each document of the endpoint through. */
const DOCUMENTS: ReadonlyMap<string, DocumentPath> = new Map([
  ['/task', '/task'],
  ['/stats', '/task/stats'],
]);

/** What the server has to tell. */
export interface Pages {
  /** The exposition, in the Prometheus text format. */
  metrics(): Promise<string>;
  document(path: DocumentPath): Promise<Answer>;
}

interface Reply {
  readonly status: number;
  readonly type: string;
  readonly body: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** An HTTP server, not listening yet, with `/metrics`, `/task`, `/stats` and `/health`. It only answers GET and HEAD. */
export function createPagesServer(pages: Pages, log: (message: string) => void): Server {
  const server = createServer(
    {
      maxHeaderSize: MAX_HEADER_BYTES,
      headersTimeout: REQUEST_TIMEOUT_MS,
      requestTimeout: REQUEST_TIMEOUT_MS,
      connectionsCheckingInterval: REQUEST_TIMEOUT_MS,
    },
    async (request, response) => {
      // Nothing that a request brings about may end the process.
      const reply = await replyTo(request, pages).catch((error: unknown) => {
        log(`${request.url}: ${String(error)}`);
        return plain(500, 'internal error\n');
      });
      send(response, reply);
    },
  );
  server.maxConnections = MAX_CONNECTIONS;
  server.setTimeout(IDLE_TIMEOUT_MS);
  return server;
}

async function replyTo(request: IncomingMessage, pages: Pages): Promise<Reply> {
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    return { ...plain(405, 'only GET and HEAD\n'), headers: { allow: 'GET, HEAD' } };
  }
  const path = request.url?.split('?', 1)[0] ?? '';
  if (path === '/metrics') {
    return { status: 200, type: TEXT_CONTENT_TYPE, body: await pages.metrics() };
  }
  if (path === '/health') return plain(200, 'ok\n');
  const document = DOCUMENTS.get(path);
  if (document !== undefined) return passThrough(await pages.document(document));
  return plain(404, 'not found; there are /metrics, /task, /stats and /health\n');
}

/** The document as it came: parsing and writing it would damage integers above 2^53. */
function passThrough(answer: Answer): Reply {
  if (answer.ok) return { status: 200, type: JSON_CONTENT_TYPE, body: answer.text };
  const error = 'the task metadata endpoint failed';
  const body = `${JSON.stringify({ error, code: answer.code, reason: answer.reason })}\n`;
  return { status: 502, type: JSON_CONTENT_TYPE, body };
}

function plain(status: number, body: string): Reply {
  return { status, type: PLAIN_CONTENT_TYPE, body };
}

function send(response: ServerResponse, { status, type, body, headers = {} }: Reply): void {
  response.writeHead(status, {
    ...headers,
    'content-type': type,
    'content-length': Buffer.byteLength(body),
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
  });
  // Node.js itself leaves the body out of the answer to HEAD.
  response.end(body);
}
