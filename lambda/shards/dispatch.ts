import type { Discovered } from '../discovery/discover.ts';
import type { ListedTarget } from '../discovery/listed-target.ts';
import type { MetricBudgetConfig } from '../model/settings/config.ts';
import { countsOf, type LeftOut } from '../model/targets/left-out.ts';
import type { CycleLease } from '../state/cycle-lease.ts';
import { type MetricRoom, metricRoom } from './metrics/room.ts';
import { shardOf } from './objects/assignment.ts';
import type { ShardCycleStart } from './objects/event.ts';
import { type Layout, nextLayout, type ShardPlan, type StoredStates } from './objects/layout.ts';
import { CYCLE_MS, RECENT_CYCLES } from './objects/limits.ts';
import {
  decodeManifest,
  encodeManifest,
  type Manifest,
  ManifestError,
} from './objects/manifest.ts';
import type { ShardObjects, StoredObjects } from './objects/objects.ts';
import { digestOf, encodeList } from './objects/target-list.ts';

/** Milliseconds for which lists that lie there are good while discovery gives nothing but errors, as within a process. */
const KEPT_MS = 5 * 60_000;

/** The shards of the last cycle may still be running: two of them with the same targets would count their growth twice. */
export class CycleUnderWayError extends Error {
  override readonly name = 'CycleUnderWayError';
}

