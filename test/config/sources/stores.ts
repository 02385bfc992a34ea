import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

/** A request that the stores got: `GET /bucket/key 304`, `GetParameter /name 200`. */
type Line = string;

/** Stand-ins for S3, Systems Manager and Secrets Manager on loopback, as far as configurations need them. */
export interface Stores extends AsyncDisposable {
  /** The endpoint of all three. */
  readonly url: string;
  /** By `bucket/key`. */
  readonly objects: Map<string, string>;
  /** By name. Setting one makes a new version. */
  readonly parameters: Map<string, string>;
  /** By ARN; bytes are a binary secret. */
  readonly secrets: Map<string, string | Buffer>;
  readonly requests: Line[];
  /** What every request is answered with, until it is taken away. */
  fault: { readonly status: number; readonly type: string } | undefined;
  /** What makes the AWS SDK of another process use them. */
  readonly env: Readonly<Record<string, string>>;
}

export async function startStores(): Promise<Stores> {
  const server = createServer((request, response) => void answer(request, response));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const stores: Stores = {
    url,
    objects: new Map(),
    parameters: new Map(),
    secrets: new Map(),
    requests: [],
    fault: undefined,
    env: {
      AWS_ENDPOINT_URL_S3: url,
      AWS_ENDPOINT_URL_SSM: url,
      AWS_ENDPOINT_URL_SECRETS_MANAGER: url,
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await text(request);
    const target = String(request.headers['x-amz-target'] ?? '');
    const { what, status, headers, content } =
      target === '' ? s3(stores, request) : json(stores, target, JSON.parse(body));
    stores.requests.push(`${what} ${status}`);
    const length = { 'content-length': Buffer.byteLength(content) };
    response.writeHead(status, { ...headers, ...length }).end(content);
  }
  return stores;
}

interface Reply {
  readonly what: string;
  readonly status: number;
  readonly headers: Record<string, string>;
  readonly content: string;
}

function s3({ objects, fault }: Stores, { url = '', headers }: IncomingMessage): Reply {
  const key = decodeURIComponent(new URL(url, 'http://x').pathname.slice(1));
  const what = `GET /${key}`;
  const failed = (status: number, type: string): Reply => ({
    what,
    status,
    headers: { 'content-type': 'application/xml' },
    content: `<Error><Code>${type}</Code><Message>No.</Message></Error>`,
  });
  if (fault !== undefined) return failed(fault.status, fault.type);
  const content = objects.get(key);
  if (content === undefined) return failed(404, 'NoSuchKey');
  const etag = `"${createHash('md5').update(content).digest('hex')}"`;
  if (headers['if-none-match'] === etag) return { what, status: 304, headers: {}, content: '' };
  return { what, status: 200, headers: { etag }, content };
}

function json(stores: Stores, target: string, input: Record<string, string>): Reply {
  const operation = target.split('.')[1] ?? '';
  const { Name = '', SecretId = '' } = input;
  const what = `${operation} ${Name || SecretId}`;
  const reply = (status: number, output: object): Reply => ({
    what,
    status,
    headers: { 'content-type': 'application/x-amz-json-1.1' },
    content: JSON.stringify(output),
  });
  const { fault, parameters, secrets } = stores;
  if (fault !== undefined) return reply(fault.status, { __type: fault.type, message: 'No.' });
  const value = operation === 'GetParameter' ? parameters.get(Name) : secrets.get(SecretId);
  if (value === undefined) {
    const type = operation === 'GetParameter' ? 'ParameterNotFound' : 'ResourceNotFoundException';
    return reply(400, { __type: type, message: 'No.' });
  }
  if (Buffer.isBuffer(value)) return reply(200, { SecretBinary: value.toString('base64') });
  if (operation !== 'GetParameter') return reply(200, { SecretString: value });
  const version = Number.parseInt(createHash('md5').update(value).digest('hex').slice(0, 8), 16);
  return reply(200, { Parameter: { Name, Value: value, Version: version } });
}
