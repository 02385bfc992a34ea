import { type Instant, instantOf } from './instant.ts';
import {
  isObject,
  type JsonObject,
  limitOf,
  listOf,
  numberOf,
  objectOf,
  quantityOf,
  textOf,
} from './json.ts';
import { sharedText } from './shared-texts.ts';

const MIB = 1_048_576;

/** The agent raises a container's CPU to at least 2 and shows 0 while it is PULLED: up to 2 is "unset". */
const UNSET_CPU_UNITS = 2;

/** Containers that ECS adds for its own purposes. They have no rows and count in the task. */
const INTERNAL_TYPES: ReadonlySet<string> = new Set([
  'CNI_PAUSE',
  'NAMESPACE_PAUSE',
  'EMPTY_HOST_VOLUME',
]);

/** The document `/task`, in base units. Whatever it does not say is `undefined`. */
export interface Task {
  /** Short name. */
  readonly cluster: string | undefined;
  readonly arn: string | undefined;
  readonly id: string | undefined;
  readonly family: string | undefined;
  readonly revision: string | undefined;
  readonly desiredStatus: string | undefined;
  readonly knownStatus: string | undefined;
  readonly launchType: string | undefined;
  readonly serviceName: string | undefined;
  /** Of the managed daemon that it belongs to. */
  readonly daemonName: string | undefined;
  readonly availabilityZone: string | undefined;
  readonly availabilityZoneId: string | undefined;
  /** The first network mode that any container names. */
  readonly networkMode: string | undefined;
  /** vCPU. */
  readonly cpuLimit: number | undefined;
  /** Bytes. */
  readonly memoryLimit: number | undefined;
  readonly pullStartedAt: Instant | undefined;
  readonly pullStoppedAt: Instant | undefined;
  /** When its containers were stopped. */
  readonly stoppedAt: Instant | undefined;
  readonly clock: ClockDrift;
  readonly storage: EphemeralStorage;
  /** Those with a DockerId, each once. */
  readonly containers: readonly Container[];
}

export interface ClockDrift {
  /** Seconds. */
  readonly errorBound: number | undefined;
  readonly reference: Instant | undefined;
  readonly synchronized: boolean | undefined;
}

/** Bytes. */
export interface EphemeralStorage {
  readonly used: number | undefined;
  readonly reserved: number | undefined;
}

export interface Container {
  /** DockerId: the key into `/task/stats`. */
  readonly id: string;
  readonly name: string | undefined;
  readonly image: string | undefined;
  readonly type: string | undefined;
  readonly internal: boolean;
  readonly desiredStatus: string | undefined;
  readonly knownStatus: string | undefined;
  readonly exitCode: number | undefined;
  readonly restartCount: number | undefined;
  readonly healthStatus: string | undefined;
  readonly healthSince: Instant | undefined;
  /** CPU units, 1024 to a vCPU. On Linux a share, no cap. */
  readonly cpuUnits: number | undefined;
  /** Bytes. */
  readonly memoryLimit: number | undefined;
  readonly createdAt: Instant | undefined;
  readonly startedAt: Instant | undefined;
  readonly finishedAt: Instant | undefined;
}

/** Reads the document `/task`. Any field may be absent, null or of another type. */
export function readTask(document: JsonObject): Task {
  const containers = (listOf(document.Containers) ?? []).filter(isObject);
  const arn = textOf(document.TaskARN);
  const limits = objectOf(document.Limits);
  return {
    cluster: sharedText(lastSegment(textOf(document.Cluster))),
    arn,
    id: lastSegment(arn),
    family: sharedText(textOf(document.Family)),
    revision: textOf(document.Revision),
    desiredStatus: sharedText(textOf(document.DesiredStatus)),
    knownStatus: sharedText(textOf(document.KnownStatus)),
    launchType: sharedText(textOf(document.LaunchType)),
    serviceName: textOf(document.ServiceName) ?? nameInGroup(textOf(document.Group), 'service:'),
    daemonName: nameInGroup(textOf(document.Group), 'daemon:'),
    availabilityZone: sharedText(textOf(document.AvailabilityZone)),
    availabilityZoneId: textOf(document.AvailabilityZoneID),
    networkMode: firstNetworkMode(containers),
    cpuLimit: limitOf(limits.CPU),
    memoryLimit: bytesOf(limitOf(limits.Memory)),
    pullStartedAt: instantOf(document.PullStartedAt),
    pullStoppedAt: instantOf(document.PullStoppedAt),
    stoppedAt: instantOf(document.ExecutionStoppedAt),
    clock: readClock(objectOf(document.ClockDrift)),
    storage: readStorage(objectOf(document.EphemeralStorageMetrics)),
    containers: readContainers(containers),
  };
}

function readClock(drift: JsonObject): ClockDrift {
  const errorBound = quantityOf(drift.ClockErrorBound);
  const status = textOf(drift.ClockSynchronizationStatus);
  return {
    errorBound: errorBound === undefined ? undefined : errorBound / 1000,
    reference: instantOf(drift.ReferenceTimestamp),
    synchronized: status === undefined ? undefined : status === 'SYNCHRONIZED',
  };
}

function readStorage(metrics: JsonObject): EphemeralStorage {
  return {
    used: bytesOf(quantityOf(metrics.Utilized)),
    reserved: bytesOf(quantityOf(metrics.Reserved)),
  };
}

function readContainers(entries: readonly JsonObject[]): Container[] {
  const containers = new Map<string, Container>();
  for (const entry of entries) {
    const id = textOf(entry.DockerId);
    if (id !== undefined && !containers.has(id)) containers.set(id, readContainer(id, entry));
  }
  return [...containers.values()];
}

function readContainer(id: string, entry: JsonObject): Container {
  const limits = objectOf(entry.Limits);
  const health = objectOf(entry.Health);
  const type = sharedText(textOf(entry.Type));
  return {
    id,
    name: sharedText(textOf(entry.Name)),
    image: sharedText(textOf(entry.Image)),
    type,
    internal: type !== undefined && INTERNAL_TYPES.has(type),
    desiredStatus: sharedText(textOf(entry.DesiredStatus)),
    knownStatus: sharedText(textOf(entry.KnownStatus)),
    exitCode: numberOf(entry.ExitCode),
    restartCount: quantityOf(entry.RestartCount),
    healthStatus: sharedText(textOf(health.status)),
    healthSince: instantOf(health.statusSince),
    cpuUnits: limitOf(limits.CPU, UNSET_CPU_UNITS),
    memoryLimit: bytesOf(limitOf(limits.Memory)),
    createdAt: instantOf(entry.CreatedAt),
    startedAt: instantOf(entry.StartedAt),
    finishedAt: instantOf(entry.FinishedAt),
  };
}

function firstNetworkMode(containers: readonly JsonObject[]): string | undefined {
  for (const container of containers) {
    for (const network of listOf(container.Networks) ?? []) {
      const mode = textOf(objectOf(network).NetworkMode);
      if (mode !== undefined) return mode;
    }
  }
  return undefined;
}

function nameInGroup(group: string | undefined, prefix: string): string | undefined {
  return group?.startsWith(prefix) ? textOf(group.slice(prefix.length)) : undefined;
}

function lastSegment(name: string | undefined): string | undefined {
  return textOf(name?.slice(name.lastIndexOf('/') + 1));
}

function bytesOf(mebibytes: number | undefined): number | undefined {
  return mebibytes === undefined ? undefined : mebibytes * MIB;
}
