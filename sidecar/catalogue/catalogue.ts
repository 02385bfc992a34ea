import type { Traffic } from '../endpoint.ts';
import type { Family } from '../exposition.ts';
import type { Observation } from '../figures/observation.ts';
import { CPU_DEFINITIONS } from './cpu.ts';
import { type Definition, familiesOf } from './definition.ts';
import { exporterFamilies, SAMPLE_DEFINITIONS } from './exporter.ts';
import { LIFE_DEFINITIONS } from './life.ts';
import { MEMORY_DEFINITIONS } from './memory.ts';
import { NETWORK_DEFINITIONS } from './network.ts';
import { RESOURCE_DEFINITIONS } from './resources.ts';
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
