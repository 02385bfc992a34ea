import { latest, secondsBetween } from '../documents/instant.ts';
import { type Observation, observe } from '../figures/observation.ts';
import type { Endpoint } from './endpoint.ts';
import { INITIAL_PACE, nextPace, type PollOutcome } from './pace.ts';
import { createSource } from './source.ts';

/** How long a scrape right after the start waits for the first poll. */
const FIRST_POLL_WAIT_MS = 2_000;

/** Figures that are older than this many pauses between polls are stale. */
const STALE_PAUSES = 3;

/** Time as the sampler needs it. */
export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number;
  /** Milliseconds of a clock that never goes back. */
  elapsed(): number;
  /** Resolves after the time. */
  pause(milliseconds: number): Promise<void>;
}

/** Polls the task metadata endpoint, independent of who scrapes. */
export interface Sampler {
  /** Resolves when the first poll has ended, however it ended, or has taken too long. */
  ready(): Promise<void>;
  /** What is known; `undefined` when the last poll failed or is too long ago. */
  observation(): Observation | undefined;
  /** Polls once more and no more after that. */
  finish(): Promise<void>;
}

export interface SamplerOptions {
  readonly endpoint: Endpoint;
  readonly clock: Clock;
  /**
   * Told of what each successful poll brought; `settled` where no container's figures are awaited that belong to
   * those of the others.
   */
  readonly record: (observation: Observation, settled: boolean) => void;
  /** Told of the first failure in a row, and of the recovery. */
  readonly log: (message: string) => void;
}

/** Begins to poll at once. */
export function startSampler({ endpoint, clock, record, log }: SamplerOptions): Sampler {
  const firstPoll = Promise.withResolvers<void>();
  const source = createSource(endpoint, clock.elapsed);
  let pace = INITIAL_PACE;
  let observation: Observation | undefined;
  let succeededAt: number | undefined;
  let failing = false;
  let finishing = false;

  async function poll(): Promise<PollOutcome> {
    const reading = await source.read(pace.pauseMs);
    if (!reading.ok) return failed(reading.reason);
    const before = observation;
    observation = observe(before, reading.task, reading.stats, clock.now());
    succeededAt = clock.elapsed();
    if (failing) log('task metadata endpoint answers again');
    failing = false;
    return outcomeOf(before, observation);
  }

  function failed(reason: string): PollOutcome {
    if (!failing) log(`task metadata endpoint failed: ${reason}`);
    failing = true;
    return { kind: 'failed' };
  }

  async function look(): Promise<void> {
    // A document that the readers do not survive is a failed poll, not the end of the sidecar.
    const outcome = await poll().catch((error: unknown) => failed(String(error)));
    pace = nextPace(pace, outcome);
    if (outcome.kind === 'failed' || observation === undefined) return;
    record(observation, !pace.secondLook || finishing);
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
    ready: () => ready,
    observation() {
      if (failing || succeededAt === undefined) return undefined;
      const age = clock.elapsed() - succeededAt;
      return age <= STALE_PAUSES * pace.pauseMs ? observation : undefined;
    },
    finish() {
      finishing = true;
      return look();
    },
  };
}

function outcomeOf(before: Observation | undefined, after: Observation): PollOutcome {
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
    gapMs: millisecondsBetween(before?.task.sampledAt, newest),
    spanMs: millisecondsBetween(span, newest),
  };
}

function millisecondsBetween(from: bigint | undefined, to: bigint | undefined): number | undefined {
  return from === undefined || to === undefined ? undefined : secondsBetween(from, to) * 1000;
}
