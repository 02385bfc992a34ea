import type { Rejection } from './faults.ts';

/**
 * One operation of a service: the input as it came over the wire, to the output. Throws an `AwsError`.
 * `rejection` is an injected fault; only PutLogEvents knows what to do with it.
 */
export type Operation = (input: Readonly<Record<string, unknown>>, rejection?: Rejection) => object;

/** One service of the stand-in. */
export interface Service {
  /** What calls name it by: the first half of `X-Amz-Target`, or the version of its API. */
  readonly target: string;
  /** Prefix of the service's IAM actions. */
  readonly iamPrefix: string;
  /** How it says that there are too many calls. */
  readonly throttled: ErrorShape;
  /** How it says that the caller may not do that. */
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

/** An operation over the SDK's own types of input and output. What arrives is the caller's word: check before use. */
export function operation<Input, Output extends object>(
  run: (input: Input, rejection?: Rejection) => Output,
): Operation {
  return (input, rejection) => run(input as Input, rejection);
}
