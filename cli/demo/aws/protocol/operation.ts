import type { Rejection } from './faults.ts';

/**
 * One operation of a service, from its unchecked input to its output. Throws an `AwsError`. `rejection` is an injected
 * fault for PutLogEvents.
 */
export type Operation = (input: Readonly<Record<string, unknown>>, rejection?: Rejection) => object;

/** One service of the stand-in. */
export interface Service {
  /** The service in calls: the first half of `X-Amz-Target`, or the version of its API. */
  readonly target: string;
  /** Prefix of the service's IAM actions. */
  readonly iamPrefix: string;
  /** The error for too many calls. */
  readonly throttled: ErrorShape;
  /** The error for a missing permission. */
  readonly denied: ErrorShape;
  readonly operations: ReadonlyMap<string, Operation>;
}

export interface ErrorShape {
  readonly type: string;
  readonly status: number;
}

/** The errors of the services whose protocol is AWS JSON. */
export const JSON_ERRORS = {
  throttled: { type: 'ThrottlingException', status: 400 },
  denied: { type: 'AccessDeniedException', status: 400 },
} as const;

/** An operation with the SDK's types of input and output. The input is unchecked. */
export function operation<Input, Output extends object>(
  run: (input: Input, rejection?: Rejection) => Output,
): Operation {
  return (input, rejection) => run(input as Input, rejection);
}
