import { randomUUID } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import type { AwsCall, Protocol } from './protocol.ts';

/** Media type of the AWS query protocols, with or without a character set. */
export const QUERY_TYPE = 'application/x-www-form-urlencoded';

/** The version of the EC2 API, which identifies its calls. */
export const EC2_VERSION = '2016-11-15';

/** The version of the STS API. */
export const STS_VERSION = '2011-06-15';

/**
 * Answers in the XML of AWS query (https://smithy.io/2.0/aws/protocols/aws-query-protocol.html) or of its dialect of EC2
 * (https://smithy.io/2.0/aws/protocols/aws-ec2-query-protocol.html). Outputs have the names of the elements, and lists
 * are of `item`s.
 */
export const queryProtocol: Protocol = {
  output: (response, { service, operation }, output) => {
    const requestId = randomUUID();
    const body =
      service === EC2_VERSION
        ? { requestId, ...output }
        : { [`${operation}Result`]: output, ResponseMetadata: { RequestId: requestId } };
    send(response, 200, element(`${operation}Response`, body));
  },
  error: (response, call, { type, message, status }) => {
    const error = { Code: type, Message: message };
    const requestId = randomUUID();
    const body =
      call?.service === EC2_VERSION
        ? element('Response', { Errors: { Error: error }, RequestID: requestId })
        : element('ErrorResponse', { Error: { Type: 'Sender', ...error }, RequestId: requestId });
    send(response, status, body);
  },
};

/** Reads a call: a form whose keys are paths, such as `Filter.1.Value.2`. */
export function readQuery(body: string): AwsCall {
  const { Action, Version, ...parameters } = Object.fromEntries(new URLSearchParams(body));
  const input: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(parameters)) put(input, key.split('.'), value);
  return { service: Version ?? '', operation: Action ?? '', input };
}

/** Numbers in a path are positions in a list, from 1. */
function put(into: Record<string, unknown> | unknown[], path: string[], value: string): void {
  const [first = '', ...rest] = path;
  const container = into as Record<string, unknown>;
  const key = Array.isArray(into) ? String(Number(first) - 1) : first;
  if (rest.length === 0) {
    container[key] = value;
    return;
  }
  container[key] ??= /^\d+$/.test(rest[0] ?? '') ? [] : {};
  put(container[key] as unknown[], rest, value);
}

function send(response: ServerResponse, status: number, xml: string): void {
  const body = `<?xml version="1.0" encoding="UTF-8"?>\n${xml}`;
  response.writeHead(status, {
    'content-type': 'text/xml;charset=UTF-8',
    'content-length': Buffer.byteLength(body),
  });
  response.end(body);
}

function element(name: string, value: unknown): string {
  if (value === undefined) return '';
  return `<${name}>${content(value)}</${name}>`;
}

function content(value: unknown): string {
  if (Array.isArray(value)) return value.map((item) => element('item', item)).join('');
  if (value instanceof Date) return value.toISOString();
  if (typeof value !== 'object' || value === null) return escaped(String(value));
  return Object.entries(value)
    .map(([key, child]) => element(key, child))
    .join('');
}

function escaped(text: string): string {
  return text.replace(/[&<>]/g, (character) => `&#${character.charCodeAt(0)};`);
}
