import { randomUUID } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import { type AwsCall, AwsError, type Protocol, unknownOperation } from './protocol.ts';

/** Media type of AWS JSON 1.1: https://smithy.io/2.0/aws/protocols/aws-json-1_1-protocol.html */
export const JSON_TYPE = 'application/x-amz-json-1.1';

/** Answers in AWS JSON 1.1. Dates become seconds since the epoch. */
export const jsonProtocol: Protocol = {
  output: (response, _call, output) =>
    send(response, 200, {}, JSON.stringify(output, epochSeconds)),
  error: (response, _call, { type, message, status }) => {
    const body = message === '' ? { __type: type } : { __type: type, message };
    send(response, status, { 'x-amzn-errortype': type }, JSON.stringify(body));
  },
};

/** Reads a call. @param target the header `X-Amz-Target` */
export function readJson(target: string, body: string): AwsCall {
  const dot = target.indexOf('.');
  if (dot < 1) throw unknownOperation();
  return {
    service: target.slice(0, dot),
    operation: target.slice(dot + 1),
    input: parseInput(body),
  };
}

function send(
  response: ServerResponse,
  status: number,
  headers: Readonly<Record<string, string>>,
  body: string,
): void {
  response.writeHead(status, {
    'content-type': JSON_TYPE,
    'content-length': Buffer.byteLength(body),
    'x-amzn-requestid': randomUUID(),
    ...headers,
  });
  response.end(body);
}

function parseInput(body: string): Record<string, unknown> {
  let input: unknown = {};
  try {
    if (body.length > 0) input = JSON.parse(body);
  } catch {
    throw new AwsError('SerializationException', 'The request body is not JSON.');
  }
  if (typeof input !== 'object' || input === null || Array.isArray(input)) {
    throw new AwsError('SerializationException', 'Start of structure or map expected.');
  }
  return input as Record<string, unknown>;
}

function epochSeconds(this: unknown, key: string, value: unknown): unknown {
  const original = (this as Record<string, unknown>)[key];
  return original instanceof Date ? original.getTime() / 1000 : value;
}
