import { type Instant, instantOf } from './instant.ts';
import {
  isObject,
  type JsonObject,
  limitOf,
  listOf,
  objectOf,
  quantityOf,
  textOf,
} from './json.ts';

/** Counters of a network interface. */
export const INTERFACE_COUNTERS = [
  'rx_bytes',
  'rx_packets',
  'rx_errors',
  'rx_dropped',
  'tx_bytes',
  'tx_packets',
  'tx_errors',
  'tx_dropped',
] as const;

export type InterfaceCounter = (typeof INTERFACE_COUNTERS)[number];
export type InterfaceCounters = Readonly<Partial<Record<InterfaceCounter, number>>>;

/** Counters by name of the interface. */
export type Interfaces = ReadonlyMap<string, InterfaceCounters>;

/** A usable entry of `/task/stats`. Missing parts are `undefined`. */
export interface Stats {
  /** The time of the figures; an equal time means the same figures. */
  readonly read: Instant;
  readonly preread: Instant | undefined;
  readonly cpu: CpuStats;
  readonly memory: MemoryStats;
  /** Absent in host and none mode. */
  readonly networks: Interfaces | undefined;
  readonly networkRate: NetworkRate;
  /** Bytes. */
  readonly blockBytes: BlockIo | undefined;
  readonly blockOperations: BlockIo | undefined;
  /** Threads and processes. */
  readonly pids: number | undefined;
  readonly pidsLimit: number | undefined;
}

/** Cumulative times in nanoseconds, over all CPUs. */
export interface CpuStats {
  readonly total: number | undefined;
  readonly user: number | undefined;
  readonly kernel: number | undefined;
  /** The total at `preread`. */
  readonly previousTotal: number | undefined;
  /** CPUs of the machine, whatever the task may use of them. */
  readonly online: number | undefined;
  readonly periods: number | undefined;
  readonly throttledPeriods: number | undefined;
  readonly throttledTime: number | undefined;
}

/** Bytes and counts, by the names of the cgroup files; `private` is Windows' private working set. */
export interface MemoryStats {
  readonly usage: number | undefined;
  readonly limit: number | undefined;
  readonly private: number | undefined;
  readonly cache: number | undefined;
  readonly rss: number | undefined;
  readonly totalInactiveFile: number | undefined;
  readonly anon: number | undefined;
  readonly file: number | undefined;
  readonly inactiveFile: number | undefined;
  readonly pageFaults: number | undefined;
  readonly majorPageFaults: number | undefined;
}

/** Bytes per second, over the agent's last interval. */
export interface NetworkRate {
  readonly rx: number | undefined;
  readonly tx: number | undefined;
}

export const UNKNOWN_NETWORK_RATE: NetworkRate = { rx: undefined, tx: undefined };

/** Summed over devices. */
export interface BlockIo {
  readonly read: number;
  readonly write: number;
}

/**
 * Reads the document `/task/stats`: its usable entries by DockerId. An entry is usable if its `read` is a
 * time since 1970; null (Fargate) and `{}` (EC2) stand for containers that are stopped or not sampled yet.
 *
 * @param launchType of the task: EC2 counts CPU time on Windows in 100 ns, Fargate in ns.
 */
export function readStats(
  document: JsonObject | null,
  launchType: string | undefined,
): Map<string, Stats> {
  const entries = new Map<string, Stats>();
  for (const [id, entry] of Object.entries(document ?? {})) {
    const stats = readContainerStats(entry, launchType);
    if (stats !== undefined) entries.set(id, stats);
  }
  return entries;
}

/** Reads one entry of the document. @returns `undefined` where it is not usable */
export function readContainerStats(
  entry: unknown,
  launchType: string | undefined,
): Stats | undefined {
  const read = isObject(entry) ? instantOf(entry.read) : undefined;
  return read === undefined ? undefined : readEntry(read, objectOf(entry), launchType);
}

