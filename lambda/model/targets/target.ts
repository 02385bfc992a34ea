import type { RelabelRule } from '../samples/relabel.ts';
import type { Labels } from '../samples/sample.ts';
import type { HttpSettings } from '../settings/http.ts';
import type { ScrapeProtocols } from '../settings/scrape-protocol.ts';
import type { Place, ToldTask } from './tasks.ts';

/** One address and path to scrape, with the labels that its samples get. */
export interface Target {
  /** Unique in a cycle and stable over cycles: job, address and path. */
  readonly id: string;
  readonly job: string;
  readonly url: string;
  /** No empty values. Contains `instance`, and `job` unless relabeling removed it, and no name that begins with `__`. */
  readonly labels: Labels;
  readonly limits: ScrapeLimits;
  /**
   * If a scraped label is also a label of the target, `true` keeps the scraped one, and `false` renames it to
   * `exported_<name>`.
   */
  readonly honorLabels: boolean;
  /** `true` uses the timestamps of the exposition, `false` the time of the scrape. */
  readonly honorTimestamps: boolean;
  /**
   * Whether `le` of buckets and `quantile` are written as Prometheus 3 stores them, `1.0` for `1`, or stay as in the
   * exposition.
   */
  readonly normalizeBounds: boolean;
  readonly protocols: ScrapeProtocols;
  /** Whether to ask it for all samples since its last scrape; a target without a history gives its current values. */
  readonly history: boolean;
  /** Whether it holds a minute of its history back until the minute is complete. @default false */
  readonly wholeMinutes?: boolean | undefined;
  readonly http: HttpSettings;
  /** Rules for the labels of its samples, after they are joined with its own. */
  readonly metricRelabeling: readonly RelabelRule[];
  /** Milliseconds since the epoch when its task started: none of its series is older. Absent: unknown. */
  readonly startedAt?: number | undefined;
  /** The task of the target. Absent: discovery knows none. */
  readonly place?: Place | undefined;
  /**
   * Makes the target of another task on the same instance, if this target is the daemon of the instance; undefined if relabeling
   * drops it. Absent: the target keeps no history, or its task is not that of a Managed Daemon.
   */
  readonly neighbour?: ((told: ToldTask) => Target | undefined) | undefined;
  /** The reason why it counts as down without a scrape: its job has more targets than its `target_limit`. */
  readonly overLimit?: string | undefined;
}

/** The limits of one scrape. */
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
