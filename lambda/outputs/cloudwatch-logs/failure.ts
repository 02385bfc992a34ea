import type { RejectReason } from '../../model/delivery/event.ts';
import type { Failure } from '../delivery/tally.ts';

/** Errors for a caller without permission, or without valid credentials. */
const DENIED = new Set([
  'AccessDeniedException',
  'CredentialsProviderError',
  'ExpiredTokenException',
  'InvalidSignatureException',
  'MissingAuthenticationTokenException',
  'UnrecognizedClientException',
]);

/** The role for writing could not be assumed: AWS STS refused, or is out of reach. */
const NO_ROLE = 'AssumeRoleError';

/** The longest wait before the second attempt, for errors that a retry may mend, as in the SDK. */
const RETRY_DELAYS_MS: Readonly<Partial<Record<RejectReason, number>>> = {
  throttled: 500,
  unavailable: 100,
};

/** An error that the SDK throws: its own errors have a status, those of the network a code. */
interface CallError {
  readonly name?: string;
  readonly message?: string;
  readonly code?: string;
  readonly $metadata?: { readonly httpStatusCode?: number; readonly clockSkewCorrected?: boolean };
  /** The error of AWS STS, for a role that could not be assumed. */
  readonly cause?: unknown;
}

/** A call of CloudWatch Logs that failed after all attempts. */
export class LogsCallError extends Error {
  override readonly name = 'LogsCallError';
  readonly operation: string;
  readonly group: string;

  constructor(operation: string, group: string, cause: unknown) {
    super(`${operation} on log group "${group}" failed`, { cause });
    this.operation = operation;
    this.group = group;
  }
}

/** The failure of the events of a failed call. `deadline` ended the call if it has passed. */
export function failureOf(
  { operation, group, cause }: LogsCallError,
  deadline: AbortSignal,
): Failure {
  const what = `${operation} on log group "${group}"`;
  const late = deadline.aborted;
  if (late && cause === deadline.reason) {
    return { reason: 'deadline', text: `${what} did not end by the deadline` };
  }
  const error = (cause ?? {}) as CallError;
  const message = withoutStream(
    [error.name, error.message || error.code].filter(Boolean).join(': '),
  );
  if (isDenied(error)) {
    const why =
      error.name === 'AccessDeniedException'
        ? `is denied; the role needs logs:${operation} on ${arnIn(message) ?? anyArnOf(group)}`
        : 'failed because of its credentials';
    return { reason: 'access_denied', text: `${what} ${why}. ${message}` };
  }
  return {
    reason: reasonOf(error),
    text: `${what} failed${late ? ' until the deadline' : ''}. ${message}`,
  };
}

/** The longest wait before the second attempt, in milliseconds; undefined if a retry would not help. */
export function retryDelayOf(error: unknown): number | undefined {
  if (isDenied(error) || nameOf(error) === 'ResourceNotFoundException') return undefined;
  return RETRY_DELAYS_MS[reasonOf((error ?? {}) as CallError)];
}

export function isDenied(error: unknown): boolean {
  if (nameOf(error) === NO_ROLE) return isRefusedRole((error as CallError).cause);
  // The SDK has corrected the clock, and signs the next attempt with the right time.
  const corrected = (error as CallError | undefined)?.$metadata?.clockSkewCorrected === true;
  return !corrected && DENIED.has(nameOf(error) ?? '');
}

/** STS answers an invalid request with status 400, and a denied one with 403. */
function isRefusedRole(cause: unknown): boolean {
  const { $metadata: { httpStatusCode: status = 0 } = {} } = (cause ?? {}) as CallError;
  return DENIED.has(nameOf(cause) ?? '') || status === 400 || status === 403;
}

/** The name of an error of the SDK. */
export function nameOf(error: unknown): string | undefined {
  return (error as CallError | undefined)?.name;
}

function reasonOf({
  name = '',
  $metadata: { httpStatusCode: status, clockSkewCorrected } = {},
}: CallError): RejectReason {
  if (status === 429 || /Throttl|TooManyRequests/.test(name)) return 'throttled';
  // A group or stream that is missing right after its creation is not a fault of the events.
  if (status === undefined || status >= 500 || name === 'ResourceNotFoundException') {
    return 'unavailable';
  }
  return clockSkewCorrected ? 'unavailable' : 'refused';
}

/** All streams of a group are denied together, so the message names none. */
function withoutStream(text: string): string {
  return text.replace(/(:log-group:[^\s:]+):log-stream:[^\s]*/g, '$1:*');
}

function arnIn(text: string): string | undefined {
  return /\barn:[^\s:]+:logs:[^\s]*[^\s.,]/.exec(text)?.[0];
}

/** Used if AWS does not name the resource. */
function anyArnOf(group: string): string {
  return `arn:aws:logs:*:*:log-group:${group}:*`;
}
