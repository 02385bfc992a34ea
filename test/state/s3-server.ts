import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';

/** An answer of S3 other than success. */
export interface S3Error {
  readonly status: number;
  readonly code: string;
}

/** What of S3 a collector needs: objects in any bucket, conditional reads and writes, and lists of them. */
export interface S3Server extends AsyncDisposable {
  readonly url: string;
  /** By `bucket/key`. */
  readonly objects: Map<string, Buffer>;
  /** By `bucket/key` when it was written, in milliseconds since the epoch. */
  readonly writtenAt: Map<string, number>;
  /** @default the time of the machine */
  now: () => number;
  /** Objects of a page of a list. */
  pageSize: number;
  /** The methods of the requests so far. */
  readonly requests: string[];
  /** What answers a request instead; `hang` answers none. */
  instead: ((method: string, name: string) => S3Error | 'hang' | undefined) | undefined;
  /** What a request waits for. */
  before: ((method: string, name: string) => Promise<unknown> | undefined) | undefined;
  /** Called after a write was done and before it is answered. */
  afterWrite: (() => Promise<void>) | undefined;
}

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html */
export async function startS3(): Promise<S3Server> {
  const server = createServer((request, response) => void answer(request, response));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const s3: S3Server = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    objects: new Map(),
    writtenAt: new Map(),
    now: Date.now,
    pageSize: 1_000,
    requests: [],
    instead: undefined,
    before: undefined,
    afterWrite: undefined,
    async [Symbol.asyncDispose]() {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
  return s3;

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = '', headers } = request;
    const { pathname, searchParams } = new URL(request.url ?? '', s3.url);
    const name = decodeURIComponent(pathname.slice(1));
    const body = await buffer(request);
    s3.requests.push(method);
    await s3.before?.(method, name);
    const instead = s3.instead?.(method, name);
    if (instead === 'hang') return;
    if (instead !== undefined) return fail(response, instead);
    if (searchParams.has('list-type')) {
      response.end(listOf(s3, name, searchParams));
      return;
    }
    if (method === 'DELETE') {
      s3.objects.delete(name);
      response.writeHead(204).end();
      return;
    }
    const known = s3.objects.get(name);
    const { 'if-match': wanted, 'if-none-match': none } = headers;
    if (method === 'GET') {
      if (known === undefined) return fail(response, { status: 404, code: 'NoSuchKey' });
      if (etagOf(known) === none) {
        response.writeHead(304, { etag: none }).end();
        return;
      }
      const modified = new Date(s3.writtenAt.get(name) ?? 0).toUTCString();
      response.writeHead(200, { etag: etagOf(known), 'last-modified': modified }).end(known);
      return;
    }
    if (wanted !== undefined && known === undefined) {
      return fail(response, { status: 404, code: 'NoSuchKey' });
    }
    const isOther = wanted !== undefined && known !== undefined && etagOf(known) !== wanted;
    if (isOther || (none === '*' && known !== undefined)) {
      return fail(response, { status: 412, code: 'PreconditionFailed' });
    }
    s3.objects.set(name, body);
    s3.writtenAt.set(name, s3.now());
    await s3.afterWrite?.();
    response.writeHead(200, { etag: etagOf(body) }).end();
  }
}

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectsV2.html */
function listOf({ objects, writtenAt, pageSize }: S3Server, path: string, query: URLSearchParams) {
  const bucket = path.replace(/\/$/, '');
  const keys = [...objects.keys()]
    .filter((name) => name.startsWith(`${bucket}/${query.get('prefix') ?? ''}`))
    .map((name) => name.slice(bucket.length + 1))
    .sort();
  const from = Number(query.get('continuation-token') ?? 0);
  const page = keys.slice(from, from + pageSize);
  const next = from + pageSize < keys.length ? from + pageSize : undefined;
  const contents = page.map((key) => {
    const at = new Date(writtenAt.get(`${bucket}/${key}`) ?? 0).toISOString();
    return `<Contents><Key>${key}</Key><LastModified>${at}</LastModified></Contents>`;
  });
  const more = next === undefined ? '' : `<NextContinuationToken>${next}</NextContinuationToken>`;
  return `<ListBucketResult><IsTruncated>${next !== undefined}</IsTruncated>${more}${contents.join('')}</ListBucketResult>`;
}

function fail(response: ServerResponse, { status, code }: S3Error): void {
  response.writeHead(status, { 'content-type': 'application/xml' });
  response.end(`<Error><Code>${code}</Code><Message>${code} of the test</Message></Error>`);
}

function etagOf(bytes: Buffer): string {
  return `"${createHash('md5').update(bytes).digest('hex')}"`;
}
