/** Why a target gave no samples. */
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
  /** It takes more than its share while others wait, and is scraped again after them. */
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

/** Failures that a task which stops can be the reason of: nothing answers any more, or it breaks off. */
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

/** Whether a scrape may have failed because the task of its target stopped. Absent: it has not failed. */
export function mayBeOfStop(failure: ScrapeFailure | undefined): boolean {
  return FAILURES_OF_A_STOP.has(failure);
}

/** A scrape that failed: caught at the end of the scrape, where it becomes a value. */
export class ScrapeError extends Error {
  override readonly name = 'ScrapeError';
  readonly reason: ScrapeFailure;

  constructor(reason: ScrapeFailure, message: string, options?: ErrorOptions) {
    super(message, options);
    this.reason = reason;
  }
}
