import type { Point, Trace } from '../exposition/family.ts';
import { writeSeries } from '../exposition/series.ts';
import { type Column, type Rows, type SubjectSample, TRACK_ROWS, Track } from './track.ts';

/** How far back points are handed out. */
export const HISTORY_MS = 15 * 60_000;

/** The task and its containers, of which ECS allows ten in a task definition and adds a few. The rest is for those that are gone. */
const MAX_TRACKS = 33;

/** Bytes of the points on one page. */
const MAX_PAGE_BYTES = 4 * 1024 * 1024;

/** Of a line beside its series: value, time, blanks, line feed. */
const LINE_BYTES = 40;

/** A part of the history. All times are those of recording, in milliseconds since the epoch. */
export interface Excerpt {
  /** Everything that was recorded after this is in it… */
  readonly since: number;
  /** …up to and including this. */
  readonly until: number;
  /** Whether there is more, which would have made the page too large. */
  readonly more: boolean;
  /** The series of a family that have points in it. Reads the ring: what is overwritten meanwhile is left out. */
  traces(name: string): Trace[];
  /** Notes that a client has it. */
  take(): void;
}

/** The points of one series that no client has. */
export interface Untaken {
  readonly column: Column;
  readonly points: readonly Point[];
}

/**
 * Why a point is lost before it is 15 minutes old: its container is gone and gave way to another before a client took the point; as many
 * containers have samples as there is room for; another container has the same labels.
 */
export type LossReason = 'container_gone' | 'too_many_containers' | 'same_labels';

/** A track, and the subject that it is of; `undefined` where the subject has another one by now. */
interface OwnedTrack {
  readonly track: Track;
  subject: string | undefined;
}

/** A poll that recorded something, and how many bytes its points make. */
interface Entry {
  readonly recordedAt: number;
  readonly bytes: number;
}

/**
 * What was sampled in the last 15 minutes, independent of who asks for it.
 *
 * It counts in times of recording, by the own clock and strictly increasing even where that is set back. Times of samples would not do:
 * the containers of a task are not renewed in their order.
 */
export class History {
  /** By labels, so that a series is in one track only. */
  readonly #tracks = new Map<string, OwnedTrack>();
  readonly #entries: Entry[] = [];
  readonly #lost = new Map<LossReason, number>();
  #cursor: number;

  /** @param now milliseconds since the epoch. */
  constructor(now: number) {
    this.#cursor = Math.round(now) - 1;
  }

  /** How many points were lost before they were 15 minutes old. */
  get lost(): ReadonlyMap<LossReason, number> {
    return this.#lost;
  }

