import type { Trace } from '../exposition/family.ts';
import { identityOf, writeSeries } from '../exposition/series.ts';
import { type HistoryBounds, OF_A_TASK } from './bounds.ts';
import { type Column, Columns } from './columns.ts';
import { type HeldTrack, heldFrom } from './held-minute.ts';
import { pageEnd } from './page-end.ts';
import type { Position } from './position.ts';
import { type Rows, type SubjectSample, Track } from './track.ts';
import { type Untaken, untakenOf } from './untaken.ts';

/** How far back points are handed out. */
export const HISTORY_MS = 15 * 60_000;

/** A part of the history: what lies between two positions. */
export interface Excerpt {
  /** Everything that was recorded after this, in milliseconds since the epoch, is in it or is held back for the next one. */
  readonly since: number;
  /** The position of a client that has it. */
  readonly until: Position;
  /** Whether there is more, which would have made the page too large. */
  readonly more: boolean;
  /** The series of a family that have points in it. Reads the ring: what is overwritten meanwhile is left out. */
  traces(name: string): Trace[];
  /** Whether the newest poll of a task is in it, of which `record` was told. */
  hasNewest(task: string): boolean;
  /** Notes that a client has it. */
  take(): void;
}

/** The part of a poll beside its points, for a history of many tasks. */
export interface Latest {
  readonly task: string;
  /** About as many as its lines have. */
  readonly bytes: number;
  /** Whether the task has ended, so that no minute of it waits for its end. @default it lives */
  readonly hasEnded?: boolean;
}

/**
 * Why a point is lost before it is 15 minutes old: its container, or its task, is gone and gave way to another before a client took the
 * point; as many containers have samples as there is room for; another container has the same labels.
 */
export type LossReason = 'container_gone' | 'task_gone' | 'too_many_containers' | 'same_labels';

/** A track, and the subject that it is of; `undefined` where the subject has another one by now. */
interface OwnedTrack extends HeldTrack {
  readonly task: string;
  subject: string | undefined;
  endedAt: number;
}

/** The newest poll of a task. */
interface Newest {
  readonly recordedAt: number;
  readonly bytes: number;
  /** Whether a client has it. */
  taken: boolean;
}

/**
 * What was sampled in the last 15 minutes, independent of who asks for it.
 *
 * It counts in times of recording, by the own clock and strictly increasing even where that is set back. Times of samples would not do:
 * the containers of a task are not renewed in their order.
 */
export class History {
  readonly #bounds: HistoryBounds;
  readonly #columns = new Columns();
  /** By labels, so that a series is in one track only. */
  readonly #tracks = new Map<string, OwnedTrack>();
  readonly #newest = new Map<string, Newest>();
  readonly #lost = new Map<LossReason, number>();
  /** Nothing was recorded before. */
  readonly #beganAt: number;
  #cursor: number;

  /**
   * @param now milliseconds since the epoch.
   * @param bounds @default those of a task
   */
  constructor(now: number, bounds: HistoryBounds = OF_A_TASK) {
    this.#beganAt = Math.round(now) - 1;
    this.#cursor = this.#beganAt;
    this.#bounds = bounds;
  }

  /** How many points were lost before they were 15 minutes old. */
  get lost(): ReadonlyMap<LossReason, number> {
    return this.#lost;
  }

