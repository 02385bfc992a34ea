import { ENV } from '../../model/settings/names.ts';
import type { ShardPlan } from './layout.ts';
import { MAX_SHARDS } from './limits.ts';

/**
 * The division of the targets by the environment variables of a function; undefined without one.
 *
 * @throws TypeError that names the wrong variable
 */
export function shardPlan(
  env: Readonly<Record<string, string | undefined>>,
): ShardPlan | undefined {
  const shards = count(env, ENV.shards, MAX_SHARDS);
  const targetsPerShard = count(env, ENV.targetsPerShard, Number.MAX_SAFE_INTEGER);
  if (shards !== undefined) return { shards, targetsPerShard };
  if (targetsPerShard === undefined) return undefined;
  throw new TypeError(`${ENV.targetsPerShard}: expected together with ${ENV.shards}`);
}

function count(
  env: Readonly<Record<string, string | undefined>>,
  name: string,
  most: number,
): number | undefined {
  const text = env[name];
  if (!text) return undefined;
  const number = /^\d+$/.test(text) ? Number(text) : 0;
  if (number >= 1 && number <= most) return number;
  throw new TypeError(`${name}: expected a whole number from 1 to ${most}, got "${text}"`);
}
