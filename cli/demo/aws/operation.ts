import type { Rejection } from './faults.ts';

/**
 * One operation of a service: the input as it came over the wire, to the output. Throws an `AwsError`.
 * `rejection` is an injected fault; only PutLogEvents knows what to do with it.
 */
export type Operation = (input: Readonly<Record<string, unknown>>, rejection?: Rejection) => object;

/** One service of the stand-in. */
export interface Service {
  /** First half of `X-Amz-Target`. */
  readonly target: string;
  /** Prefix of the service's IAM actions. */
  readonly iamPrefix: string;
  readonly operations: ReadonlyMap<string, Operation>;
}

/** An operation over the SDK's own types of input and output. What arrives is the caller's word: check before use. */
export function operation<Input, Output extends object>(
  run: (input: Input, rejection?: Rejection) => Output,
): Operation {
  return (input, rejection) => run(input as Input, rejection);
}