export interface DispatcherParts {
  readonly discovery: {
    discover(signal: AbortSignal): Promise<Discovered>;
    list(): readonly ListedTarget[];
  };
  readonly objects: ShardObjects;
  readonly plan: ShardPlan;
  /** Absent: any number of metrics is published. */
  readonly metricBudget?: MetricBudgetConfig | undefined;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

/** What one dispatch did. */
export interface DispatchReport {
  readonly durationMs: number;
  readonly targets: number;
  readonly skipped: Readonly<Record<string, number>>;
  readonly leftOut: readonly LeftOut[];
  readonly idle: readonly string[];
  readonly discoveryErrors: readonly string[];
  readonly layout: Layout;
  /** Whether the targets are divided in another way than in the last cycle. */
  readonly isNewLayout: boolean;
  /** Lists that were written, as they have changed. */
  readonly listsWritten: number;
  /** Whether the lists are those of an earlier cycle, as discovery gave nothing but errors. */
  readonly isKept: boolean;
  /** What became of a manifest that could not be understood, for the log. */
  readonly setAside: string | undefined;
  /** Why nobody knows whether a cycle of the collector that was not divided runs beside this one, for the log. */
  readonly leaseFailure: string | undefined;
  /** Of `metric_budget`: how many metrics all shards know together. Absent without one. */
  readonly metricsKnown: number | undefined;
  /** Why what shards know of them could not be put together, for the log. */
  readonly metricsFailure: string | undefined;
  /** Shards that have written no state for `RECENT_CYCLES` cycles. */
  readonly late: readonly number[];
}

export interface Dispatched {
  readonly start: ShardCycleStart;
  readonly report: DispatchReport;
}

/** Begins a cycle of all shards: finds the targets and hands them out. */
export async function dispatch(
  { discovery, objects, plan, metricBudget, now }: DispatcherParts,
  signal: AbortSignal,
): Promise<Dispatched> {
  const startedAt = now();
  const last = await readLast(objects, startedAt, signal);
  const [discovered, found] = await Promise.all([discovery.discover(signal), objects.find(signal)]);
  const room = metricBudget && (await metricRoom(metricBudget, objects, found, startedAt, signal));
  const kept = keptFrom(last.manifest, discovered, startedAt);
  const known = { last: last.manifest, found, now: startedAt };
  const divided = kept ?? (await divide(discovery.list(), discovered, plan, known));
  const { layout } = divided;
  const current = last.manifest?.layout;
  const isNewLayout = layout.number !== current?.number;
  const isFirst = isNewLayout && layout.inherits === 'undivided';
  const leaseFailure = isFirst ? await keepOut(objects.undividedLease(now), startedAt) : undefined;
  const isSettled = current?.inherits !== undefined && layout.inherits === undefined;
  // Before the manifest says so: what is stored of an earlier time must not be taken for something newer.
  if (isSettled) await objects.keepOnly(layout, found, signal);
  await objects.writeLists(divided.lists, signal);
  const manifest: Omit<Manifest, 'version'> = {
    layout,
    cycles: [startedAt, ...(last.manifest?.cycles ?? [])].slice(0, RECENT_CYCLES),
    endsBy: startedAt + CYCLE_MS,
    digests: [...divided.digests],
    listedAt: divided.listedAt,
    foundAt: divided.foundAt,
    complete: divided.complete,
  };
  if (!(await objects.writeManifest(encodeManifest(manifest), last.version, signal))) {
    throw new CycleUnderWayError('Another cycle has begun at the same time');
  }
  return {
    start: startOf(manifest, room?.metrics),
    report: {
      durationMs: now() - startedAt,
      targets: discovered.targets.length,
      skipped: countsOf(discovered.leftOut),
      leftOut: discovered.leftOut,
      idle: discovered.idle,
      discoveryErrors: discovered.errors.map(({ message }) => message),
      layout,
      isNewLayout,
      listsWritten: divided.lists.size,
      isKept: kept !== undefined,
      setAside: last.setAside,
      leaseFailure,
      metricsKnown: room?.count,
      metricsFailure: room?.failure,
      late: lateShards(manifest, found),
    },
  };
}

/** How the targets are divided in this cycle. */
interface Divided {
  readonly layout: Layout;
  readonly digests: readonly string[];
  /** Those that are to be written, by shard. */
  readonly lists: ReadonlyMap<number, Uint8Array>;
  readonly listedAt: number;
  readonly foundAt: number;
  readonly complete: boolean;
}

/** What is known of the last cycle. */
interface Last {
  /** Absent: there was none, or nobody knows. */
  readonly manifest?: Manifest;
  /** Of the object. */
  readonly version?: string;
  readonly setAside?: string;
}

/** @throws CycleUnderWayError where its shards may still be running */
async function readLast(objects: ShardObjects, now: number, signal: AbortSignal): Promise<Last> {
  const object = await objects.readManifest(signal);
  if (object === undefined) return {};
  const { version } = object;
  try {
    const manifest = decodeManifest(object.bytes);
    checkOver(manifest.endsBy, now);
    return { manifest, version };
  } catch (error) {
    if (!(error instanceof ManifestError)) throw error;
    // Whoever wrote it may have begun a cycle by it.
    checkOver(object.writtenAt + CYCLE_MS, now);
    const name = await objects.setManifestAside(object, now, signal);
    const setAside = `Targets are divided anew; the old manifest is kept as ${name}. ${error.message}`;
    return { version, setAside };
  }
}

function checkOver(endsBy: number, now: number): void {
  // One that would go on for much longer than a cycle was begun by a clock that was wrong: it would stop the collector for as long.
  if (endsBy <= now || endsBy - now > 2 * CYCLE_MS) return;
  const seconds = Math.ceil((endsBy - now) / 1000);
  throw new CycleUnderWayError(`The shards of the last cycle may run for another ${seconds} s`);
}

/**
 * Lets no cycle of the collector that was not divided run beside the first one of its shards, as it may during a deployment. The lease
 * is not given back: it ends with the cycle. Where nobody knows of it, a cycle is worth more than none.
 *
 * @returns why nobody knows
 * @throws CycleUnderWayError where one is running
 */
async function keepOut(lease: CycleLease, now: number): Promise<string | undefined> {
  const outcome = await lease.take(CYCLE_MS);
  if (outcome.kind !== 'busy') return outcome.kind === 'failed' ? outcome.message : undefined;
  const seconds = Math.ceil((outcome.until - now) / 1000);
  throw new CycleUnderWayError(
    `The cycle of the collector that was not divided may run for another ${seconds} s`,
  );
}

/** What the last cycle had, where this one has found nothing because nothing could be asked for. */
function keptFrom(
  last: Manifest | undefined,
  { targets, errors }: Discovered,
  now: number,
): Divided | undefined {
  const isBlind = targets.length === 0 && errors.length > 0;
  if (!isBlind || last === undefined || now - last.foundAt > KEPT_MS) return undefined;
  return { ...last, lists: new Map(), complete: false };
}

async function divide(
  targets: readonly ListedTarget[],
  { refreshedAt: listedAt, errors }: Discovered,
  plan: ShardPlan,
  { last, found, now }: { last: Manifest | undefined; found: StoredObjects; now: number },
): Promise<Divided> {
  const complete = errors.length === 0;
  const count = { count: targets.length, isComplete: complete };
  const layout = nextLayout(last?.layout, count, plan, storedOf(last, found), now);
  const shares = Array.from({ length: layout.shards }, (): ListedTarget[] => []);
  for (const target of targets) shares[shardOf(target.id, layout.shards)]?.push(target);
  const digests = shares.map(digestOf);
  const changed = shares
    .map((share, shard) => [shard, share] as const)
    .filter(([shard]) => digests[shard] !== last?.digests[shard] || !isOfLast(shard, found));
  const lists = new Map<number, Uint8Array>();
  for (const [shard, share] of changed) lists.set(shard, await encodeList(share));
  return { layout, digests, lists, listedAt, foundAt: now, complete };
}

/** Whether the list that lies there is the one of which the manifest says the digest. A cycle that failed may have written another. */
function isOfLast(shard: number, { lists, manifestAt }: StoredObjects): boolean {
  const writtenAt = lists.get(shard);
  return writtenAt !== undefined && manifestAt !== undefined && writtenAt <= manifestAt;
}

function storedOf(last: Manifest | undefined, found: StoredObjects): StoredStates {
  const { states, undividedAt } = found;
  if (last === undefined) {
    return {
      isComplete: false,
      isUndivided: undividedAt !== undefined,
      newest: newestOf(states),
      cycles: 0,
    };
  }
  const { layout, cycles, endsBy } = last;
  // What shards have taken over is deleted, but not before each of them has.
  const isTakenOver = layout.inherits === 'undivided' && (undividedAt ?? 0) <= endsBy;
  return {
    isComplete: states.get(layout.number)?.size === layout.shards,
    isUndivided: undividedAt !== undefined && !isTakenOver,
    cycles: cycles.filter((beganAt) => beganAt >= layout.since).length,
  };
}

function newestOf(states: StoredObjects['states']): StoredStates['newest'] {
  if (states.size === 0) return undefined;
  const number = Math.max(...states.keys());
  return { number, shards: Math.max(...(states.get(number)?.keys() ?? [])) + 1 };
}

function startOf(
  { layout, endsBy, listedAt, complete, digests }: Omit<Manifest, 'version'>,
  metrics: MetricRoom | undefined,
): ShardCycleStart {
  const { number, shards, inherits = null } = layout;
  return {
    cycle: {
      ...{ layout: number, shards, inherits, endsBy, listedAt, complete },
      ...(metrics && { metrics }),
    },
    shards: digests.map((digest, shard) => ({ shard, digest })),
  };
}

function lateShards({ layout, cycles }: Omit<Manifest, 'version'>, found: StoredObjects): number[] {
  const before = cycles[RECENT_CYCLES - 1];
  if (before === undefined || layout.since > before) return [];
  const written = found.states.get(layout.number);
  return Array.from({ length: layout.shards }, (_, shard) => shard).filter(
    (shard) => (written?.get(shard) ?? 0) < before,
  );
}
