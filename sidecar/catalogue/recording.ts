import { instanceFigures } from '../figures/instance.ts';
import type { History } from '../history/history.ts';
import type { Poll } from '../sampling/sampler.ts';
import { latestBytes, newInstanceSamples, newSamples } from './catalogue.ts';
import type { Scope } from './definition.ts';
import { INSTANCE_SUBJECT, presentSubjects } from './samples.ts';

/** Of the latest values of the instance, which have few labels. */
const INSTANCE_BYTES = 2_000;

/** Adds a poll to the history: of many tasks each by itself, so that a page can end between any two. */
export function recordPoll(
  history: History,
  { changed, forgotten, settled, known: { live, isWhole } }: Poll,
  scope: Scope,
  now: number,
): void {
  for (const task of forgotten) history.forget(task);
  const present = presentSubjects(live.map(({ observation }) => observation));
  for (const { key, observation, endedAt } of changed) {
    const latest =
      scope === 'instance'
        ? { task: key, bytes: latestBytes(observation), hasEnded: endedAt !== undefined }
        : undefined;
    history.record(newSamples(observation, settled, scope), now, present, latest);
  }
  const instance = isWhole
    ? instanceFigures(live.map(({ observation }) => observation))
    : undefined;
  if (instance !== undefined) {
    const latest = { task: INSTANCE_SUBJECT, bytes: INSTANCE_BYTES };
    history.record(newInstanceSamples(instance), now, present, latest);
  }
}
