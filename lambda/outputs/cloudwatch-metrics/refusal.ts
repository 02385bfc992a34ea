import type { Answer } from '../push/exchange.ts';
import { type Failure, failureOf, type Purpose } from '../push/failure.ts';
import type { DataBatch } from './data-batch.ts';
import { REQUESTS_A_SECOND } from './limits.ts';

/** Requests that a delivery divides to find a refused datum: some 20 find one among 1,000. */
const MAX_SEARCHES = 100;

/** Errors for a caller without permission, or without valid credentials, with any status. */
const DENIED =
  /^(?:AccessDenied|ExpiredToken|IncompleteSignature|InvalidClientTokenId|InvalidSignature|MissingAuthenticationToken|NotAuthorized|OptInRequired|SignatureDoesNotMatch|UnrecognizedClient)/;

const THROTTLED = /^(?:Throttl|TooManyRequests|RequestLimitExceeded|LimitExceeded)/;

/** A datum in the message of an error, counted from 1. */
const PLACE = /\bMetricData\.member\.(\d+)\b/g;

/**
 * Finds the meaning of a delivery's refusals. The API gives most of them the status 400, and refuses a whole request
 * for one datum.
 */
export class Refusals {
  readonly #purpose: Purpose;
  #searches = 0;

  constructor(purpose: Purpose) {
    this.#purpose = purpose;
  }

  /** @returns undefined if the status of the answer says all */
  of(answer: Answer, batch: DataBatch): Failure | undefined {
    if (answer.status !== 400) return undefined;
    const code = codeOf(answer);
    const as = (status: number) => failureOf({ ...answer, status }, this.#purpose);
    if (DENIED.test(code)) return as(403);
    if (THROTTLED.test(code)) {
      const failure = as(429);
      const quota = `An account has ${REQUESTS_A_SECOND} requests a second in a Region, unless its quota was raised.`;
      return { ...failure, text: `${failure.text}. ${quota}` };
    }
    const { text } = as(400);
    const refused: Failure = { reason: 'refused', text: `${text} (${batch.describe()})` };
    if (++this.#searches > MAX_SEARCHES) return refused;
    return { ...refused, remedy: 'split', places: placesIn(answer) };
  }
}

/** The name of an error of AWS JSON: https://smithy.io/2.0/aws/protocols/aws-json-1_0-protocol.html#operation-error-serialization */
function codeOf({ body, headers }: Answer): string {
  const given = headers.get('x-amzn-errortype') ?? typeIn(body.toString()) ?? '';
  return given.replace(/^.*#/, '').replace(/:.*$/, '');
}

function typeIn(json: string): string | undefined {
  try {
    const { __type: type } = (JSON.parse(json) ?? {}) as { __type?: unknown };
    return typeof type === 'string' ? type : undefined;
  } catch {
    return undefined;
  }
}

function placesIn({ body }: Answer): readonly number[] {
  return Array.from(body.toString().matchAll(PLACE), ([, place]) => Number(place));
}