  /**
   * Takes in what one poll brought. A sample that is not newer than its subject's last one is passed over.
   *
   * @param present the subjects that have figures, new ones or not. All others are gone: one of the same labels goes on where it
   * ended, and where there is no room, the one that ended first gives way. @default the subjects of the samples
   */
  record(
    samples: readonly SubjectSample[],
    now: number,
    present: ReadonlySet<string> = new Set(samples.map(({ subject }) => subject)),
  ): void {
    const recordedAt = Math.max(Math.round(now), this.#cursor + 1);
    let bytes = 0;
    for (const sample of samples) {
      const track = this.#trackFor(sample, present);
      if (track === undefined || !isNewer(sample, track)) continue;
      for (const { series } of track.append(sample, recordedAt)) {
        bytes += series.length + LINE_BYTES;
      }
    }
    if (bytes === 0) return;
    this.#cursor = recordedAt;
    this.#entries.push({ recordedAt, bytes });
    if (this.#entries.length > TRACK_ROWS) this.#entries.shift();
  }

  /** What was recorded after `since`: all of it, or the oldest part where that is too much for one page. */
  excerpt(since: number): Excerpt {
    const reach = this.#reach();
    const start = Math.max(since, reach);
    const { until, more } = this.#pageEnd(start);
    const tracks = this.#all();
    const rows = new Map(tracks.map((track) => [track, track.rowsBetween(start, until)]));
    return {
      since: start,
      until,
      more,
      traces: (name) =>
        columnsOf(tracks, name).flatMap(([track, column]) => {
          const range = rows.get(track);
          if (range === undefined || range.from === range.to) return [];
          return [{ series: column.series, points: track.points(column, range) }];
        }),
      take() {
        for (const [track, range] of rows) track.take(range);
      },
    };
  }

  /** The points that no client has, by series. */
  *untaken(): Generator<Untaken> {
    const reach = this.#reach();
    for (const track of this.#all()) yield* untakenOf(track, reach, this.#cursor);
  }

  /** The series of a family, each with its track. */
  columns(name: string): [Track, Column][] {
    return columnsOf(this.#all(), name);
  }

  #all(): Track[] {
    return [...this.#tracks.values()].map(({ track }) => track);
  }

  #trackFor(
    { subject, labels, values }: SubjectSample,
    present: ReadonlySet<string>,
  ): Track | undefined {
    const key = writeSeries('', labels);
    const isGone = (owned: OwnedTrack) =>
      owned.subject === undefined || !present.has(owned.subject);
    const known = this.#tracks.get(key);
    if (known !== undefined) {
      if (isGone(known)) known.subject = subject;
      if (known.subject === subject) return known.track;
      this.#lose('same_labels', values.length);
      return undefined;
    }
    for (const owned of this.#tracks.values()) {
      if (owned.subject === subject) owned.subject = undefined;
    }
    if (this.#tracks.size === MAX_TRACKS && !this.#displace(isGone)) {
      this.#lose('too_many_containers', values.length);
      return undefined;
    }
    const track = new Track();
    this.#tracks.set(key, { track, subject });
    return track;
  }

  /** Gives up the track of the subject that ended first. @returns whether any is gone */
  #displace(isGone: (owned: OwnedTrack) => boolean): boolean {
    let oldest:
      | { readonly key: string; readonly track: Track; readonly endedAt: number }
      | undefined;
    for (const [key, owned] of this.#tracks) {
      const endedAt = owned.track.newestRecordedAt ?? Number.NEGATIVE_INFINITY;
      if (!isGone(owned) || (oldest !== undefined && oldest.endedAt <= endedAt)) continue;
      oldest = { key, track: owned.track, endedAt };
    }
    if (oldest === undefined) return false;
    this.#tracks.delete(oldest.key);
    for (const { points } of untakenOf(oldest.track, this.#reach(), this.#cursor)) {
      this.#lose('container_gone', points.length);
    }
    return true;
  }

  #lose(reason: LossReason, points: number): void {
    this.#lost.set(reason, (this.#lost.get(reason) ?? 0) + points);
  }

  /** From here on everything is still there. */
  #reach(): number {
    let reach = this.#cursor - HISTORY_MS;
    for (const track of this.#all()) reach = Math.max(reach, track.leaving ?? reach);
    return reach;
  }

  /** A poll is never divided, and a page has one at least. */
  #pageEnd(since: number): { until: number; more: boolean } {
    let bytes = 0;
    let until: number | undefined;
    for (const entry of this.#entries) {
      if (entry.recordedAt <= since) continue;
      bytes += entry.bytes;
      if (until !== undefined && bytes > MAX_PAGE_BYTES) return { until, more: true };
      until = entry.recordedAt;
    }
    return { until: this.#cursor, more: false };
  }
}

/** Whether a sample can follow those of the track. */
function isNewer({ time }: SubjectSample, track: Track): boolean {
  const ahead = (track.newest ?? Number.NEGATIVE_INFINITY) - time;
  // The source's clock was set back: the times would not increase until it is where it was.
  if (ahead > HISTORY_MS / 1000) track.clear();
  else if (ahead >= 0) return false;
  return true;
}

function columnsOf(tracks: Iterable<Track>, name: string): [Track, Column][] {
  const found: [Track, Column][] = [];
  for (const track of tracks) {
    for (const column of track.columns) if (column.name === name) found.push([track, column]);
  }
  return found;
}

function* untakenOf(track: Track, since: number, until: number): Generator<Untaken> {
  const runs = runsOf(track, track.rowsBetween(since, until));
  for (const column of track.columns) {
    const points = runs.flatMap((rows) => [...track.points(column, rows)]);
    if (points.length > 0) yield { column, points };
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
