import { ScrapeError, type ScrapeFailure } from '../../model/targets/scrape-error.ts';
import { ResponseError } from './response-reader.ts';

/** The time limits of an exchange. */
export interface Exchange {
  /** The end of the cycle. */
  readonly deadline: AbortSignal;
  /** The timeout of the target. */
  readonly timeout: AbortSignal;
  readonly timeoutMs: number;
}

/** @param limit bytes that the body must stay below */
export function bodyTooLarge(limit: number): ScrapeError {
  const message = `expected a body of less than ${limit} bytes (body_size_limit), got more`;
  return new ScrapeError('body_limit', message);
}

/** Errors of the system, by their meaning for a target. */
const SYSTEM_FAILURES: Readonly<Record<string, ScrapeFailure>> = {
  ENOTFOUND: 'dns',
  EAI_AGAIN: 'dns',
  ECONNREFUSED: 'connect_refused',
  EHOSTUNREACH: 'unreachable',
  ENETUNREACH: 'unreachable',
  EADDRNOTAVAIL: 'unreachable',
  ETIMEDOUT: 'connect_timeout',
};

/**
 * Codes of a handshake that failed: https://nodejs.org/docs/latest-v24.x/api/tls.html#x509-certificate-error-codes and
 * those of OpenSSL.
 */
const TLS_FAILURE =
  /^(?:ERR_TLS_|ERR_SSL_|EPROTO$|CERT_|CRL_|UNABLE_TO_|ERROR_IN_CERT_|DEPTH_ZERO_|SELF_SIGNED_|INVALID_(?:CA|PURPOSE)$|PATH_LENGTH_|HOSTNAME_MISMATCH$)/;

/**
 * OpenSSL's reasons if the other side speaks another protocol. Only the text has them, because the code is `EPROTO`, of
 * the request that waits to be written.
 */
const NO_TLS_TEXT = /:(?:wrong version number|(?:packet|data) length too long):/;
const NO_TLS = 'expected TLS, got another protocol: the target may speak http instead of https';

/** The failure of the target for an error of an exchange. */
export function explain(error: unknown, exchange: Exchange): ScrapeError {
  if (error instanceof ScrapeError) return error;
  const cause = error as NodeJS.ErrnoException;
  if (exchange.deadline.aborted) {
    const message = 'the cycle ended before the target had answered';
    return new ScrapeError('deadline', message, { cause });
  }
  if (exchange.timeout.aborted) {
    const message = `no complete answer within ${exchange.timeoutMs} ms (scrape_timeout)`;
    return new ScrapeError('timeout', message, { cause });
  }
  if (error instanceof ResponseError) return new ScrapeError('not_http', error.message, { cause });
  if (TLS_FAILURE.test(cause.code ?? '')) {
    // Some of OpenSSL's messages end with a line break.
    const message = NO_TLS_TEXT.test(cause.message) ? NO_TLS : cause.message.trim();
    return new ScrapeError('tls', message, { cause });
  }
  const reason = SYSTEM_FAILURES[cause.code ?? ''] ?? 'connection_lost';
  // A name with several addresses gives an error for each, in an error without a message of its own.
  const each = cause instanceof AggregateError ? cause.errors : [cause];
  return new ScrapeError(reason, each.map(({ message }) => message).join('; '), { cause });
}
