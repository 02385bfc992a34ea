import type { Discovered } from '../discovery/discover.ts';
import type { ListedTarget } from '../discovery/listed-target.ts';
import type { MetricBudgetConfig } from '../model/settings/config.ts';
import { countsOf, type LeftOut } from '../model/targets/left-out.ts';
import type { CycleLease } from '../state/cycle-lease.ts';
import { type MetricRoom, metricRoom } from './metrics/room.ts';
import { assignmentOf } from './objects/assignment.ts';
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

/** Milliseconds for which stored lists stay in use while discovery gives nothing but errors, as within a process. */
const KEPT_MS = 5 * 60_000;

/** The shards of the last cycle may still run: two with the same targets would publish their increases twice. */
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
  /** Absent without a limit of metrics. */
  readonly metricBudget?: MetricBudgetConfig | undefined;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

/** The result of one dispatch. */
export interface DispatchReport {
  readonly durationMs: number;
  readonly targets: number;
  readonly skipped: Readonly<Record<string, number>>;
  readonly leftOut: readonly LeftOut[];
  readonly idle: readonly string[];
  readonly discoveryErrors: readonly string[];
  readonly layout: Layout;
  /** Whether the division of the targets differs from that of the last cycle. */
  readonly isNewLayout: boolean;
  /** Lists that changed and were written. */
  readonly listsWritten: number;
  /** Whether the lists are those of an earlier cycle, because discovery gave nothing but errors. */
  readonly isKept: boolean;
  /** The fate of an unreadable manifest, for the log. */
  readonly setAside: string | undefined;
  /** The reason why it is unknown whether a cycle of the undivided collector runs beside this one, for the log. */
  readonly leaseFailure: string | undefined;
  /** With a `metric_budget`: number of metrics that all shards know together. */
  readonly metricsKnown: number | undefined;
  /** The reason why the metrics of the shards could not be merged, for the log. */
  readonly metricsFailure: string | undefined;
  /** Shards that have written no state for `RECENT_CYCLES` cycles. */
  readonly late: readonly number[];
}

export interface Dispatched {
  readonly start: ShardCycleStart;
  readonly report: DispatchReport;
}

/** Begins a cycle of all shards: finds the targets and writes a list for each shard. */
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
  // Before the new manifest: an object of an earlier layout must not pass for a newer one.
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

/** The division of the targets in this cycle. */
interface Divided {
  readonly layout: Layout;
  readonly digests: readonly string[];
  /** Lists to write, by shard. */
  readonly lists: ReadonlyMap<number, Uint8Array>;
  readonly listedAt: number;
  readonly foundAt: number;
  readonly complete: boolean;
}

/** The known facts about the last cycle. */
interface Last {
  /** Absent if there was none, or if it is unreadable. */
  readonly manifest?: Manifest;
  /** Version of the object. */
  readonly version?: string;
  readonly setAside?: string;
}

/** @throws CycleUnderWayError if its shards may still run */
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
    // Its writer may have begun a cycle with it.
    checkOver(object.writtenAt + CYCLE_MS, now);
    const name = await objects.setManifestAside(object, now, signal);
    const setAside = `Targets are divided anew; the old manifest is kept as ${name}. ${error.message}`;
    return { version, setAside };
  }
}

function checkOver(endsBy: number, now: number): void {
  // A cycle with a much later end was begun by a wrong clock, which must not stop the collector for so long.
  if (endsBy <= now || endsBy - now > 2 * CYCLE_MS) return;
  const seconds = Math.ceil((endsBy - now) / 1000);
  throw new CycleUnderWayError(`The shards of the last cycle may run for another ${seconds} s`);
}

/**
 * Keeps a cycle of the undivided collector from running beside the first one of its shards, during a deployment. The
 * lease is not returned: it ends with the cycle. If the lease fails, the cycle goes on.
 *
 * @returns the reason of a failed lease
 * @throws CycleUnderWayError if such a cycle is running
 */
async function keepOut(lease: CycleLease, now: number): Promise<string | undefined> {
  const outcome = await lease.take(CYCLE_MS);
  if (outcome.kind !== 'busy') return outcome.kind === 'failed' ? outcome.message : undefined;
  const seconds = Math.ceil((outcome.until - now) / 1000);
  throw new CycleUnderWayError(
    `The cycle of the collector that was not divided may run for another ${seconds} s`,
  );
}

/** The targets of the last cycle, if this one found none because of errors. */
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
  const shardOf = assignmentOf(targets, layout.shards);
  for (const target of targets) shares[shardOf(target)]?.push(target);
  const digests = shares.map(digestOf);
  const changed = shares
    .map((share, shard) => [shard, share] as const)
    .filter(([shard]) => digests[shard] !== last?.digests[shard] || !isOfLast(shard, found));
  const lists = new Map<number, Uint8Array>();
  for (const [shard, share] of changed) lists.set(shard, await encodeList(share));
  return { layout, digests, lists, listedAt, foundAt: now, complete };
}

/** Whether the stored list has the digest in the manifest. A failed cycle may have written another one. */
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
  // States that shards take over are deleted only after each shard has done so.
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
