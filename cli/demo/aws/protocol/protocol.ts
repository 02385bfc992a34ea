import type { ServerResponse } from 'node:http';

/** One call of an operation, in any protocol. */
export interface AwsCall {
  /** JSON: the first half of `X-Amz-Target`, such as `Logs_20140328`. Query: the version of the API. */
  readonly service: string;
  readonly operation: string;
  readonly input: Readonly<Record<string, unknown>>;
}

/** Writes the answer of a call. */
export interface Protocol {
  output(response: ServerResponse, call: AwsCall, output: object): void;
  /** @param call absent if it could not be read */
  error(response: ServerResponse, call: AwsCall | undefined, error: AwsError): void;
}

/** An error that the caller receives in the shape of an AWS error. */
export class AwsError extends Error {
  override readonly name = 'AwsError';
  /** Such as `ThrottlingException`. */
  readonly type: string;
  readonly status: number;

  constructor(type: string, message: string, status = 400) {
    super(message);
    this.type = type;
    this.status = status;
  }
}

/** The answer to a call of an operation that the service does not have. */
export function unknownOperation(): AwsError {
  return new AwsError('UnknownOperationException', '');
}
