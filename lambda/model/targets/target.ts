import type { RelabelRule } from '../samples/relabel.ts';
import type { Labels } from '../samples/sample.ts';
import type { HttpSettings } from '../settings/http.ts';
import type { ScrapeProtocols } from '../settings/scrape-protocol.ts';

/** One address and path to scrape, with the labels that its samples get. */
export interface Target {
  /** Unique in a cycle and stable over cycles: job, address and path. */
  readonly id: string;
  readonly job: string;
  readonly url: string;
  /** Never empty values. Holds `instance`, and `job` unless relabeling took it away; names that begin with `__` are gone. */
  readonly labels: Labels;
  readonly limits: ScrapeLimits;
  /** A scraped label that a target label also has: `true` keeps the scraped one, `false` renames it to `exported_<name>`. */
  readonly honorLabels: boolean;
  /** `true` uses the timestamps of the exposition, `false` the time of the scrape. */
  readonly honorTimestamps: boolean;
  /** Whether `le` of buckets and `quantile` become what Prometheus 3 stores, `1.0` for `1`, or stay as the exposition has them. */
  readonly normalizeBounds: boolean;
  readonly protocols: ScrapeProtocols;
  /** Whether it is asked for all that it has sampled since its last scrape; who keeps no history gives what it has. */
  readonly history: boolean;
  readonly http: HttpSettings;
  /** What becomes of the labels of its samples, after they were joined with its own. */
  readonly metricRelabeling: readonly RelabelRule[];
  /** Milliseconds since the epoch when its task started: none of its series is older. Absent: unknown. */
  readonly startedAt?: number | undefined;
  /** Why it is not scraped, but down: its job has more targets than its `target_limit`. */
  readonly overLimit?: string | undefined;
}

/** What one scrape may cost. */
export interface ScrapeLimits {
  /** Milliseconds for the whole scrape, from connecting to the last byte. */
  readonly timeoutMs: number;
  /** Bytes of the decompressed body; a body that reaches it fails the scrape. 0 means the collector's own bound. */
  readonly bodyBytes: number;
  /** Samples that metric relabeling leaves; more fail the scrape. 0 means no limit, as for the limits below. */
  readonly samples: number;
  /** Labels of a sample, with its name and those of its target; more fail the scrape. */
  readonly labels: number;
  /** UTF-8 bytes of the name of a label; a longer one fails the scrape. */
  readonly labelNameBytes: number;
  /** UTF-8 bytes of the value of a label, or of the name of a sample; a longer one fails the scrape. */
  readonly labelValueBytes: number;
}
