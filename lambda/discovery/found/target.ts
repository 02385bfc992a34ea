import { type Labels, labelsOf } from '../../model/samples/sample.ts';

/** A found address, before the settings of a job apply to it. */
export interface FoundTarget {
  /** `host:port`, or a text that relabeling turns into it. */
  readonly address: string;
  /** No empty values. `__metrics_path__`, `__scheme__` and `job` take precedence over the job's settings. */
  readonly labels: Labels;
  /** The target's task. */
  readonly taskArn?: string | undefined;
  /** The machine of that task: the ARN of its container instance, or its own ARN. */
  readonly machine?: string | undefined;
  /** Milliseconds since the epoch: the start of that task. */
  readonly startedAt?: number | undefined;
}

/** Label of the path to scrape. */
export const METRICS_PATH = '__metrics_path__';

/** Label of the scheme to scrape with. */
export const SCHEME = '__scheme__';

/** Prefix of labels that only relabeling sees. */
export const META = '__meta_';

/** The labels that have a value. */
export function filled(labels: Readonly<Record<string, string | undefined>>): Labels {
  const entries = Object.entries(labels).filter(([, value]) => value);
  return labelsOf(Object.fromEntries(entries) as Labels);
}
