import { ScrapeError, type ScrapeFailure } from '../../model/targets/scrape-error.ts';
import { ResponseError } from './response-reader.ts';

/** The clocks that an exchange ran against. */
export interface Exchange {
  /** The cycle's. */
  readonly deadline: AbortSignal;
  /** The target's own. */
  readonly timeout: AbortSignal;
  readonly timeoutMs: number;
}

/** @param limit bytes that the body had to stay below */
export function bodyTooLarge(limit: number): ScrapeError {
  const message = `expected a body of less than ${limit} bytes (body_size_limit), got more`;
  return new ScrapeError('body_limit', message);
}

/** Errors of the system, by what they mean for a target. */
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
 * OpenSSL's reasons where another protocol answers a handshake. Its text has them and the code has not: that is `EPROTO`, of the
 * request that waits to be written.
 */
const NO_TLS_TEXT = /:(?:wrong version number|(?:packet|data) length too long):/;
const NO_TLS = 'expected TLS, got another protocol: the target may speak http instead of https';

/** What an error that came up in an exchange says of the target. */
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
  // Where a name has several addresses, the error has one for each, and no message of its own.
  const each = cause instanceof AggregateError ? cause.errors : [cause];
  return new ScrapeError(reason, each.map(({ message }) => message).join('; '), { cause });
}
