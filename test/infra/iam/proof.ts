import type { Stack } from 'aws-cdk-lib/core';
import { type CollectorCase, OTHER, OWN, stackOf } from './collector-cases.ts';
import { type DeployedCollector, deployedCollector, valuesOf } from './deployed-collector.ts';
import { decide, type IamRequest, type Statement } from './evaluation/policy.ts';
import { type NamedStatement, type Reduction, reductionsOf } from './evaluation/reductions.ts';
import { policyOfRole } from './evaluation/role-policy.ts';
import { deadLetterRequests, logRequests, NETWORK_REQUESTS } from './service-calls.ts';
import { DIVIDED, type Situation, WHOLE } from './situations.ts';

/** The policies of a principal less one part. */
export interface AccountReduction extends Reduction {
  readonly account: string;
}

/** A collector whose permissions are proven. */
export interface Subject {
  readonly name: string;
  readonly collector: CollectorCase;
  readonly deployed: DeployedCollector;
  /** In these together it needs all of its permissions. */
  readonly situations: readonly Situation[];
  /** What the function's role may do, and that of the other account where it is assumed. */
  readonly policies: ReadonlyMap<string, readonly NamedStatement[]>;
  readonly reductions: readonly AccountReduction[];
  /** What Lambda itself calls with the role of the function. */
  readonly ofLambda: readonly IamRequest[];
}

export function subjectOf(collector: CollectorCase): Subject {
  const deployed = deployedCollector(stackOf(collector));
  const policies = new Map([[OWN.account, deployed.policy]]);
  if (collector.foreignStack) policies.set(OTHER, policyOfStack(collector.foreignStack()));
  return {
    name: collector.name,
    collector,
    deployed,
    situations: deployed.discovery === undefined ? WHOLE : DIVIDED,
    policies,
    reductions: [...policies].flatMap(([account, policy]) =>
      reductionsOf(policy).map((reduction) => ({ ...reduction, account })),
    ),
    ofLambda: [
      ...(collector.withoutVpc ? [] : NETWORK_REQUESTS),
      ...logRequests(deployed, OWN),
      // Who invokes the functions of a divided collector is told that they failed.
      ...(deployed.discovery === undefined ? deadLetterRequests(deployed) : []),
    ],
  };
}

/** The statements of all principals, those of one of them reduced. */
export function statementsOf(
  { policies }: Subject,
  reduction?: AccountReduction,
): ReadonlyMap<string, readonly Statement[]> {
  const whole = [...policies].map(
    ([account, policy]) => [account, policy.map(({ statement }) => statement)] as const,
  );
  return new Map([
    ...whole,
    ...(reduction ? ([[reduction.account, reduction.statements]] as const) : []),
  ]);
}

/** The requests that are not allowed. */
export function deniedOf<Request extends IamRequest>(
  statements: readonly Statement[],
  requests: readonly Request[],
): Request[] {
  return requests.filter((request) => decide(statements, request) !== 'allowed');
}

/** The same request for something that is not the collector's: of each cluster or resource that it names. */
export function neighboursOf({ action, resource, context }: IamRequest): IamRequest[] {
  const cluster = context['ecs:cluster'];
  if (cluster === undefined) {
    return elsewhere(resource).map((other) => ({ action, resource: other, context }));
  }
  return elsewhere(cluster).map((other) => ({
    action,
    resource,
    context: { ...context, 'ecs:cluster': other },
  }));
}

/** An object of S3: each part of its path is a name, its bucket's as well. */
const OBJECT = /^(arn:aws:s3:::)([^/]+\/.+)$/;

/** The name in an ARN: its last part, before a log stream. */
const NAME = /[^:/]+(?=(:log-stream:.*)?$)/;

/** Resources of another account, and such whose names begin or end otherwise. Patterns may select by the end of a cluster's. */
function elsewhere(resource: string): string[] {
  if (resource === '*') return ['*'];
  const [, service, path] = OBJECT.exec(resource) ?? [];
  if (path !== undefined) return neighbouringPaths(path).map((each) => `${service}${each}`);
  return [
    ...(resource.includes(`:${OWN.account}:`)
      ? [resource.replace(OWN.account, '000000000000')]
      : []),
    resource.replace(NAME, 'neighbour-$&'),
    ...(resource.includes(':cluster/') ? [] : [resource.replace(NAME, '$&-neighbour')]),
  ];
}

function neighbouringPaths(path: string): string[] {
  const parts = path.split('/');
  return parts.flatMap((part, index) =>
    [`neighbour-${part}`, `${part}-neighbour`].map((other) => parts.with(index, other).join('/')),
  );
}

/** Of the one role of a stack of the other account. */
function policyOfStack(stack: Stack): NamedStatement[] {
  const values = valuesOf(stack, { ...OWN, account: OTHER });
  const [role = ''] = values.idsOf('AWS::IAM::Role');
  return policyOfRole(values, role);
}
