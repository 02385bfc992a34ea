import type { MemoryStats, Stats } from '../documents/stats.ts';
import type { Container, Task } from '../documents/task.ts';
import { type Based, based } from './arithmetic/based.ts';
import { completeSum } from './arithmetic/sum.ts';

/** "No limit" is 2^63 less a page with cgroup v1 and 2^64 - 1 with v2: from here on nothing is limited. */
export const NO_LIMIT = 2 ** 60;

/** Bytes. Four valid answers to "how much memory is used". */
export interface MemoryFigures {
  /** With the page cache. */
  readonly usage: number | undefined;
  readonly withoutCache: number | undefined;
  /** Without the file pages that the kernel can drop at once, as in docker and kubectl: the best sign of a coming OOM kill. */
  readonly workingSet: number | undefined;
  /** As in CloudWatch and the console. */
  readonly utilized: number | undefined;
  readonly rss: number | undefined;
  readonly cache: number | undefined;
}

export const UNKNOWN_MEMORY: MemoryFigures = {
  usage: undefined,
  withoutCache: undefined,
  workingSet: undefined,
  utilized: undefined,
  rss: undefined,
  cache: undefined,
};

/** Omits a figure if a part of it is missing in the document. */
export function memoryOf(memory: MemoryStats): MemoryFigures {
  const { usage, private: privateWorkingSet } = memory;
  if (privateWorkingSet !== undefined) {
    return { ...UNKNOWN_MEMORY, usage, workingSet: privateWorkingSet, utilized: privateWorkingSet };
  }
  return isVersion1(memory)
    ? {
        usage,
        withoutCache: lessAtLeastZero(usage, memory.cache),
        workingSet: lessAtLeastZero(usage, memory.totalInactiveFile),
        utilized: lessIfSmaller(usage, memory.cache),
        rss: memory.rss,
        cache: memory.cache,
      }
    : {
        usage,
        withoutCache: lessAtLeastZero(usage, memory.file),
        workingSet: lessAtLeastZero(usage, memory.inactiveFile),
        utilized: lessIfSmaller(usage, memory.inactiveFile),
        rss: memory.anon,
        cache: memory.file,
      };
}

/** Whether the details lack the pages that can be dropped, so that nothing can be said in percent of a limit. */
export function isWithoutInactiveFile({ usage, rss, utilized }: MemoryFigures): boolean {
  return usage !== undefined && rss !== undefined && utilized === undefined;
}

/** Each figure summed; unknown if it is unknown in any container. */
export function sumMemory(containers: readonly MemoryFigures[]): MemoryFigures {
  const sum = (figure: keyof MemoryFigures) => completeSum(containers.map((each) => each[figure]));
  return {
    usage: sum('usage'),
    withoutCache: sum('withoutCache'),
    workingSet: sum('workingSet'),
    utilized: sum('utilized'),
    rss: sum('rss'),
    cache: sum('cache'),
  };
}

/** Bytes: the container's own limit, else the task's, else the cgroup's. */
export function containerMemoryLimit(
  container: Container,
  task: Task,
  stats: Stats | undefined,
): Based | undefined {
  const limit = stats?.memory.limit;
  const limited = limit !== undefined && limit > 0 && limit < NO_LIMIT;
  return (
    based('container', container.memoryLimit) ??
    based('task', task.memoryLimit) ??
    based('cgroup', limited ? limit : undefined)
  );
}

/** Bytes: the task's own limit, else the sum of its containers' if each has one. */
export function taskMemoryLimit(task: Task): Based | undefined {
  const limits = task.containers
    .filter(({ internal }) => !internal)
    .map(({ memoryLimit }) => memoryLimit);
  return based('task', task.memoryLimit) ?? based('containers', completeSum(limits));
}

/** cgroup version 1. */
function isVersion1({ cache, rss, totalInactiveFile }: MemoryStats): boolean {
  return cache !== undefined || rss !== undefined || totalInactiveFile !== undefined;
}

function lessAtLeastZero(whole: number | undefined, part: number | undefined): number | undefined {
  return whole === undefined || part === undefined ? undefined : Math.max(0, whole - part);
}

/** The ECS agent's rule: a part must be smaller than the usage. */
function lessIfSmaller(whole: number | undefined, part: number | undefined): number | undefined {
  if (whole === undefined || part === undefined) return undefined;
  return part < whole ? whole - part : whole;
}
