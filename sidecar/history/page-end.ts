import type { Position } from './position.ts';
import type { Rows, Track } from './track.ts';

/** Bytes of the points on one page. */
const MAX_PAGE_BYTES = 4 * 1024 * 1024;

/** Of a line beside the name and the labels that its series share: the label `base`, value, time, blanks, line feed. */
const LINE_BYTES = 64;

export interface PageEnd {
  /** The position of a client that has the page. */
  readonly until: Position;
  readonly more: boolean;
}

/**
 * Where a page ends. It has first what was held back, in the order of its times, then the rest in that of recording. Points of one
 * time are never divided, and a page has those of one time at least.
 *
 * @param position the client's
 * @param full that of a client that lacks nothing more
 * @param rows what lies between both
 * @param polls parts of polls beside their points
 */
export function pageEnd(
  position: Position,
  full: Position,
  rows: ReadonlyMap<Track, Rows>,
  polls: readonly { readonly recordedAt: number; readonly bytes: number }[],
): PageEnd {
  const { recorded } = position;
  const held = new Map<number, number>();
  const fresh = new Map<number, number>();
  const add = (to: Map<number, number>, at: number, bytes: number) =>
    to.set(at, (to.get(at) ?? 0) + bytes);
  for (const [track, { from, to }] of rows) {
    const bytes = rowBytes(track);
    for (let row = from; row < to; row += 1) {
      const at = track.recordedAt(row);
      if (at <= recorded) add(held, track.timeOf(row), bytes);
      else add(fresh, at, bytes);
    }
  }
  for (const { recordedAt, bytes } of polls) add(fresh, recordedAt, bytes);
  let bytes = 0;
  let until: Position | undefined;
  for (const [time, more] of inOrder(held)) {
    bytes += more;
    if (until !== undefined && bytes > MAX_PAGE_BYTES) {
      return { until: { recorded, before: time }, more: true };
    }
    until = { recorded, before: full.before };
  }
  for (const [at, more] of inOrder(fresh)) {
    bytes += more;
    if (until !== undefined && bytes > MAX_PAGE_BYTES) return { until, more: true };
    until = { recorded: at, before: full.before };
  }
  return { until: full, more: false };
}

function inOrder(times: ReadonlyMap<number, number>): [number, number][] {
  return [...times].sort(([a], [b]) => a - b);
}

/** Of the points of a row, where all are known. */
function rowBytes({ columns, identity }: Track): number {
  return columns.reduce(
    (bytes, { name }) => bytes + name.length + identity.text.length + LINE_BYTES,
    0,
  );
}
