import {
  compareCursors,
  heldFrom,
  isHistoryCursor,
  recordedUntil,
} from '../model/delivery/history-cursor.ts';
import type { Headers } from './http/head.ts';

/** Headers of the history protocol, docs/sidecar.md. */
const SINCE_HEADER = 'fargauge-history-since';
const UNTIL_HEADER = 'fargauge-history-until';
const MORE_HEADER = 'fargauge-history-more';
const SCOPE_HEADER = 'fargauge-scope';

/** The headers of an answer about its history. */
export interface HistoryAnswer {
  /** The cursor for the next request, after the delivery of this answer. */
  readonly cursor: string;
  /** The gap between the requested cursor and the beginning of the answer: these samples are lost. */
  readonly gap?: string | undefined;
  /** Whether the target has more than fits on a page, and is to be asked on with the cursor. */
  readonly more: boolean;
  /** Whether the target holds a minute back and the answer has no complete one, as in the first minute of a task. */
  readonly awaitsMinute: boolean;
}

/** Whether an answer reports all tasks of an instance. */
export function isOfInstance(headers: Headers): boolean {
  return headers.get(SCOPE_HEADER) === 'instance';
}

/**
 * The URL that asks a target for its samples since a cursor. An older sidecar knows `since` alone: it takes the first part of the
 * cursor, and holds nothing back.
 */
export function withSince(url: string, cursor: string, wholeMinutes = false): string {
  const asking = new URL(url);
  const [since = '', before] = cursor.split(',');
  asking.searchParams.set('since', since);
  if (before !== undefined) asking.searchParams.set('before', before);
  if (wholeMinutes) asking.searchParams.set('minutes', 'complete');
  return asking.href;
}

/**
 * Reads the headers of an answer; undefined if the target keeps no history.
 *
 * @param since the cursor of the request
 */
export function historyOf(headers: Headers, since: string): HistoryAnswer | undefined {
  const cursor = headers.get(UNTIL_HEADER);
  if (cursor === undefined || !isHistoryCursor(cursor)) return undefined;
  const begin = Number(headers.get(SINCE_HEADER) ?? recordedUntil(since));
  const lost = begin > recordedUntil(since);
  // Unix seconds from which the client lacks points.
  const lacking = lost || heldFrom(since) === Number.POSITIVE_INFINITY ? begin : heldFrom(since);
  return {
    cursor,
    awaitsMinute: heldFrom(cursor) <= lacking,
    gap: lost ? `expected the history since ${since}, got it from ${begin}` : undefined,
    // A page that does not advance would be requested without end.
    more: headers.get(MORE_HEADER) === '1' && compareCursors(cursor, since) > 0,
  };
}
