import type { IncomingMessage } from 'node:http';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { JSON_TYPE, jsonProtocol, readJson } from './json.ts';
import { type AwsCall, AwsError, type Protocol, unknownOperation } from './protocol.ts';
import { QUERY_TYPE, queryProtocol, readQuery } from './query.ts';

/** Larger bodies are refused; the largest valid request is a PutLogEvents of 1 MiB whose text escapes sixfold. */
const MAX_BODY_BYTES = 16 * 1024 * 1024;

const unzip = promisify(gunzip);

/** The caller and the Region in the signature. */
export interface Caller {
  readonly accessKeyId?: string | undefined;
  readonly region?: string | undefined;
}

/** The protocol of a request, by its content type. */
export function protocolOf(request: IncomingMessage): Protocol {
  return isQuery(request) ? queryProtocol : jsonProtocol;
}

/** Reads a call, its body plain or gzip. Throws an `AwsError` for an invalid one. */
export async function readCall(request: IncomingMessage): Promise<AwsCall> {
  const body = (await readBody(request)).toString('utf8');
  const target = String(request.headers['x-amz-target'] ?? '');
  if (request.method !== 'POST' || (target === '' && !isQuery(request))) throw unknownOperation();
  if (!request.headers.authorization) {
    throw new AwsError('MissingAuthenticationTokenException', 'Missing Authentication Token');
  }
  if (isQuery(request)) return readQuery(body);
  if (request.headers['content-type'] !== JSON_TYPE) throw unknownOperation();
  return readJson(target, body);
}

/** The signer of a request: `AWS4-HMAC-SHA256 Credential=KEY/20260101/us-east-1/ecs/aws4_request, …`. */
export function callerOf(request: IncomingMessage): Caller {
  const scope = /Credential=([^/,]+)\/\d+\/([^/]+)\//.exec(request.headers.authorization ?? '');
  return { accessKeyId: scope?.[1], region: scope?.[2] };
}

function isQuery(request: IncomingMessage): boolean {
  return request.headers['content-type']?.split(';')[0] === QUERY_TYPE;
}

async function readBody(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    size += chunk.length;
    if (size > MAX_BODY_BYTES) throw tooLarge();
    chunks.push(chunk);
  }
  const body = Buffer.concat(chunks);
  if (request.headers['content-encoding'] !== 'gzip') return body;
  try {
    return await unzip(body, { maxOutputLength: MAX_BODY_BYTES });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE') throw tooLarge();
    throw new AwsError('SerializationException', 'The request body is not gzip.');
  }
}

function tooLarge(): AwsError {
  return new AwsError('RequestEntityTooLargeException', 'The request body is too large.', 413);
}
