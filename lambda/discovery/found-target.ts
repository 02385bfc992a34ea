import { type Labels, labelsOf } from '../model/sample.ts';

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

/** Why a task, or a container that asks to be scraped, is no target. */
export type SkipReason =
  /** Its state is not RUNNING. */
  | 'not_running'
  /** It went away between two calls. */
  | 'gone'
  /** Its task definition could not be read. */
  | 'no_definition'
  /** Its network mode is `none`, or one that is not known. */
  | 'network_mode'
  /** It has no address yet, the instance that it runs on is not known, or relabeling took the address away. */
  | 'no_address'
  /** The port label of a container is not a number. */
  | 'bad_port'
  /** No container of the task maps its port, or with bridge its own container has it bound to no port of the instance. */
  | 'unmapped_port'
  /** Its address, or the scheme in its labels, makes no URL. */
  | 'bad_address'
  /** `relabel_configs` drop it. */
  | 'relabeled'
  /** Relabeling left no interval or timeout, or a timeout above the interval. */
  | 'bad_timing'
  /** The same address and path were found before. */
  | 'duplicate'
  /** Of a shard: its job is in no `scrape_configs` any more, or not yet; the discovery knows another configuration. */
  | 'no_job';

/** Labels without those that have no value. */
export function filled(labels: Readonly<Record<string, string | undefined>>): Labels {
  const entries = Object.entries(labels).filter(([, value]) => value);
  return labelsOf(Object.fromEntries(entries) as Labels);
}
