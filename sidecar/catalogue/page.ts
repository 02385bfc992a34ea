import type { Family, TimedFamily } from '../exposition/family.ts';
import type { FollowedTask } from '../figures/followed-tasks.ts';
import { instanceFigures } from '../figures/instance.ts';
import type { Excerpt, History } from '../history/history.ts';
import type { Traffic } from '../sampling/endpoint.ts';
import type { Known } from '../sampling/sampler.ts';
import { catalogue, withHistory } from './catalogue.ts';
import type { Scope } from './definition.ts';
import { tasksFamily } from './exporter.ts';
import { type Losses, lossFamilies } from './losses.ts';
import { minuteFamilies } from './minute.ts';
import { INSTANCE_SUBJECT } from './samples.ts';

/** How long a page without a history shows a task that ended: the time of two scrapes. Milliseconds. */
const ENDED_SHOWN_MS = 2 * 60_000;

/** The sources of a page. */
export interface PageSource {
  /** `undefined` where the endpoint fails. */
  readonly known: Known | undefined;
  /** The tasks that ended: clients that have not been told are told even where the endpoint fails. */
  readonly ended: readonly FollowedTask[];
  readonly scope: Scope;
  readonly history: History;
  readonly traffic: Traffic;
  readonly losses: Losses;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/** The latest values. A task that ended is there until a client of the history knows of it. */
export function latestPage(source: PageSource): Iterable<Family> {
  const { history, now } = source;
  const isShown = ({ key, endedAt }: FollowedTask) =>
    endedAt === undefined || (now - endedAt <= ENDED_SHOWN_MS && !history.isTaken(key));
  return pageOf(source, isShown, true);
}

/** The points of the excerpt, and the latest values: of many tasks those whose newest poll is in it. */
export function historyPage(source: PageSource, excerpt: Excerpt): Iterable<Family | TimedFamily> {
  if (source.scope === 'task') return withHistory(latestPage(source), excerpt);
  const isShown = ({ key }: FollowedTask) => excerpt.hasNewest(key);
  const latest = pageOf(source, isShown, excerpt.hasNewest(INSTANCE_SUBJECT));
  return withHistory(latest, excerpt);
}

function* pageOf(
  { known, ended, scope, history, traffic, losses, now }: PageSource,
  isShown: (task: FollowedTask) => boolean,
  withInstance: boolean,
): Generator<Family> {
  const tasks = [...(known?.live ?? []), ...ended].filter(isShown);
  const instance =
    known?.isWhole && withInstance
      ? instanceFigures(known.live.map(({ observation }) => observation))
      : undefined;
  const subjects = { tasks: tasks.map(({ observation }) => observation), scope, instance };
  yield* catalogue(subjects, known !== undefined, traffic, now);
  if (scope === 'instance') yield tasksFamily(known?.isWhole ?? false);
  const keys = new Set(tasks.map(({ key }) => key));
  yield* minuteFamilies(history, now, scope === 'task' ? undefined : (task) => keys.has(task));
  yield* lossFamilies(losses);
}
