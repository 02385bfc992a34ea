import { targetIdOf } from '../model/delivery/state.ts';
import { scrapedId } from '../model/targets/tasks.ts';
import { decodeState, StateFormatError } from '../state/format.ts';
import type { Snapshot } from '../state/memory.ts';
import { type S3Location, s3Store } from '../state/s3.ts';
import type { S3Api } from '../state/s3-api.ts';
import { StateStoreError } from '../state/store.ts';
import type { Inheritance } from '../state/stored.ts';
import { shardOf } from './objects/assignment.ts';
import type { ShardEvent } from './objects/event.ts';
import type { Inherited } from './objects/layout.ts';
import { CYCLE_MS } from './objects/limits.ts';
import { decodeManifest, type Manifest, ManifestError } from './objects/manifest.ts';
import { type ShardObjects, ShardObjectsError } from './objects/objects.ts';

/**
 * The states that the earlier layout has for the targets of a shard, and for the tasks that its daemons tell of.
 *
 * @param targets of its list
 * @throws StateStoreError if one of them cannot be read
 */
export async function inheritanceOf(
  { shard, cycle: { inherits, shards } }: ShardEvent,
  s3: S3Api,
  objects: ShardObjects,
  signal: AbortSignal,
  targets: readonly { readonly id: string }[] = [],
): Promise<Inheritance> {
  const places = inherits === null ? [] : placesOf(inherits, objects);
  const listed = new Set(targets.map(({ id }) => id));
  const isOwn = (targetId: string) => {
    const id = scrapedId(targetId);
    // A target that is missing at the moment may come back.
    return listed.has(id) || shardOf(id, shards) === shard;
  };
  return read(places, s3, signal, isOwn);
}

/**
 * The states of the shards, for a collector that is no longer divided.
 *
 * @param now milliseconds since the epoch
 * @throws StateStoreError if one of them cannot be read, or the shards may still run: both would publish the same
 *   increases
 */
export async function inheritanceOfShards(
  s3: S3Api,
  objects: ShardObjects,
  now: number,
  signal: AbortSignal,
): Promise<Inheritance> {
  let manifest: Manifest | undefined;
  try {
    const object = await objects.readManifest(signal);
    manifest = object && decodeManifest(object.bytes);
  } catch (error) {
    if (!(error instanceof ManifestError || error instanceof ShardObjectsError)) throw error;
    // Most collectors were never divided: they go on without.
    return { snapshots: [], missing: [`The state of the shards is lost. ${error.message}`] };
  }
  if (manifest === undefined) return { snapshots: [], missing: [] };
  const remainingMs = manifest.endsBy - now;
  // A manifest that holds for longer was written by a wrong clock.
  if (remainingMs > 0 && remainingMs <= 2 * CYCLE_MS) {
    const seconds = Math.ceil(remainingMs / 1000);
    throw new StateStoreError(`The shards of the last cycle may run for another ${seconds} s`);
  }
  return read(placesOf(manifest.layout, objects), s3, signal, () => true);
}

async function read(
  places: readonly S3Location[],
  s3: S3Api,
  signal: AbortSignal,
  isOwn: (targetId: string) => boolean,
): Promise<Inheritance> {
  const snapshots: Snapshot[] = [];
  const missing: string[] = [];
  // One after another, so that only the states of its own targets stay in memory.
  for (const place of places) {
    const object = await s3Store(s3, place).read(signal);
    const name = `s3://${place.bucket}/${place.key}`;
    if (object === undefined || object === 'unchanged') {
      missing.push(`The state ${name} is missing, so the history of these targets is lost`);
      continue;
    }
    try {
      const { targets, ...rest } = await decodeState(object.bytes);
      const own = [...targets].filter(([key]) => isOwn(targetIdOf(key)));
      snapshots.push({ ...rest, targets: new Map(own) });
    } catch (error) {
      if (!(error instanceof StateFormatError)) throw error;
      missing.push(`The state ${name} cannot be understood. ${error.message}`);
    }
  }
  return { snapshots: asOfTheFirst(snapshots, missing.length === 0), missing };
}

function placesOf(inherits: Inherited, objects: ShardObjects): S3Location[] {
  if (inherits === 'undivided') return [objects.stateOf()];
  const { number: layout, shards } = inherits;
  return Array.from({ length: shards }, (_, index) => objects.stateOf({ layout, index }));
}

/**
 * A target that no state knows is new to all: series that began since the oldest of their last cycles were never
 * counted. If a state is missing, it may have known the target, so the baseline is unknown.
 */
function asOfTheFirst(snapshots: readonly Snapshot[], areAll: boolean): Snapshot[] {
  const times = snapshots.map(({ completedAt }) => completedAt);
  const completedAt =
    !areAll || times.includes(undefined)
      ? undefined
      : Math.min(...times.filter((time) => time !== undefined));
  return snapshots.map((snapshot) => ({ ...snapshot, completedAt }));
}
