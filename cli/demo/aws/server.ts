import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type AccountRegion, Accounts } from './accounts.ts';
import { Calls } from './calls.ts';
import type { Ec2Registry, Ec2Resources } from './ec2-registry.ts';
import type { EcsRegistry, EcsResources } from './ecs-registry.ts';
import { logsService } from './logs/logs.ts';
import { LogStore } from './logs/store.ts';
import { Faults, type Rejection } from './protocol/faults.ts';
import type { Service } from './protocol/operation.ts';
import { type AwsCall, AwsError, unknownOperation } from './protocol/protocol.ts';
import { callerOf, protocolOf, readCall } from './protocol/request.ts';
import { Roles, stsService } from './sts.ts';

/** The address of the stand-in and its resources. */
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
  readonly ec2?: Ec2Resources;
}

/** A running stand-in for Amazon ECS, Amazon EC2, AWS STS and Amazon CloudWatch Logs. */
export interface Aws {
  /** The `endpoint` for SDK clients of all services. */
  readonly url: string;
  readonly region: string;
  /** The resources of its own account and Region. */
  readonly ecs: EcsRegistry;
  readonly ec2: Ec2Registry;
  readonly logs: LogStore;
  /** The roles of all accounts. A call sees the account whose credentials signed it. */
  readonly roles: Roles;
  readonly faults: Faults;
  readonly calls: Calls;
  /** The resources of another account or Region. */
  at(account: string, region: string): Pick<AccountRegion, 'ecs' | 'ec2' | 'buckets'>;
  /** Stops listening and ends every connection. */
  close(): Promise<void>;
}

/**
 * Starts a stand-in for the AWS APIs on loopback. It speaks what the AWS SDKs send (AWS JSON 1.1, and the query protocols
 * of EC2 and STS), asks for a signature without checking it, throttles at the documented rates, and keeps everything in
 * memory.
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
  ecs: ecsResources = {},
  ec2: ec2Resources = {},
}: AwsOptions = {}): Promise<Aws> {
  const accounts = new Accounts(clock);
  const { ecs, ec2 } = accounts.at(account, region, { ecs: ecsResources, ec2: ec2Resources });
  const logs = new LogStore(`arn:aws:logs:${region}:${account}`, clock);
  const roles = new Roles(clock);
  const faults = new Faults();
  const calls = new Calls();
  const global = [logsService(logs), stsService(roles)];
  const context = { accounts, roles, global, faults, calls, account, region };
  const server = createServer((request, response) => {
    void answer(request, response, context);
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
    ec2,
    logs,
    roles,
    faults,
    calls,
    at: (otherAccount, otherRegion) => accounts.at(otherAccount, otherRegion),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

interface Context {
  readonly accounts: Accounts;
  readonly roles: Roles;
  /** Services that all accounts and Regions share. */
  readonly global: readonly Service[];
  readonly faults: Faults;
  readonly calls: Calls;
  /** Defaults for callers whose signature gives none. */
  readonly account: string;
  readonly region: string;
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  context: Context,
): Promise<void> {
  const protocol = protocolOf(request);
  let call: AwsCall | undefined;
  try {
    call = await readCall(request);
    const output = await run(call, request, response, context);
    if (output === undefined) request.socket.resetAndDestroy();
    else protocol.output(response, call, output);
  } catch (error) {
    protocol.error(response, call, error instanceof AwsError ? error : internalFailure(error));
  }
}

/** The output of the call, or `undefined` if the connection is reset or gone. */
async function run(
  { service: target, operation, input }: AwsCall,
  request: IncomingMessage,
  response: ServerResponse,
  { accounts, roles, global, faults, calls, ...own }: Context,
): Promise<object | undefined> {
  const { accessKeyId = '', region = own.region } = callerOf(request);
  const account = roles.accountOf(accessKeyId) ?? own.account;
  const { services, buckets } = accounts.at(account, region);
  const service = [...services, ...global].find((candidate) => candidate.target === target);
  const perform = service?.operations.get(operation);
  if (service === undefined || perform === undefined) throw unknownOperation();

  const ended = new Promise<void>((resolve) => response.once('close', resolve));
  calls.begin({ operation, input, account, ended });
  if (!buckets.take(operation)) {
    calls.throttle(operation);
    throw throttled(service);
  }
  const { fault, lifted } = faults.take(operation, input) ?? {};
  let rejection: Rejection | undefined;
  switch (fault?.kind) {
    case 'throttle':
      throw throttled(service);
    case 'deny':
      throw denied(service, account, operation);
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

function throttled({ throttled: { type, status } }: Service): AwsError {
  return new AwsError(type, 'Rate exceeded', status);
}

function denied(
  { iamPrefix, denied: { type, status } }: Service,
  account: string,
  operation: string,
): AwsError {
  const action = `${iamPrefix}:${operation}`;
  return new AwsError(
    type,
    `User: arn:aws:sts::${account}:assumed-role/fargauge/session is not authorized to perform: ${action} on resource: * because no identity-based policy allows the ${action} action`,
    status,
  );
}

function internalFailure(error: unknown): AwsError {
  return new AwsError('InternalFailure', error instanceof Error ? error.message : '', 500);
}
