import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Calls } from './calls.ts';
import { ecsService } from './ecs.ts';
import { EcsRegistry, type EcsResources } from './ecs-registry.ts';
import { Faults, type Rejection } from './faults.ts';
import { LogStore } from './log-store.ts';
import { logsService } from './logs.ts';
import type { Service } from './operation.ts';
import { AwsError, readCall, sendError, sendOutput, unknownOperation } from './protocol.ts';

/** Where the stand-in listens and what it holds. */
export interface AwsOptions {
  /** @default 127.0.0.1 */
  readonly host?: string;
  /** @default 0, any free port */
  readonly port?: number;
  /** Milliseconds since the epoch. @default Date.now */
  readonly clock?: () => number;
  /** @default us-east-1 */
  readonly region?: string;
  /** @default 123456789012 */
  readonly account?: string;
  readonly ecs?: EcsResources;
}

/** A stand-in for Amazon ECS and Amazon CloudWatch Logs that is listening. */
export interface Aws {
  /** The `endpoint` for SDK clients of both services. */
  readonly url: string;
  readonly region: string;
  readonly ecs: EcsRegistry;
  readonly logs: LogStore;
  readonly faults: Faults;
  readonly calls: Calls;
  /** Stops listening and ends every connection. */
  close(): Promise<void>;
}

/**
 * Starts a stand-in for the AWS APIs on loopback. It speaks what the AWS SDKs send (AWS JSON 1.1), asks for a signature
 * without checking it, and keeps everything in memory.
 *
 * @example
 * const aws = await startAws({ ecs: { clusters: ['demo'] } });
 * const client = new ECSClient({ endpoint: aws.url, region: aws.region, credentials });
 */
export async function startAws({
  host = '127.0.0.1',
  port = 0,
  clock = Date.now,
  region = 'us-east-1',
  account = '123456789012',
  ecs: resources = {},
}: AwsOptions = {}): Promise<Aws> {
  const ecs = new EcsRegistry(`arn:aws:ecs:${region}:${account}`, resources);
  const logs = new LogStore(`arn:aws:logs:${region}:${account}`, clock);
  const faults = new Faults();
  const calls = new Calls();
  const services = new Map(
    [ecsService(ecs), logsService(logs)].map((service) => [service.target, service]),
  );
  const server = createServer((request, response) => {
    void answer(request, response, { services, faults, calls, account });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, resolve);
  });
  const { address, port: boundPort } = server.address() as AddressInfo;
  const authority = address.includes(':') ? `[${address}]` : address;
  return {
    url: `http://${authority}:${boundPort}`,
    region,
    ecs,
    logs,
    faults,
    calls,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

interface Context {
  readonly services: ReadonlyMap<string, Service>;
  readonly faults: Faults;
  readonly calls: Calls;
  readonly account: string;
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  context: Context,
): Promise<void> {
  try {
    const output = await run(request, response, context);
    if (output === undefined) request.socket.resetAndDestroy();
    else sendOutput(response, output);
  } catch (error) {
    sendError(response, error instanceof AwsError ? error : internalFailure(error));
  }
}

/** The output of the call, or `undefined` where there is nobody to tell: the connection is reset, or gone. */
async function run(
  request: IncomingMessage,
  response: ServerResponse,
  { services, faults, calls, account }: Context,
): Promise<object | undefined> {
  const { service: target, operation, input } = await readCall(request);
  const service = services.get(target);
  const perform = service?.operations.get(operation);
  if (service === undefined || perform === undefined) throw unknownOperation();

  const ended = new Promise<void>((resolve) => response.once('close', resolve));
  calls.begin({ operation, input, ended });
  const { fault, lifted } = faults.take(operation, input) ?? {};
  let rejection: Rejection | undefined;
  switch (fault?.kind) {
    case 'throttle':
      throw new AwsError('ThrottlingException', 'Rate exceeded');
    case 'deny':
      throw accessDenied(account, `${service.iamPrefix}:${operation}`);
    case 'error':
      throw new AwsError(fault.type, fault.message ?? '', fault.status);
    case 'reset':
      if (fault.applied) perform(input);
      return undefined;
    case 'hang':
      await Promise.race([lifted, ended]);
      if (response.destroyed) return undefined;
      break;
    case 'reject':
      rejection = fault;
      break;
    case undefined:
      break;
  }
  return perform(input, rejection);
}

function accessDenied(account: string, action: string): AwsError {
  return new AwsError(
    'AccessDeniedException',
    `User: arn:aws:sts::${account}:assumed-role/fargauge/session is not authorized to perform: ${action} on resource: * because no identity-based policy allows the ${action} action`,
  );
}

function internalFailure(error: unknown): AwsError {
  return new AwsError('InternalFailure', error instanceof Error ? error.message : '', 500);
}
