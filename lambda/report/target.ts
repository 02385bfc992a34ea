import type { RejectReason } from '../model/delivery/event.ts';
import type { Labels } from '../model/samples/sample.ts';
import { shownId, shownUrl } from '../model/targets/shown-url.ts';
import type { Scrape } from '../scrape/scrape.ts';

/** A scrape without its samples. */
export type ScrapeOf = Omit<Scrape, 'samples' | 'dropped' | 'unwanted'>;

/** The result of one target in a cycle. */
export interface TargetReport {
  /** The id as people see it: without the values of parameters, so several targets may have the same. */
  readonly id: string;
  /** The same as the id. */
  readonly url: string;
  readonly labels: Labels;
  readonly up: boolean;
  /** Whether its task has stopped, so that the target is neither up nor down. */
  readonly stopped: boolean;
  /** The reason why the target is not up: a `ScrapeFailure`. */
  readonly reason?: string | undefined;
  readonly message?: string | undefined;
  /** The first violation of the format in an answer that could still be read. */
  readonly breach?: string | undefined;
  readonly durationMs: number;
  /** Decompressed bytes. */
  readonly bytes: number;
  /** Samples from the target. */
  readonly scraped: number;
  /** Samples in the events that were offered for delivery. */
  readonly offered: number;
  /** For each output. */
  readonly events: number;
  /** By all outputs together. */
  readonly rejected: Readonly<Partial<Record<RejectReason, number>>>;
}

/** The part of the report that comes from the scrape. */
export function reportOf({ target, failure, durationMs, bytes, scraped, breach }: ScrapeOf) {
  return {
    id: shownId(target),
    url: shownUrl(target.url, target.labels),
    labels: target.labels,
    up: failure === undefined,
    ...failure,
    ...(breach !== undefined && { breach }),
    durationMs,
    bytes,
    scraped,
  };
}
