import type { Family, TimedFamily } from '../exposition/family.ts';
import { identityOf } from '../exposition/series.ts';
import type { InstanceFigures } from '../figures/instance.ts';
import type { Observation } from '../figures/observation.ts';
import type { Excerpt } from '../history/history.ts';
import type { SubjectSample } from '../history/track.ts';
import type { Traffic } from '../sampling/endpoint.ts';
import { CPU_DEFINITIONS } from './cpu.ts';
import {
  type Definition,
  familiesOf,
  instanceTaskLabels,
  type Scope,
  type Subjects,
  shownContainers,
  taskLabels,
} from './definition.ts';
import { exporterFamilies, SAMPLE_DEFINITIONS } from './exporter.ts';
import { INSTANCE_DEFINITIONS } from './instance.ts';
import { LIFE_DEFINITIONS } from './life.ts';
import { MEMORY_DEFINITIONS } from './memory.ts';
import { NETWORK_DEFINITIONS } from './network.ts';
import { RESOURCE_DEFINITIONS } from './resources.ts';
import { instanceSamplesOf, samplesOf } from './samples.ts';
import { SEED_DEFINITIONS } from './seed.ts';

const DEFINITIONS: readonly Definition[] = [
  ...SEED_DEFINITIONS,
  ...CPU_DEFINITIONS,
  ...NETWORK_DEFINITIONS,
  ...MEMORY_DEFINITIONS,
  ...RESOURCE_DEFINITIONS,
  ...LIFE_DEFINITIONS,
  ...SAMPLE_DEFINITIONS,
  ...INSTANCE_DEFINITIONS,
];

const SAMPLED: readonly Definition[] = DEFINITIONS.filter(({ sampled }) => sampled);
const SAMPLED_NAMES: ReadonlySet<string> = new Set(SAMPLED.map(({ name }) => name));

/** Series of the last minute of a task or a container, which `minute.ts` has. */
const MINUTE_LINES = 6;

/** Lines that a page has of a container or a task beside points, at most but for a few of more than one interface. */
const CONTAINER_LINES = linesOf('container');
const TASK_LINES = linesOf('task');

/** Of a line beside the labels that all lines of its container share. */
const NAME_AND_VALUE_BYTES = 80;

/**
 * Everything that the sidecar exposes, family by family: those of many tasks need not be in memory together.
 *
 * @param subjects without tasks that live when the endpoint fails: figures of before would be taken for those of now.
 * @param success whether the endpoint answers
 * @param now milliseconds since the epoch.
 */
export function* catalogue(
  subjects: Subjects,
  success: boolean,
  traffic: Traffic,
  now: number,
): Generator<Family> {
  yield* exporterFamilies(success, traffic);
  yield* familiesOf(DEFINITIONS, subjects, now);
}

/** The families with the points of the history in the place of the latest values. */
export function* withHistory(
  families: Iterable<Family>,
  excerpt: Excerpt,
): Generator<Family | TimedFamily> {
  for (const family of families) if (!SAMPLED_NAMES.has(family.name)) yield family;
  for (const { name, help } of SAMPLED) {
    yield { name, type: 'gauge', help, traces: excerpt.traces(name) };
  }
}

/**
 * The samples that the last poll adds to the history of a task.
 *
 * @param settled whether the task's figures are of one time, not of containers of which some are still to be renewed.
 */
export function newSamples(
  observation: Observation,
  settled: boolean,
  scope: Scope = 'task',
): SubjectSample[] {
  return samplesOf(SAMPLED, observation, scope, settled);
}

/** The samples that it adds to the history of the instance. */
export function newInstanceSamples(instance: InstanceFigures): SubjectSample[] {
  return instanceSamplesOf(SAMPLED, instance);
}

/** About how many bytes the latest values of a task and its containers take on a page of the history. */
export function latestBytes(observation: Observation): number {
  const { length } = identityOf({
    ...taskLabels(observation),
    ...instanceTaskLabels(observation.task.task),
  }).text;
  const lines = TASK_LINES + CONTAINER_LINES * shownContainers(observation).length;
  return lines * (length + NAME_AND_VALUE_BYTES);
}

function linesOf(subject: 'container' | 'task'): number {
  const untimed = DEFINITIONS.filter((each) => each[subject] !== undefined && !each.sampled);
  // A counter has a line that tells since when it counts.
  const counters = untimed.filter(({ type }) => type === 'counter');
  return untimed.length + counters.length + MINUTE_LINES;
}
