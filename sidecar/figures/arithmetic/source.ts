import type { Stats } from '../../documents/stats.ts';
import type { Container } from '../../documents/task.ts';

/** A container of `/task` with a usable entry in `/task/stats`. */
export interface Source {
  readonly container: Container;
  readonly stats: Stats;
}
