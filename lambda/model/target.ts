import type { Labels } from './sample.ts';

/** One address and path to scrape, with the labels that its samples get. */
export interface Target {
  /** Unique in a cycle and stable over cycles: job, address and path. */
  readonly id: string;
  readonly job: string;
  readonly url: string;
  /** Never empty values. Always holds `job` and `instance`; names that begin with `__` are gone. */
  readonly labels: Labels;
  readonly limits: ScrapeLimits;
  /** A scraped label that a target label also has: `true` keeps the scraped one, `false` renames it to `exported_<name>`. */
  readonly honorLabels: boolean;
  /** `true` uses the timestamps of the exposition, `false` the time of the scrape. */
  readonly honorTimestamps: boolean;
}

/** What one scrape may cost. */
export interface ScrapeLimits {
  /** Milliseconds for the whole scrape, from connecting to the last byte. */
  readonly timeoutMs: number;
  /** Bytes of the decompressed body; a body that reaches it fails the scrape. 0 means the collector's own bound. */
  readonly bodyBytes: number;
  /** Samples; more fail the scrape. 0 means no limit. */
  readonly samples: number;
}
