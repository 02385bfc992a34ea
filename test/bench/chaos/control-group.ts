import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmdirSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';

const ROOT = '/sys/fs/cgroup';

/** The name of a group, with the process that made it. */
const OWN_NAME = /^fargauge-\w+-(\d+)-\d+$/;

/** Microseconds in which a group may use its part of a core. */
const PERIOD_US = 100_000;

/** Weight against other groups of the machine: what a group may have is its quota's business, not that of who else is busy. */
const WEIGHT = { v1: 10_240, v2: 1_000 };

export interface GroupLimits {
  /** Bytes. */
  readonly memory: number;
  readonly cores: number;
}

/** Processes with a bound of memory and of CPU that the kernel keeps, as of Linux control groups of version 1 or 2. */
export class ControlGroup implements Disposable {
  readonly version: 'v1' | 'v2';
  readonly #memory: string;
  readonly #cpu: string;

  private constructor(version: 'v1' | 'v2', memory: string, cpu: string) {
    this.version = version;
    this.#memory = memory;
    this.#cpu = cpu;
  }

  static #made = 0;

  /**
   * Makes a group below those of this process, and removes the groups that killed processes left there.
   * @param purpose a word, which is part of the name
   * @returns undefined where the machine allows none
   */
  static create(purpose: string, limits: GroupLimits): ControlGroup | undefined {
    const name = `fargauge-${purpose}-${process.pid}-${ControlGroup.#made++}`;
    for (const make of [createV2, createV1]) {
      try {
        const made = make(name, limits);
        if (made !== undefined) return new ControlGroup(made.version, made.memory, made.cpu);
      } catch {
        // Not mounted, read only, or without the controllers: the other version, or none.
      }
    }
    return undefined;
  }

  /** A program that joins the memory's group and becomes the program that its arguments name. */
  get launcher(): readonly string[] {
    const join = `echo $$ > '${this.#memory}/cgroup.procs' && exec "$0" "$@"`;
    return ['/bin/sh', '-c', join];
  }

  /** From now on the process has its part of the CPU. Lambda gives the start of a function more than that, too. */
  throttle(pid: number): void {
    writeFileSync(join(this.#cpu, 'cgroup.procs'), String(pid));
  }

  /** Bytes, the most so far. */
  get peakMemory(): number {
    const file = this.version === 'v1' ? 'memory.max_usage_in_bytes' : 'memory.peak';
    return Number(readFileSync(join(this.#memory, file), 'utf8'));
  }

  /** When its processes have ended. */
  [Symbol.dispose](): void {
    for (const folder of new Set([this.#memory, this.#cpu])) rmdirSync(folder);
  }
}

interface Made {
  readonly version: 'v1' | 'v2';
  readonly memory: string;
  readonly cpu: string;
}

function createV1(name: string, { memory, cores }: GroupLimits): Made {
  const folders = { memory: folderOf('memory', name), cpu: folderOf('cpu', name) };
  for (const folder of Object.values(folders)) makeFolder(folder);
  writeFileSync(join(folders.memory, 'memory.limit_in_bytes'), String(memory));
  writeFileSync(join(folders.cpu, 'cpu.cfs_period_us'), String(PERIOD_US));
  writeFileSync(join(folders.cpu, 'cpu.cfs_quota_us'), String(Math.round(PERIOD_US * cores)));
  writeFileSync(join(folders.cpu, 'cpu.shares'), String(WEIGHT.v1));
  return { version: 'v1', ...folders };
}

/** Version 2 keeps CPU and memory in one group: the start is throttled as well. */
function createV2(name: string, { memory, cores }: GroupLimits): Made | undefined {
  if (!existsSync(join(ROOT, 'cgroup.controllers'))) return undefined;
  const folder = join(ROOT, groupOf(''), name);
  makeFolder(folder);
  try {
    writeFileSync(join(folder, 'memory.max'), String(memory));
    writeFileSync(join(folder, 'cpu.max'), `${Math.round(PERIOD_US * cores)} ${PERIOD_US}`);
    writeFileSync(join(folder, 'cpu.weight'), String(WEIGHT.v2));
  } catch (error) {
    rmdirSync(folder);
    throw error;
  }
  return { version: 'v2', memory: folder, cpu: folder };
}

function makeFolder(folder: string): void {
  const parent = dirname(folder);
  for (const name of readdirSync(parent)) {
    const [, pid] = OWN_NAME.exec(name) ?? [];
    if (pid !== undefined && !existsSync(`/proc/${pid}`)) removeEmpty(join(parent, name));
  }
  mkdirSync(folder);
}

/** A process in the group may outlive the one that made it. */
function removeEmpty(folder: string): void {
  try {
    rmdirSync(folder);
  } catch {
    // The next run tries again.
  }
}

function folderOf(controller: string, name: string): string {
  return join(ROOT, controller, groupOf(controller), name);
}

/** The group of this process, as `hierarchy:controllers:path` of `/proc/self/cgroup` says it. */
function groupOf(controller: string): string {
  const lines = readFileSync('/proc/self/cgroup', 'utf8').split('\n');
  const line = lines.find((each) => each.split(':')[1]?.split(',').includes(controller));
  if (line === undefined) throw new Error(`expected a group of ${controller || 'version 2'}`);
  return line.split(':').slice(2).join(':');
}
