import { targetIdOf } from '../model/state.ts';
import { decodeState, StateFormatError } from '../state/format.ts';
import type { Snapshot } from '../state/memory.ts';
import { s3Store } from '../state/s3.ts';
import type { S3Api } from '../state/s3-api.ts';
import type { Inheritance } from '../state/stored.ts';
import type { Inherited } from './layout.ts';
import type { ShardEvent } from './shard-event.ts';
import type { ShardObjects } from './shard-objects.ts';
import { shardOf } from './shard-of.ts';

/**
 * What the states of the layout before know of the targets that are a shard's now.
 *
 * @throws StateStoreError where one of them cannot be read
 */
export async function inheritanceOf(
  { shard, cycle: { inherits, shards } }: ShardEvent,
  s3: S3Api,
  objects: ShardObjects,
  signal: AbortSignal,
): Promise<Inheritance> {
  const snapshots: Snapshot[] = [];
  const missing: string[] = [];
  // One after another: only what is the shard's own stays in memory.
  for (const place of inherits === null ? [] : placesOf(inherits, objects)) {
    const object = await s3Store(s3, place).read(signal);
    const name = `s3://${place.bucket}/${place.key}`;
    if (object === undefined || object === 'unchanged') {
      missing.push(`The state ${name} is not there: what it knew of this shard's targets is lost`);
      continue;
    }
    try {
      const { targets, ...rest } = await decodeState(object.bytes);
      const own = [...targets].filter(([key]) => shardOf(targetIdOf(key), shards) === shard);
      snapshots.push({ ...rest, targets: new Map(own) });
    } catch (error) {
      if (!(error instanceof StateFormatError)) throw error;
      missing.push(`The state ${name} cannot be understood. ${error.message}`);
    }
  }
  return { snapshots: asOfTheFirst(snapshots, missing.length === 0), missing };
}

function placesOf(inherits: Inherited, objects: ShardObjects) {
  if (inherits === 'undivided') return [objects.stateOf()];
  const { number: layout, shards } = inherits;
  return Array.from({ length: shards }, (_, index) => objects.stateOf({ layout, index }));
}

/**
 * A target that none of them knows was there for none: what began since the first of their last cycles was never counted. Where one
 * is missing, it may have known the target, so that nothing can be told of what it counted.
 */
function asOfTheFirst(snapshots: readonly Snapshot[], areAll: boolean): Snapshot[] {
  const times = snapshots.map(({ completedAt }) => completedAt);
  const completedAt =
    !areAll || times.includes(undefined)
      ? undefined
      : Math.min(...times.filter((time) => time !== undefined));
  return snapshots.map((snapshot) => ({ ...snapshot, completedAt }));
}
