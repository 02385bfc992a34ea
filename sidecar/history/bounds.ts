import { FIRST_ROWS, TRACK_ROWS } from './track.ts';

/** How much a history holds. */
export interface HistoryBounds {
  readonly subjects: number;
  /** Samples of each. */
  readonly rows: number;
  /** Samples that there is memory for at first. */
  readonly firstRows: number;
}

/** The task and its containers, of which ECS allows ten in a task definition and adds a few. The rest is for those that are gone. */
export const OF_A_TASK: HistoryBounds = { subjects: 33, rows: TRACK_ROWS, firstRows: FIRST_ROWS };

/**
 * Of a daemon: its polls are 9.5 s apart, so these are 15 minutes and some seconds for those who are still reading. From the
 * second sample on all rates are known, and a track has all its columns.
 */
const INSTANCE_ROWS = { rows: 97, firstRows: 2 };

/** Of an instance, which is a subject too, with so many tasks and containers. */
export function boundsOfInstance(tasks: number, containers: number): HistoryBounds {
  return { subjects: tasks + containers + 1, ...INSTANCE_ROWS };
}