  /**
   * Takes in one poll, or one task of it if there are many. A sample that is not newer than its subject's last one is passed over.
   *
   * @param present the subjects that have figures, new ones or not. All others are gone: one of the same labels goes on where it
   * ended, and where there is no room, the one that ended first gives way. @default the subjects of the samples
   */
  record(
    samples: readonly SubjectSample[],
    now: number,
    present: ReadonlySet<string> = new Set(samples.map(({ subject }) => subject)),
    latest?: Latest,
  ): void {
    const recordedAt = Math.max(Math.round(now), this.#cursor + 1);
    if (latest !== undefined) {
      this.#cursor = recordedAt;
      this.#newest.set(latest.task, { recordedAt, bytes: latest.bytes, taken: false });
    }
    for (const sample of samples) {
      const track = this.#trackFor(sample, present);
      if (track === undefined || !isNewer(sample, track) || sample.values.length === 0) continue;
      track.append(sample, recordedAt);
      this.#cursor = recordedAt;
    }
    if (latest?.hasEnded !== true) return;
    for (const owned of this.#tracks.values()) {
      if (owned.task === latest.task) owned.endedAt = recordedAt;
    }
  }

  /**
   * What a client at a position lacks: all of it, or the oldest part where that is too much for one page.
   *
   * @param minutesBy milliseconds since the epoch: a minute of the clock is held back that may have further samples then.
   * @default nothing is held back
   */
  excerpt(position: Position, minutesBy?: number): Excerpt {
    const { recorded } = position;
    const reach = this.#reach();
    const begin = Math.max(recorded, reach);
    const before =
      minutesBy === undefined
        ? Number.POSITIVE_INFINITY
        : heldFrom(this.#tracks.values(), position, minutesBy);
    const full = { recorded: this.#cursor, before };
    const polls = [...this.#newest].filter(([, { recordedAt }]) => recordedAt > begin);
    const lacking = this.#rowsBetween(position, full, reach);
    const { until, more } = pageEnd(
      position,
      full,
      lacking,
      polls.map(([, poll]) => poll),
    );
    const rows = this.#rowsBetween(position, until, reach);
    const newest = new Map(polls.filter(([, { recordedAt }]) => recordedAt <= until.recorded));
    return {
      since: this.#hasLost(position, reach) ? Math.max(recorded + 1, reach) : recorded,
      until,
      more,
      traces: (name) =>
        columnsOf(rows.keys(), name).flatMap(([track, column]) => {
          const range = rows.get(track);
          if (range === undefined || range.from === range.to) return [];
          const series = writeSeries(name, column.labels, track.identity);
          return [{ series, points: () => track.copy(column, range) }];
        }),
      hasNewest: (task) => newest.has(task),
      take() {
        for (const [track, range] of rows) track.take(range);
        for (const each of newest.values()) each.taken = true;
      },
    };
  }

  /** Whether a client has the newest poll of a task. */
  isTaken(task: string): boolean {
    return this.#newest.get(task)?.taken ?? false;
  }

  /** Gives up all that is known of a task. */
  forget(task: string): void {
    this.#newest.delete(task);
    for (const [key, owned] of this.#tracks) {
      if (owned.task === task) this.#giveUp(key, owned.track, 'task_gone');
    }
  }

  /** The points that no client has, by series. @param task @default all tasks */
  *untaken(task?: string): Generator<Untaken> {
    const reach = this.#reach();
    for (const owned of this.#tracks.values()) {
      if (task === undefined || owned.task === task) {
        yield* untakenOf(owned.track, reach, this.#cursor);
      }
    }
  }

  /** The series of a family, each with its track. @param ofTask whether a task's are wanted @default all */
  columns(name: string, ofTask: (task: string) => boolean = () => true): [Track, Column][] {
    const tracks = [...this.#tracks.values()].filter(({ task }) => ofTask(task));
    return columnsOf(
      tracks.map(({ track }) => track),
      name,
    );
  }

  #all(): Track[] {
    return [...this.#tracks.values()].map(({ track }) => track);
  }

  #trackFor(
    { task = '', subject, labels, taskLabels, values }: SubjectSample,
    present: ReadonlySet<string>,
  ): Track | undefined {
    const identity = identityOf({ ...labels, ...taskLabels });
    const isGone = (owned: OwnedTrack) =>
      owned.subject === undefined || !present.has(owned.subject);
    const known = this.#tracks.get(identity.text);
    if (known !== undefined) {
      if (isGone(known)) known.subject = subject;
      if (known.subject === subject) return known.track;
      this.#lose('same_labels', values.length);
      return undefined;
    }
    for (const owned of this.#tracks.values()) {
      if (owned.subject === subject) owned.subject = undefined;
    }
    const { subjects, ...size } = this.#bounds;
    if (this.#tracks.size === subjects && !this.#displace(isGone)) {
      this.#lose('too_many_containers', values.length);
      return undefined;
    }
    // A row's own labels are none of these, so that their text alone is enough.
    const written = { labels: {}, text: identity.text };
    const track = new Track({ ...size, columns: this.#columns, identity: written, labels });
    const endedAt = Number.POSITIVE_INFINITY;
    this.#tracks.set(identity.text, { track, task, subject, endedAt });
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
    this.#giveUp(oldest.key, oldest.track, 'container_gone');
    return true;
  }

  #giveUp(key: string, track: Track, reason: LossReason): void {
    // Before it goes: its full ring says how far back all of the history reaches.
    const reach = this.#reach();
    this.#tracks.delete(key);
    for (const { points } of untakenOf(track, reach, this.#cursor)) {
      this.#lose(reason, points.length);
    }
  }

  #lose(reason: LossReason, points: number): void {
    this.#lost.set(reason, (this.#lost.get(reason) ?? 0) + points);
  }

  /** From here on everything is still there. */
  #reach(): number {
    let reach = Math.max(this.#cursor - HISTORY_MS, this.#beganAt);
    for (const track of this.#all()) reach = Math.max(reach, track.leaving ?? reach);
    return reach;
  }

  /** Whether the ring no longer has all that a client at this position lacks. */
  #hasLost({ recorded, before }: Position, reach: number): boolean {
    if (reach > recorded) return true;
    // What was held back for the client was recorded before.
    return reach > this.#beganAt && reach > before * 1000;
  }

  /** The rows of each track that a client at one position lacks, and one at the other has. */
  #rowsBetween(position: Position, until: Position, reach: number): Map<Track, Rows> {
    const rows = new Map<Track, Rows>();
    for (const { track, endedAt } of this.#tracks.values()) {
      const { from } = track.rowsBetween(reach, this.#cursor);
      const to = Math.max(from, track.endAt(until, endedAt));
      rows.set(track, { from: Math.min(to, Math.max(from, track.endAt(position, endedAt))), to });
    }
    return rows;
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
