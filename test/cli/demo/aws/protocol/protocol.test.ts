import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type Aws, startAws } from '../../../../../cli/demo/aws/server.ts';

let aws: Aws;

beforeEach(async () => {
  aws = await startAws({ ecs: { clusters: ['demo'] } });
});

afterEach(() => aws.close());

const HEADERS = {
  'content-type': 'application/x-amz-json-1.1',
  'x-amz-target': 'AmazonEC2ContainerServiceV20141113.ListTasks',
  authorization: 'AWS4-HMAC-SHA256 Credential=test',
};

async function call(
  headers: Record<string, string>,
  body: string | Uint8Array<ArrayBuffer> = '{"cluster":"demo"}',
) {
  const response = await fetch(aws.url, { method: 'POST', headers, body });
  return { response, body: (await response.json()) as unknown };
}

describe('the AWS JSON 1.1 protocol', () => {
  it('answers a call with JSON and a request id', async () => {
    const { response, body } = await call(HEADERS);
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toBe('application/x-amz-json-1.1');
    expect(response.headers.get('x-amzn-requestid')).toMatch(/^[0-9a-f-]{36}$/);
    expect(body).toEqual({ taskArns: [] });
  });

  it('takes a gzip body', async () => {
    const body = gzipSync('{"cluster":"demo"}');
    const answer = await call({ ...HEADERS, 'content-encoding': 'gzip' }, new Uint8Array(body));
    expect(answer.body).toEqual({ taskArns: [] });
  });

  it.each([
    [
      'an unknown operation',
      { ...HEADERS, 'x-amz-target': 'Logs_20140328.Nothing' },
      '{}',
      'UnknownOperationException',
    ],
    [
      'an unknown service',
      { ...HEADERS, 'x-amz-target': 'Other_1.ListTasks' },
      '{}',
      'UnknownOperationException',
    ],
    ['no target', { ...HEADERS, 'x-amz-target': '' }, '{}', 'UnknownOperationException'],
    [
      'another protocol',
      { ...HEADERS, 'content-type': 'application/cbor' },
      '{}',
      'UnknownOperationException',
    ],
    ['a body that is not JSON', HEADERS, '{', 'SerializationException'],
    ['a body that is not an object', HEADERS, '[]', 'SerializationException'],
    [
      'a body that is not gzip',
      { ...HEADERS, 'content-encoding': 'gzip' },
      '{}',
      'SerializationException',
    ],
    [
      'no signature',
      { ...HEADERS, authorization: '' },
      '{}',
      'MissingAuthenticationTokenException',
    ],
    ['a cluster that is not there', HEADERS, '{"cluster":"x"}', 'ClusterNotFoundException'],
  ])('refuses %s', async (_, headers, sent, type) => {
    const { response, body } = await call(headers, sent);
    expect(response.status).toBe(400);
    expect(response.headers.get('x-amzn-errortype')).toBe(type);
    expect(body).toMatchObject({ __type: type });
  });

  it('refuses a body that is too large once it is decompressed', async () => {
    const body = gzipSync(Buffer.alloc(17 * 1024 * 1024, ' '));
    const { response } = await call(
      { ...HEADERS, 'content-encoding': 'gzip' },
      new Uint8Array(body),
    );
    expect(response.status).toBe(413);
  });
});
