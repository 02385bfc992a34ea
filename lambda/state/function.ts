import type { State } from '../model/delivery/state.ts';
import { parsePrometheusDuration } from '../model/settings/duration.ts';
import { ENV } from '../model/settings/names.ts';
import { FORGET_AFTER_MS, MemoryState, stateCapacity } from './memory.ts';
import { parseStatePlace } from './place.ts';
import { type S3Location, s3Store } from './s3.ts';
import type { S3Api } from './s3-api.ts';
import { StoredState, type StoredStateOptions } from './stored.ts';

/** The state settings in the environment variables of a function. */
export interface StateSettings {
  /** Absent: in memory. */
  readonly place?: S3Location | undefined;
  readonly forgetAfterMs: number;
}

/** @throws TypeError that names the wrong variable */
export function stateSettings(env: Readonly<Record<string, string | undefined>>): StateSettings {
  const forgetAfterMs = forgetAfter(env[ENV.forgetAfter]);
  const text = env[ENV.state];
  if (!text) return { forgetAfterMs };
  const place = parseStatePlace(text);
  if (place?.kind !== 's3') {
    // The files of a function do not outlive it.
    throw new TypeError(`${ENV.state}: expected s3://bucket/key, got "${text}"`);
  }
  return { place, forgetAfterMs };
}

/**
 * The state of a function that is not divided into shards.
 *
 * @param memory bytes of the function's memory
 * @param inherit as in `StoredState`
 */
export function functionState(
  { place, forgetAfterMs }: StateSettings,
  s3: S3Api,
  now: () => number,
  memory: number,
  inherit?: StoredStateOptions['inherit'],
): State {
  const capacity = stateCapacity(memory);
  if (place === undefined) return new MemoryState(forgetAfterMs, capacity);
  return new StoredState(s3Store(s3, place), now, { forgetAfterMs, capacity, inherit });
}

function forgetAfter(text: string | undefined): number {
  if (!text) return FORGET_AFTER_MS;
  const milliseconds = parsePrometheusDuration(text);
  if (!milliseconds) {
    throw new TypeError(`${ENV.forgetAfter}: expected a duration such as 24h, got "${text}"`);
  }
  return milliseconds;
}
