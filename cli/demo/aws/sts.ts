import { randomBytes } from 'node:crypto';
import { operation, type Service } from './protocol/operation.ts';
import { AwsError } from './protocol/protocol.ts';
import { STS_VERSION } from './protocol/query.ts';

/** Lifetime of a role's credentials in milliseconds: the default of AssumeRole. */
const SESSION_MS = 3_600_000;

interface AssumeRoleInput {
  readonly RoleArn?: string;
  readonly RoleSessionName?: string;
  readonly ExternalId?: string;
}

/** The roles that may be assumed, and their sessions. */
export class Roles {
  readonly #clock: () => number;
  /** The external id that each role requires. */
  readonly #externalIds = new Map<string, string | undefined>();
  readonly #accounts = new Map<string, string>();

  /** @param clock milliseconds since the epoch */
  constructor(clock: () => number) {
    this.#clock = clock;
  }

  /** Adds or replaces a role. */
  put(arn: string, externalId?: string): void {
    this.#externalIds.set(arn, externalId);
  }

  remove(arn: string): boolean {
    return this.#externalIds.delete(arn);
  }

  /** The account of the role whose credentials have this key. */
  accountOf(accessKeyId: string): string | undefined {
    return this.#accounts.get(accessKeyId);
  }

  /** Begins a session; `undefined` if that is not allowed. */
  assume(arn: string, externalId: string | undefined) {
    const expected = this.#externalIds.get(arn);
    if (!this.#externalIds.has(arn) || (expected !== undefined && expected !== externalId)) {
      return undefined;
    }
    const AccessKeyId = `ASIA${randomBytes(8).toString('hex').toUpperCase()}`;
    this.#accounts.set(AccessKeyId, arn.split(':')[4] ?? '');
    return {
      AccessKeyId,
      SecretAccessKey: randomBytes(20).toString('hex'),
      SessionToken: randomBytes(20).toString('hex'),
      Expiration: new Date(this.#clock() + SESSION_MS),
    };
  }
}

/** The operation of AWS STS that discovery needs. */
export function stsService(roles: Roles): Service {
  return {
    target: STS_VERSION,
    iamPrefix: 'sts',
    throttled: { type: 'Throttling', status: 400 },
    denied: { type: 'AccessDenied', status: 403 },
    operations: new Map([
      ['AssumeRole', operation((input: AssumeRoleInput) => assumeRole(roles, input))],
    ]),
  };
}

function assumeRole(
  roles: Roles,
  { RoleArn = '', RoleSessionName = '', ExternalId }: AssumeRoleInput,
): object {
  if (!/^[\w+=,.@-]{2,64}$/.test(RoleSessionName)) {
    throw new AwsError('ValidationError', 'The role session name is not valid.');
  }
  const Credentials = roles.assume(RoleArn, ExternalId);
  if (Credentials === undefined) {
    throw new AwsError(
      'AccessDenied',
      `User: fargauge is not authorized to perform: sts:AssumeRole on resource: ${RoleArn}`,
      403,
    );
  }
  return { Credentials };
}
