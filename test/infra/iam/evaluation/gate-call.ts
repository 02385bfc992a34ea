import type { IncomingMessage, ServerResponse } from 'node:http';
import { jsonProtocol, readJson } from '../../../../cli/demo/aws/protocol/json.ts';
import { AwsError } from '../../../../cli/demo/aws/protocol/protocol.ts';
import {
  EC2_VERSION,
  QUERY_TYPE,
  queryProtocol,
  readQuery,
} from '../../../../cli/demo/aws/protocol/query.ts';
import { callerOf } from '../../../../cli/demo/aws/protocol/request.ts';
import { requestOf } from '../../../cloudwatch/requests.ts';
import { requestsOf } from './authorization.ts';
import type { IamRequest } from './policy.ts';
import { missingRequests, objectRequests, presentRequests } from './s3-authorization.ts';
import type { Place } from './template-values.ts';

/** A call before it is let through. */
export interface GateCall {
  readonly at: Place;
  /** What must be allowed. */
  readonly requests: readonly IamRequest[];
  /** What must be allowed too, by the status of the answer. */
  readonly requestsAfter: (status: number) => readonly IamRequest[];
  /** The stand-in that answers it; undefined: it is taken. */
  readonly upstream: string | undefined;
  /** Answers that it is denied, as the service does. */
  readonly deny: (response: ServerResponse, refusal: IamRequest) => void;
}

/** Services by the first half of `X-Amz-Target`: what actions call them. */
const JSON_SERVICES: Readonly<Record<string, string>> = {
  AmazonEC2ContainerServiceV20141113: 'ecs',
  Logs_20140328: 'logs',
  AmazonSSM: 'ssm',
  secretsmanager: 'secretsmanager',
};

const PUT_METRIC_DATA = 'GraniteServiceVersion20100801.PutMetricData';

const STORES: ReadonlySet<string> = new Set(['ssm', 'secretsmanager']);

const WORKSPACE_HOST = /^aps-workspaces\.([a-z0-9-]+)\.amazonaws\.com$/;
const WORKSPACE_PATH = /^\/workspaces\/([\w-]+)\/api\/v1\/remote_write$/;
const METRICS_HOST = /^monitoring\.([a-z0-9-]+)\.amazonaws\.com$/;

/** What lies behind the gate: the addresses of stand-ins that let everybody do everything. */
export interface Surroundings {
  /** ECS, EC2, CloudWatch Logs and STS. */
  readonly aws: string;
  readonly s3: string;
  /** Systems Manager and Secrets Manager. */
  readonly stores: string;
  /** The account that the credentials with this key are of. */
  readonly accountOf: (accessKeyId: string) => string;
  /** ARNs of the keys of buckets, by the names of these. */
  readonly encryptionKeys: ReadonlyMap<string, string>;
}

/** Reads a call of any protocol. @throws TypeError for one that is none of a service that is known */
export function readGateCall(
  request: IncomingMessage,
  body: Buffer,
  options: Surroundings,
): GateCall {
  const { accessKeyId = '', region = '' } = callerOf(request);
  const at = { account: options.accountOf(accessKeyId), region };
  const { host = '', 'x-amz-target': target, 'content-type': type = '' } = request.headers;
  if (target === PUT_METRIC_DATA) {
    return receiverCall(
      'cloudwatch',
      'PutMetricData',
      { namespace: requestOf({ body }).Namespace },
      at,
    );
  }
  if (target !== undefined) return jsonCall(String(target), body, at, options);
  if (type.startsWith(QUERY_TYPE)) return queryCall(body, at, options);
  if (WORKSPACE_HOST.test(host)) {
    const [, workspace] = WORKSPACE_PATH.exec(request.url ?? '') ?? [];
    return receiverCall('aps', 'RemoteWrite', { workspace }, at);
  }
  if (METRICS_HOST.test(host)) return receiverCall('cloudwatch', 'PutMetricData', {}, at);
  return objectCall(request, at, options);
}

function jsonCall(
  target: string,
  body: Buffer,
  at: Place,
  { aws, stores }: Surroundings,
): GateCall {
  const call = readJson(target, body.toString('utf8'));
  const service = JSON_SERVICES[call.service] ?? call.service;
  return {
    at,
    requests: requestsOf({ service, operation: call.operation, input: call.input, at }),
    requestsAfter: () => [],
    upstream: STORES.has(service) ? stores : aws,
    deny: (response, refusal) =>
      jsonProtocol.error(
        response,
        call,
        new AwsError('AccessDeniedException', messageOf(refusal), 400),
      ),
  };
}

function queryCall(body: Buffer, at: Place, { aws }: Surroundings): GateCall {
  const call = readQuery(body.toString('utf8'));
  const isEc2 = call.service === EC2_VERSION;
  const code = isEc2 ? 'UnauthorizedOperation' : 'AccessDenied';
  return {
    at,
    requests: requestsOf({
      service: isEc2 ? 'ec2' : 'sts',
      operation: call.operation,
      input: call.input,
      at,
    }),
    requestsAfter: () => [],
    upstream: aws,
    deny: (response, refusal) =>
      queryProtocol.error(response, call, new AwsError(code, messageOf(refusal), 403)),
  };
}

function receiverCall(service: string, operation: string, input: object, at: Place): GateCall {
  return {
    at,
    requests: requestsOf({ service, operation, input: { ...input }, at }),
    requestsAfter: () => [],
    upstream: undefined,
    deny: (response, refusal) => {
      response.writeHead(403, { 'content-type': 'application/json' });
      response.end(JSON.stringify({ Message: messageOf(refusal) }));
    },
  };
}

function objectCall(
  { method, url = '', headers }: IncomingMessage,
  at: Place,
  { s3, encryptionKeys }: Surroundings,
): GateCall {
  if (method !== 'GET' && method !== 'PUT' && method !== 'DELETE') {
    throw new TypeError(`Nothing is known of ${method}`);
  }
  const [bucket = '', ...rest] = new URL(url, s3).pathname.slice(1).split('/');
  const isConditional = headers['if-match'] !== undefined;
  const call = { method, bucket, key: rest.join('/'), isConditional } as const;
  const key = encryptionKeys.get(bucket);
  return {
    at,
    requests: objectRequests(call, key),
    requestsAfter: (status) =>
      status === 404 ? missingRequests(call) : presentRequests(call, key),
    upstream: s3,
    deny: (response, refusal) => {
      const message = messageOf(refusal);
      response.writeHead(403, { 'content-type': 'application/xml' });
      response.end(`<Error><Code>AccessDenied</Code><Message>${message}</Message></Error>`);
    },
  };
}

/** https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html */
function messageOf({ action, resource }: IamRequest): string {
  return `User: fargauge is not authorized to perform: ${action} on resource: ${resource} because no identity-based policy allows the ${action} action`;
}
