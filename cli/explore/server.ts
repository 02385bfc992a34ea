import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Asset } from './assets.ts';

const LOOPBACK = '127.0.0.1';

/** 256 bits, which nobody guesses. */
const TOKEN_BYTES = 32;

/** The page runs its own files only, and talks to nobody else. */
const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "worker-src 'self'",
  "style-src 'self'",
  // The editor's marks of errors are images in its style sheet.
  "img-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

const HEADERS = {
  'content-security-policy': CONTENT_SECURITY_POLICY,
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'cache-control': 'no-store',
};

export interface ExploreOptions {
  /** The files of the page by their paths, such as `/page.js`; `/` is the page itself. */
  readonly assets: ReadonlyMap<string, Asset>;
  /** The text of a recording; asked again for each request. Rejects if there is none. */
  readonly recording: () => Promise<string>;
  /** Port on loopback. @default a free one */
  readonly port?: number | undefined;
}

export interface ExploreServer {
  /** The page's address, with a token that only the first visit can use. */
  readonly url: string;
  close(): Promise<void>;
}

/** An answer without a file. */
interface Refusal {
  readonly status: number;
  readonly text: string;
}

/**
 * Serves the page and one recording on loopback to the browser that comes first with the token of the URL.
 *
 * A recording names hosts and labels, so other users of the machine, and other pages of the same browser, must not read it. The
 * token is exchanged for a cookie at its first use. The header Host must name this server, so that no foreign name that resolves to
 * loopback (DNS rebinding) is served. No header allows another origin to read an answer.
 */
export async function serveExplore({
  assets,
  recording,
  port = 0,
}: ExploreOptions): Promise<ExploreServer> {
  const token = randomBytes(TOKEN_BYTES).toString('base64url');
  const session = randomBytes(TOKEN_BYTES).toString('base64url');
  let isTokenUsed = false;
  let hosts: readonly string[] = [];
  // Cookies belong to a host, not to a port: two pages at the same time must not share one.
  let cookieName = '';

  const server = createServer((request, response) => {
    answer(request, response).catch(() => {
      if (!response.headersSent) refuse(response, { status: 500, text: 'the answer failed' });
      else response.destroy();
    });
  });

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (!hosts.includes(request.headers.host ?? '')) {
      return refuse(response, { status: 421, text: `expected the host ${hosts.join(' or ')}` });
    }
    if (request.method !== 'GET') {
      response.setHeader('allow', 'GET');
      return refuse(response, { status: 405, text: 'only GET is served' });
    }
    const { pathname, searchParams } = new URL(request.url ?? '/', `http://${hosts[0]}`);
    const isFirst =
      pathname === '/' && !isTokenUsed && isEqual(searchParams.get('token') ?? '', token);
    if (isFirst) {
      isTokenUsed = true;
      const attributes = 'HttpOnly; SameSite=Strict; Path=/';
      response.setHeader('set-cookie', `${cookieName}=${session}; ${attributes}`);
    } else if (!isEqual(cookieOf(request, cookieName), session)) {
      const text =
        'open the address that the command has printed: it works once. Run the command again for another one';
      return refuse(response, { status: 403, text });
    }
    if (pathname === '/recording') {
      const text = await recording().catch((error: Error) => error);
      if (text instanceof Error) return refuse(response, { status: 502, text: text.message });
      return send(response, 200, { type: 'application/json', contents: Buffer.from(text) });
    }
    const asset = assets.get(pathname);
    if (asset === undefined)
      return refuse(response, { status: 404, text: 'there is no such file' });
    send(response, 200, asset);
  }

  server.listen(port, LOOPBACK);
  await once(server, 'listening');
  const { port: own } = server.address() as AddressInfo;
  hosts = [`${LOOPBACK}:${own}`, `localhost:${own}`];
  cookieName = `fargauge-${own}`;
  return {
    url: `http://${LOOPBACK}:${own}/?token=${token}`,
    async close() {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

function refuse(response: ServerResponse, { status, text }: Refusal): void {
  send(response, status, { type: 'text/plain; charset=utf-8', contents: Buffer.from(`${text}\n`) });
}

function send(response: ServerResponse, status: number, asset: Asset): void {
  const { type, contents, encoding } = asset;
  response.writeHead(status, {
    ...HEADERS,
    // Every browser that runs the page reads it.
    ...(encoding !== undefined && { 'content-encoding': encoding }),
    'content-type': type,
    'content-length': contents.byteLength,
  });
  response.end(contents);
}

function cookieOf({ headers }: IncomingMessage, name: string): string {
  const pairs = (headers.cookie ?? '').split(/;\s*/);
  return pairs.find((pair) => pair.startsWith(`${name}=`))?.slice(name.length + 1) ?? '';
}

/** In a time that says nothing about the place of the first difference. */
function isEqual(given: string, expected: string): boolean {
  const [a, b] = [given, expected].map((text) => createHash('sha256').update(text).digest());
  return a !== undefined && b !== undefined && timingSafeEqual(a, b);
}
