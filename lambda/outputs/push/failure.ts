import type { RejectReason } from '../../model/delivery/event.ts';
import { readFields, textIn } from '../wire/protobuf-reader.ts';
import { type Answer, ExchangeError } from './exchange.ts';
import { CredentialsError } from './sigv4.ts';

/** Characters of a receiver's reason in a message. */
const MAX_REASON = 500;

/**
 * The signature's time differs from the receiver's by more than 5 minutes:
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-troubleshooting.html
 */
const CLOCK = /signature expired|signature not yet current|RequestTimeTooSkewed/i;

/** The reason why a request failed, and its remedy. */
export interface Failure {
  readonly reason: RejectReason;
  /** For the log. */
  readonly text: string;
  /**
   * `again`: the same request may succeed later. `renew`: it may succeed with new credentials. `split`: it may succeed
   * in parts. `format`: it may succeed in another format. Absent: nothing of that helps.
   */
  readonly remedy?: 'again' | 'renew' | 'split' | 'format' | undefined;
  /** With `split`: what of the batch the receiver names, counted from 1. Absent: it does not say what is bad. */
  readonly places?: readonly number[] | undefined;
  /** Milliseconds since the epoch: signed at this time, by the receiver's clock, the request may succeed. */
  readonly receiverTime?: number | undefined;
  /** Milliseconds for which the receiver wants no further attempt. */
  readonly retryAfterMs?: number | undefined;
}

/** Describes the requests in messages. */
export interface Purpose {
  /** Such as `Remote write to https://example.com/write`. */
  readonly what: string;
  /** The permission that the caller needs, such as `aps:RemoteWrite`. Absent: requests are not signed. */
  readonly permission?: string | undefined;
  readonly region?: string | undefined;
}

/** The failure of the samples of a request, by an answer that is not good. */
export function failureOf(answer: Answer, { what, permission, region }: Purpose): Failure {
  const { status, retryAfterMs } = answer;
  const said = `HTTP ${status}${colon(reasonIn(answer))}`;
  if (status === 413) {
    return {
      reason: 'too_large',
      text: `${what} was refused as too large. ${said}`,
      remedy: 'split',
    };
  }
  if (status === 429) {
    return {
      reason: 'throttled',
      text: `${what} was throttled. ${said}`,
      remedy: 'again',
      retryAfterMs,
    };
  }
  if (status >= 500) {
    return {
      reason: 'unavailable',
      text: `${what} failed. ${said}`,
      remedy: 'again',
      retryAfterMs,
    };
  }
  if (CLOCK.test(said) && permission !== undefined) {
    const text = `${what} was refused because the clock of this machine is wrong. ${said}`;
    return { reason: 'access_denied', text, receiverTime: answer.date };
  }
  if (/\bexpired\b|ExpiredToken/i.test(said) && permission !== undefined) {
    const text = `${what} failed because its credentials have expired. ${said}`;
    return { reason: 'access_denied', text, remedy: 'renew' };
  }
  if (/scoped to (?:a valid|correct) region/i.test(said)) {
    const text = `${what} was signed for the Region ${region}, which is not the receiver's. ${said}`;
    return { reason: 'access_denied', text };
  }
  if (status === 401 || status === 403) {
    const needs =
      permission === undefined ? 'check its credentials' : `the role needs ${permission}`;
    return { reason: 'access_denied', text: `${what} is denied; ${needs}. ${said}` };
  }
  return { reason: 'refused', text: `${what} was refused. ${said}` };
}

/** The failure of the samples of a request without an answer. */
export function errorOf(error: unknown, { what }: Purpose): Failure {
  if (error instanceof CredentialsError) {
    return {
      reason: 'access_denied',
      text: `${what} failed because of its credentials. ${error.message}`,
    };
  }
  if (error instanceof ExchangeError) {
    return { reason: 'unavailable', text: `${what} failed. ${error.message}`, remedy: 'again' };
  }
  throw error;
}

/** The failure of samples that are unsent at the deadline. `last`: the failure of the last attempt. */
export function deadlineOf({ what }: Purpose, last: Failure | undefined): Failure {
  const text = `${what} did not end by the deadline`;
  // The text of the last attempt begins with the same words.
  const why = last === undefined ? '' : `. It${last.text.slice(what.length)}`;
  return { reason: 'deadline', text: text + why };
}

/** The reason in an answer, on one line: a text, or the message in a JSON document or a protobuf `Status`. */
function reasonIn({ body, contentType }: Answer): string {
  const text = body.toString();
  const reason =
    (contentType.includes('json') && messageIn(text)) ||
    (contentType.includes('protobuf') && statusIn(body)) ||
    text;
  return reason
    .replace(/[\p{C}\s]+/gu, ' ')
    .trim()
    .slice(0, MAX_REASON);
}

/** https://github.com/googleapis/googleapis/blob/master/google/rpc/status.proto */
function statusIn(body: Uint8Array): string | undefined {
  try {
    return textIn(readFields(body), 2);
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

function messageIn(json: string): string | undefined {
  try {
    const document = JSON.parse(json) as Record<string, unknown> | null;
    const message = document?.message ?? document?.Message ?? document?.error;
    return typeof message === 'string' ? message : undefined;
  } catch {
    return undefined;
  }
}

function colon(text: string): string {
  return text === '' ? '' : `: ${text}`;
}
