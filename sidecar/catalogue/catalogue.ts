import type { Family, TimedFamily } from '../exposition/family.ts';
import type { Observation } from '../figures/observation.ts';
import type { Excerpt } from '../history/history.ts';
import type { SubjectSample } from '../history/track.ts';
import type { Traffic } from '../sampling/endpoint.ts';
import { CPU_DEFINITIONS } from './cpu.ts';
import { type Definition, familiesOf } from './definition.ts';
import { exporterFamilies, SAMPLE_DEFINITIONS } from './exporter.ts';
import { LIFE_DEFINITIONS } from './life.ts';
import { MEMORY_DEFINITIONS } from './memory.ts';
import { NETWORK_DEFINITIONS } from './network.ts';
import { RESOURCE_DEFINITIONS } from './resources.ts';
import { samplesOf } from './samples.ts';
import { SEED_DEFINITIONS } from './seed.ts';

const DEFINITIONS: readonly Definition[] = [
  ...SEED_DEFINITIONS,
  ...CPU_DEFINITIONS,
  ...NETWORK_DEFINITIONS,
  ...MEMORY_DEFINITIONS,
  ...RESOURCE_DEFINITIONS,
  ...LIFE_DEFINITIONS,
  ...SAMPLE_DEFINITIONS,
];

const SAMPLED: readonly Definition[] = DEFINITIONS.filter(({ sampled }) => sampled);
const SAMPLED_NAMES: ReadonlySet<string> = new Set(SAMPLED.map(({ name }) => name));

/**
 * Everything that the sidecar exposes.
 *
 * @param observation `undefined` when the endpoint fails: then only the exporter's own series are left, since
 * figures of before would be taken for those of now.
 * @param now milliseconds since the epoch.
 */
export function catalogue(
  observation: Observation | undefined,
  traffic: Traffic,
  now: number,
): Family[] {
  const own = exporterFamilies(observation !== undefined, traffic);
  return observation === undefined ? own : [...own, ...familiesOf(DEFINITIONS, observation, now)];
}

/** The families with the points of the history in the place of the latest values. */
export function withHistory(
  families: readonly Family[],
  excerpt: Excerpt,
): (Family | TimedFamily)[] {
  const timed = SAMPLED.map(
    ({ name, help }): TimedFamily => ({
      name,
      type: 'gauge',
      help,
      traces: excerpt.traces(name),
    }),
  );
  return [...families.filter(({ name }) => !SAMPLED_NAMES.has(name)), ...timed];
}

/**
 * What the last poll adds to the history.
 *
 * @param settled whether the task's figures are of one time, not of containers of which some are still to be renewed.
 */
export function newSamples(observation: Observation, settled: boolean): SubjectSample[] {
  return samplesOf(SAMPLED, observation, settled);
}
