import { secondsBetween } from '../documents/instant.ts';
import type { BlockIo, Stats } from '../documents/stats.ts';
import { rateOf } from './arithmetic/rate.ts';
import type { Source } from './arithmetic/source.ts';
import { accumulate, completeSum, type RunningSum } from './arithmetic/sum.ts';

/** Bytes per second. */
export interface BlockIoRates {
  readonly read: number | undefined;
  readonly write: number | undefined;
}

/** Block I/O of the task: the sum over all its containers. */
export interface TaskBlockIo {
  /** Does not fall when a container stops. */
  readonly bytes: BlockIo | undefined;
  /** Does not fall when a container stops. */
  readonly operations: BlockIo | undefined;
  /** Unknown if that of any container is. */
  readonly rates: BlockIoRates;
  readonly trail: TaskBlockIoTrail;
}

/** A sampled container and its rates. */
export interface BlockIoSource extends Source {
  readonly rates: BlockIoRates;
}

/** The memory for the next poll. */
interface TaskBlockIoTrail {
  readonly bytes: RunningBlockIo;
  readonly operations: RunningBlockIo;
}

interface RunningBlockIo {
  readonly read: RunningSum;
  readonly write: RunningSum;
}

export const UNKNOWN_BLOCK_IO: BlockIoRates = { read: undefined, write: undefined };

/** Bytes per second between two samples of our own. */
export function blockIoRates(earlier: Stats | undefined, later: Stats): BlockIoRates {
  if (earlier === undefined) return UNKNOWN_BLOCK_IO;
  const seconds = secondsBetween(earlier.read, later.read);
  return {
    read: rateOf(earlier.blockBytes?.read, later.blockBytes?.read, seconds),
    write: rateOf(earlier.blockBytes?.write, later.blockBytes?.write, seconds),
  };
}

export function followTaskBlockIo(
  before: TaskBlockIoTrail | undefined,
  sources: readonly BlockIoSource[],
): TaskBlockIo {
  const byId = (figure: 'blockBytes' | 'blockOperations') =>
    sources.flatMap(({ container, stats }) =>
      stats[figure] === undefined ? [] : [[container.id, stats[figure]] as const],
    );
  const [bytesById, operationsById] = [byId('blockBytes'), byId('blockOperations')];
  const bytes = accumulateBoth(before?.bytes, bytesById);
  const operations = accumulateBoth(before?.operations, operationsById);
  return {
    bytes: bytesById.length > 0 ? totals(bytes) : undefined,
    operations: operationsById.length > 0 ? totals(operations) : undefined,
    rates: {
      read: completeSum(sources.map(({ rates }) => rates.read)),
      write: completeSum(sources.map(({ rates }) => rates.write)),
    },
    trail: { bytes, operations },
  };
}

function accumulateBoth(
  before: RunningBlockIo | undefined,
  counts: readonly (readonly [id: string, count: BlockIo])[],
): RunningBlockIo {
  return {
    read: accumulate(
      before?.read,
      counts.map(([id, { read }]) => [id, read]),
    ),
    write: accumulate(
      before?.write,
      counts.map(([id, { write }]) => [id, write]),
    ),
  };
}

function totals({ read, write }: RunningBlockIo): BlockIo {
  return { read: read.total, write: write.total };
}
