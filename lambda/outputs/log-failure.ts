import type { RejectReason } from '../model/event.ts';
import type { Failure } from './tally.ts';

/** Errors that say that the caller may not, or is not known. */
const DENIED = new Set([
  'AccessDeniedException',
  'CredentialsProviderError',
  'ExpiredTokenException',
  'InvalidSignatureException',
  'MissingAuthenticationTokenException',
  'UnrecognizedClientException',
]);

/** What the SDK throws: its own errors have a status, those of the network a code. */
interface CallError {
  readonly name?: string;
  readonly message?: string;
  readonly code?: string;
  readonly $metadata?: { readonly httpStatusCode?: number; readonly attempts?: number };
}

/** A call of CloudWatch Logs that failed for good. */
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

/** What a failed call means for the events that it was for. `late` says that the deadline has passed. */
export function failureOf({ operation, group, cause }: LogsCallError, late: boolean): Failure {
  const error = (cause ?? {}) as CallError;
  const what = `${operation} on log group "${group}"`;
  if (late) return { reason: 'deadline', text: `${what} was not done by the deadline` };
  const message = [error.name, error.message || error.code].filter(Boolean).join(': ');
  if (isDenied(error)) {
    const why =
      error.name === 'AccessDeniedException'
        ? `is denied; the role needs logs:${operation}`
        : 'failed for its credentials';
    return { reason: 'access_denied', text: `${what} ${why}. ${message}` };
  }
  return { reason: reasonOf(error), text: `${what} failed. ${message}` };
}

export function isDenied(error: unknown): boolean {
  return DENIED.has(nameOf(error) ?? '');
}

/** The name of an error of the SDK. */
export function nameOf(error: unknown): string | undefined {
  return (error as CallError | undefined)?.name;
}

/** How many requests a call made; the SDK does not say where none was answered. */
export function attemptsOf(answerOrError: unknown): number {
  return (answerOrError as CallError | undefined)?.$metadata?.attempts ?? 1;
}

function reasonOf({
  name = '',
  $metadata: { httpStatusCode: status } = {},
}: CallError): RejectReason {
  if (status === 429 || /Throttl|TooManyRequests|LimitExceeded/.test(name)) return 'throttled';
  // A group or stream that is missing although it was just made is not a fault of the events.
  if (status === undefined || status >= 500 || name === 'ResourceNotFoundException') {
    return 'unavailable';
  }
  return 'refused';
}
