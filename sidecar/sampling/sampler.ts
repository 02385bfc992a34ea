import { type Instant, latest, secondsBetween } from '../documents/instant.ts';
import { type FollowedTask, FollowedTasks } from '../figures/followed-tasks.ts';
import { isWithoutInactiveFile } from '../figures/memory.ts';
import type { Observation } from '../figures/observation.ts';
import type { Endpoint } from './endpoint.ts';
import type { SkipReason } from './instance-source.ts';
import { INITIAL_PACE, nextInstancePace, nextPace, type PollOutcome } from './pace.ts';
import { createScopedSource, type ScopeSetting } from './scope.ts';

/** How long a scrape right after the start waits for the first poll. */
const FIRST_POLL_WAIT_MS = 2_000;

/** Figures that are older than this many pauses between polls are stale. */
const STALE_PAUSES = 3;

/** Alarms on memory in percent see nothing then. */
const NO_INACTIVE_FILE =
  'memory statistics lack inactive_file: no utilized memory, no working set, no percentages of them; ee_task_memory_rss_bytes is there';

/** Time as the sampler needs it. */
export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number;
  /** Milliseconds of a clock that never goes back. */
  elapsed(): number;
  /** Resolves after the time. */
  pause(milliseconds: number): Promise<void>;
}

/** The result of a successful poll. */
export interface Poll {
  /** The tasks of which it told something. */
  readonly changed: readonly FollowedTask[];
  /** Keys of tasks that nothing is known of any more. */
  readonly forgotten: readonly string[];
  /** No container's figures are awaited that belong to those of the others. */
  readonly settled: boolean;
  readonly known: Known;
}

/** The tasks after a poll. */
export interface Known {
  readonly live: readonly FollowedTask[];
  /** Whether the tasks that live are all of the instance. */
  readonly isWhole: boolean;
}

/** Polls the task metadata endpoint, independent of who scrapes. */
export interface Sampler {
  /** Whether its tasks are among others of an instance. */
  readonly ofInstance: boolean;
  /** Counts of elements that it passed over in the documents of all tasks. */
  readonly skipped: ReadonlyMap<SkipReason, number>;
  /** Resolves when the first poll has ended, however it ended, or has taken too long. */
  ready(): Promise<void>;
  /** What is known; `undefined` when the last poll failed or is too long ago. */
  known(): Known | undefined;
  /** The tasks that ended and are remembered, even when the last poll failed. */
  ended(): readonly FollowedTask[];
  /** Polls once more and no more after that. */
  finish(): Promise<void>;
}

export interface SamplerOptions {
  readonly endpoint: Endpoint;
  readonly clock: Clock;
  /** @default task */
  readonly scope?: ScopeSetting;
  /** Told of each successful poll. */
  readonly record: (poll: Poll) => void;
  /** Told of the first failure in a row, and of the recovery. */
  readonly log: (message: string) => void;
}

/** Begins to poll at once. */
export function startSampler({
  endpoint,
  clock,
  scope: setting = 'task',
  record,
  log,
}: SamplerOptions): Sampler {
  const firstPoll = Promise.withResolvers<void>();
  const followed = new FollowedTasks();
  const source = createScopedSource({ endpoint, elapsed: clock.elapsed, setting, followed, log });
  let pace = INITIAL_PACE;
  let isWhole = false;
  let sampledAt: Instant | undefined;
  let succeededAt: number | undefined;
  let failing = false;
  let finishing = false;
  let isToldOfMemory = false;

  /** Made when it is needed, because it would keep the figures of one poll in memory beside those of the next. */
  function known(): Known {
    return { live: followed.live, isWhole };
  }

  /** @returns nothing where it failed */
  async function poll(): Promise<Omit<Poll, 'settled' | 'known'> | undefined> {
    const reading = await source.read(pace.pauseMs);
    if (!reading.ok) return failed(reading.reason);
    isWhole = reading.isWhole;
    const { refused, ...taken } = followed.take(reading.tasks, isWhole, clock.now());
    source.refuse(refused);
    succeededAt = clock.elapsed();
    if (failing) log('task metadata endpoint answers again');
    failing = false;
    tellOfMemory(taken.changed);
    return taken;
  }

  /** Once. */
  function tellOfMemory(changed: readonly FollowedTask[]): void {
    if (isToldOfMemory) return;
    isToldOfMemory = changed.some(({ observation: { containers } }) =>
      containers.some(({ memory }) => isWithoutInactiveFile(memory)),
    );
    if (isToldOfMemory) log(NO_INACTIVE_FILE);
  }

  function failed(reason: string): undefined {
    if (!failing) log(`task metadata endpoint failed: ${reason}`);
    failing = true;
  }

  async function look(): Promise<void> {
    // A document that the readers do not survive is a failed poll, not the end of the sidecar.
    const brought = await poll().catch((error: unknown) => failed(String(error)));
    if (source.wantsAll) pace = nextInstancePace(pace, brought !== undefined && isWhole);
    else pace = nextPace(pace, outcomeOf(brought));
    if (brought === undefined) return;
    record({ ...brought, settled: !pace.secondLook || finishing, known: known() });
  }

  /** Of the one task that a sidecar has. */
  function outcomeOf(brought: Pick<Poll, 'changed'> | undefined): PollOutcome {
    const observation = brought?.changed[0]?.observation;
    if (observation === undefined) return { kind: 'failed' };
    const outcome = outcomeOfTask(sampledAt, observation);
    sampledAt = observation.task.sampledAt;
    return outcome;
  }

  async function run(): Promise<void> {
    while (!finishing) {
      await look();
      firstPoll.resolve();
      await clock.pause(pace.pauseMs);
    }
  }

  const ready = Promise.race([firstPoll.promise, clock.pause(FIRST_POLL_WAIT_MS)]);
  void run();
  return {
    get ofInstance() {
      return source.ofInstance;
    },
    skipped: source.skipped,
    ready: () => ready,
    known() {
      if (failing || succeededAt === undefined) return undefined;
      const age = clock.elapsed() - succeededAt;
      return age <= STALE_PAUSES * pace.pauseMs ? known() : undefined;
    },
    ended: () => followed.ended,
    finish() {
      finishing = true;
      return look();
    },
  };
}

function outcomeOfTask(before: Instant | undefined, after: Observation): PollOutcome {
  const sampled = after.containers.flatMap(({ stats, renewed }) =>
    stats === undefined ? [] : [{ stats, renewed }],
  );
  const renewed = sampled.filter((container) => container.renewed);
  if (renewed.length === 0) return { kind: 'unchanged' };
  const newest = latest(renewed.map(({ stats }) => stats.read));
  const span = renewed.find(({ stats }) => stats.read === newest)?.stats.preread;
  return {
    kind: 'renewed',
    complete: renewed.length === sampled.length,
    gapMs: millisecondsBetween(before, newest),
    spanMs: millisecondsBetween(span, newest),
  };
}

function millisecondsBetween(from: bigint | undefined, to: bigint | undefined): number | undefined {
  return from === undefined || to === undefined ? undefined : secondsBetween(from, to) * 1000;
}
