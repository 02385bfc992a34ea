/** The reason why a target gave no samples. */
export type ScrapeFailure =
  | 'invalid_url'
  | 'forbidden_address'
  | 'target_limit'
  | 'dns'
  | 'connect_refused'
  | 'connect_timeout'
  | 'unreachable'
  | 'connection_lost'
  | 'not_http'
  | 'tls'
  | 'redirect'
  | 'timeout'
  | 'deadline'
  /** It exceeds its share while others wait, and is scraped again after them. */
  | 'postponed'
  | 'http_status'
  | 'content_type'
  | 'truncated'
  | 'body_limit'
  | 'memory'
  | 'sample_limit'
  | 'label_limit'
  | 'label_name_length_limit'
  | 'label_value_length_limit'
  | 'invalid_series'
  | 'invalid_body'
  | 'internal';

/** Failures that a stopping task can cause: it does not answer, or its answer breaks off. */
const FAILURES_OF_A_STOP: ReadonlySet<ScrapeFailure | undefined> = new Set([
  'dns',
  'connect_refused',
  'connect_timeout',
  'unreachable',
  'connection_lost',
  'timeout',
  'deadline',
  'truncated',
]);

/** Whether a stop of the target's task may have caused the failure. Absent: the scrape has not failed. */
export function mayBeOfStop(failure: ScrapeFailure | undefined): boolean {
  return FAILURES_OF_A_STOP.has(failure);
}

/** A failed scrape. `scrape` catches it and returns it as a value. */
export class ScrapeError extends Error {
  override readonly name = 'ScrapeError';
  readonly reason: ScrapeFailure;

  constructor(reason: ScrapeFailure, message: string, options?: ErrorOptions) {
    super(message, options);
    this.reason = reason;
  }
}
