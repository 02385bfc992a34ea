import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';

/** Larger bodies are refused; the largest valid request is a PutLogEvents of 1 MiB whose text escapes sixfold. */
const MAX_BODY_BYTES = 16 * 1024 * 1024;

const CONTENT_TYPE = 'application/x-amz-json-1.1';

const unzip = promisify(gunzip);

/** One call of an operation, as the AWS JSON 1.1 protocol carries it. */
export interface AwsCall {
  /** First half of `X-Amz-Target`, such as `Logs_20140328`. */
  readonly service: string;
  readonly operation: string;
  readonly input: Readonly<Record<string, unknown>>;
}

/** An error that the caller receives in the shape of an AWS error. */
export class AwsError extends Error {
  override readonly name = 'AwsError';
  /** Becomes `__type`, such as `ThrottlingException`. */
  readonly type: string;
  readonly status: number;

  constructor(type: string, message: string, status = 400) {
    super(message);
    this.type = type;
    this.status = status;
  }
}

/**
 * Reads a call: AWS JSON 1.1, the body plain or gzip. Throws an `AwsError` for what is not such a call.
 * https://smithy.io/2.0/aws/protocols/aws-json-1_1-protocol.html
 */
export async function readCall(request: IncomingMessage): Promise<AwsCall> {
  const body = await readBody(request);
  const target = String(request.headers['x-amz-target'] ?? '');
  const dot = target.indexOf('.');
  if (request.method !== 'POST' || dot < 1) throw unknownOperation();
  if (!request.headers.authorization) {
    throw new AwsError('MissingAuthenticationTokenException', 'Missing Authentication Token');
  }
  if (request.headers['content-type'] !== CONTENT_TYPE) throw unknownOperation();
  return {
    service: target.slice(0, dot),
    operation: target.slice(dot + 1),
    input: parseInput(body),
  };
}

/** The answer to a call of an operation that the service does not have. */
export function unknownOperation(): AwsError {
  return new AwsError('UnknownOperationException', '');
}

/** Sends the output of an operation. Dates become seconds since the epoch, as the protocol has them. */
export function sendOutput(response: ServerResponse, output: object): void {
  send(response, 200, {}, JSON.stringify(output, epochSeconds));
}

export function sendError(response: ServerResponse, { type, message, status }: AwsError): void {
  const body = message === '' ? { __type: type } : { __type: type, message };
  send(response, status, { 'x-amzn-errortype': type }, JSON.stringify(body));
}

function send(
  response: ServerResponse,
  status: number,
  headers: Readonly<Record<string, string>>,
  body: string,
): void {
  response.writeHead(status, {
    'content-type': CONTENT_TYPE,
    'content-length': Buffer.byteLength(body),
    'x-amzn-requestid': randomUUID(),
    ...headers,
  });
  response.end(body);
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

function parseInput(body: Buffer): Record<string, unknown> {
  let input: unknown = {};
  try {
    if (body.length > 0) input = JSON.parse(body.toString('utf8'));
  } catch {
    throw new AwsError('SerializationException', 'The request body is not JSON.');
  }
  if (typeof input !== 'object' || input === null || Array.isArray(input)) {
    throw new AwsError('SerializationException', 'Start of structure or map expected.');
  }
  return input as Record<string, unknown>;
}

function tooLarge(): AwsError {
  return new AwsError('RequestEntityTooLargeException', 'The request body is too large.', 413);
}

function epochSeconds(this: unknown, key: string, value: unknown): unknown {
  const original = (this as Record<string, unknown>)[key];
  return original instanceof Date ? original.getTime() / 1000 : value;
}
