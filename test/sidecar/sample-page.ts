import { catalogue } from '../../sidecar/catalogue/catalogue.ts';
import type { JsonObject } from '../../sidecar/documents/json.ts';
import { readStats } from '../../sidecar/documents/stats.ts';
import { readTask } from '../../sidecar/documents/task.ts';
import { writeText } from '../../sidecar/exposition/text.ts';
import { type Observation, observe } from '../../sidecar/figures/observation.ts';
import { type ReadFamily, readText } from './exposition/read-text.ts';
import { START } from './sample-documents.ts';

/** The families that the sidecar exposes 5 s after the start, after a poll for each pair of documents. */
export function familiesAfter(
  ...polls: readonly (readonly [task: JsonObject, stats: JsonObject])[]
): Map<string, ReadFamily> {
  const now = (START + 5) * 1000;
  let observation: Observation | undefined;
  for (const [document, stats] of polls) {
    const task = readTask(document);
    observation = observe(observation, task, readStats(stats, task.launchType), now);
  }
  return readText(pageOf(observation, now));
}

/** The sidecar's page of its task, in the text format. @param now milliseconds since the epoch */
export function pageOf(observation: Observation | undefined, now: number): string {
  const subjects = { tasks: observation ? [observation] : [], scope: 'task' as const };
  const traffic = { requests: [], durations: [] };
  return [...writeText(catalogue(subjects, observation !== undefined, traffic, now))].join('');
}

/** The values of a family by container. */
export function valuesIn(families: ReadonlyMap<string, ReadFamily>, name: string): object {
  return Object.fromEntries(
    (families.get(name)?.rows ?? []).map(({ labels, value }) => [labels.container_name, value]),
  );
}
