import type { Labels, Point } from '../exposition/family.ts';
import type { Rows, Track } from './track.ts';

/** The points of one series that no client has. */
export interface Untaken {
  readonly name: string;
  readonly labels: Labels;
  readonly points: readonly Point[];
}

/** The points of a track that were recorded after `since` and up to `until`, and that no client has. */
export function* untakenOf(track: Track, since: number, until: number): Generator<Untaken> {
  const runs = runsOf(track, track.rowsBetween(since, until));
  for (const column of track.columns) {
    const points = runs.flatMap((rows) => [...track.points(column, rows)]);
    const { name, labels } = column;
    if (points.length > 0) yield { name, labels: { ...track.labels, ...labels }, points };
  }
}

/** The rows that no client has, as few ranges. */
function runsOf(track: Track, { from, to }: Rows): Rows[] {
  const runs: Rows[] = [];
  for (let row = from; row < to; row += 1) {
    if (track.isTaken(row)) continue;
    const before = runs.at(-1);
    if (before?.to === row) runs[runs.length - 1] = { from: before.from, to: row + 1 };
    else runs.push({ from: row, to: row + 1 });
  }
  return runs;
}
