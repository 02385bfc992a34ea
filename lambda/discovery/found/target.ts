import { type Labels, labelsOf } from '../../model/samples/sample.ts';

/** An address that was found, before a job's settings are applied to it. */
export interface FoundTarget {
  /** `host:port`, or what relabeling makes one of. */
  readonly address: string;
  /** No empty values. `__metrics_path__`, `__scheme__` and `job` take precedence over the job's settings. */
  readonly labels: Labels;
  /** The task that it belongs to. */
  readonly taskArn?: string | undefined;
  /** Milliseconds since the epoch when that task started. */
  readonly startedAt?: number | undefined;
}

/** Label of the path to scrape. */
export const METRICS_PATH = '__metrics_path__';

/** Label of the scheme to scrape with. */
export const SCHEME = '__scheme__';

/** What labels begin with that only relabeling sees. */
export const META = '__meta_';

/** Labels without those that have no value. */
export function filled(labels: Readonly<Record<string, string | undefined>>): Labels {
  const entries = Object.entries(labels).filter(([, value]) => value);
  return labelsOf(Object.fromEntries(entries) as Labels);
}