function readEntry(read: Instant, entry: JsonObject, launchType: string | undefined): Stats {
  const rates = objectOf(entry.network_rate_stats);
  const pids = objectOf(entry.pids_stats);
  const blockIo = objectOf(entry.blkio_stats);
  const storage = objectOf(entry.storage_stats);
  const ticks = isWindows(entry) && launchType !== 'FARGATE' ? 100 : 1;
  return {
    read,
    preread: instantOf(entry.preread),
    cpu: readCpu(entry, ticks),
    memory: readMemory(objectOf(entry.memory_stats)),
    networks: readNetworks(objectOf(entry.networks)),
    networkRate: readRate(rates),
    blockBytes:
      sumDevices(blockIo.io_service_bytes_recursive) ??
      pairOf(storage.read_size_bytes, storage.write_size_bytes),
    blockOperations:
      sumDevices(blockIo.io_serviced_recursive) ??
      pairOf(storage.read_count_normalized, storage.write_count_normalized),
    pids: quantityOf(pids.current),
    pidsLimit: quantityOf(pids.limit),
  };
}

function readRate({ rx_bytes_per_sec, tx_bytes_per_sec }: JsonObject): NetworkRate {
  const [rx, tx] = [quantityOf(rx_bytes_per_sec), quantityOf(tx_bytes_per_sec)];
  return rx === undefined && tx === undefined ? UNKNOWN_NETWORK_RATE : { rx, tx };
}

function isWindows(entry: JsonObject): boolean {
  const memory = objectOf(entry.memory_stats);
  return (
    quantityOf(memory.privateworkingset) !== undefined ||
    quantityOf(memory.commitbytes) !== undefined ||
    quantityOf(objectOf(entry.storage_stats).read_size_bytes) !== undefined
  );
}

/** @param ticks nanoseconds in the unit that the entry counts CPU time in. */
function readCpu(entry: JsonObject, ticks: number): CpuStats {
  const cpu = objectOf(entry.cpu_stats);
  const usage = objectOf(cpu.cpu_usage);
  const throttling = objectOf(cpu.throttling_data);
  const previous = objectOf(objectOf(entry.precpu_stats).cpu_usage);
  const time = (value: unknown) => {
    const count = quantityOf(value);
    return count === undefined ? undefined : count * ticks;
  };
  return {
    total: time(usage.total_usage),
    user: time(usage.usage_in_usermode),
    kernel: time(usage.usage_in_kernelmode),
    previousTotal: time(previous.total_usage),
    online: limitOf(cpu.online_cpus),
    periods: quantityOf(throttling.periods),
    throttledPeriods: quantityOf(throttling.throttled_periods),
    throttledTime: quantityOf(throttling.throttled_time),
  };
}

function readMemory(memory: JsonObject): MemoryStats {
  const details = objectOf(memory.stats);
  return {
    usage: quantityOf(memory.usage),
    limit: quantityOf(memory.limit),
    private: quantityOf(memory.privateworkingset),
    cache: quantityOf(details.cache),
    rss: quantityOf(details.rss),
    totalInactiveFile: quantityOf(details.total_inactive_file),
    anon: quantityOf(details.anon),
    file: quantityOf(details.file),
    inactiveFile: quantityOf(details.inactive_file),
    pageFaults: quantityOf(details.pgfault),
    majorPageFaults: quantityOf(details.pgmajfault),
  };
}

function readNetworks(networks: JsonObject): Interfaces | undefined {
  const interfaces = new Map<string, InterfaceCounters>();
  for (const [name, entry] of Object.entries(networks)) {
    const counters: Partial<Record<InterfaceCounter, number>> = {};
    for (const counter of INTERFACE_COUNTERS) {
      const value = quantityOf(objectOf(entry)[counter]);
      if (value !== undefined) counters[counter] = value;
    }
    interfaces.set(name, counters);
  }
  return interfaces.size > 0 ? interfaces : undefined;
}

/** `[]` means none; null means unknown. */
function sumDevices(list: unknown): BlockIo | undefined {
  const devices = listOf(list);
  if (devices === undefined) return undefined;
  let read = 0;
  let write = 0;
  for (const device of devices) {
    const { op, value } = objectOf(device);
    // "Read" with cgroup v1, "read" with v2. A missing value is 0.
    const operation = textOf(op)?.toLowerCase();
    if (operation === 'read') read += quantityOf(value) ?? 0;
    if (operation === 'write') write += quantityOf(value) ?? 0;
  }
  return { read, write };
}

function pairOf(read: unknown, write: unknown): BlockIo | undefined {
  const [reads, writes] = [quantityOf(read), quantityOf(write)];
  return reads === undefined || writes === undefined ? undefined : { read: reads, write: writes };
}
