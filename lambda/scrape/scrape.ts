import type { LookupFunction } from 'node:net';
import { setImmediate } from 'node:timers/promises';
import type { Extras, FamilyText, Sample, Series, Wanted } from '../model/samples/sample.ts';
import type { Decoder, Remembered } from '../model/targets/decoder.ts';
import { ScrapeError, type ScrapeFailure } from '../model/targets/scrape-error.ts';
import type { Target } from '../model/targets/target.ts';
import { type Turn, TurnOverError } from '../model/waiting/turn.ts';
import { historyOf, withSince } from './history.ts';
import { ByteBudget } from './http/bytes/budget.ts';
import { type Exposition, fetchExposition } from './http/exchange.ts';
import type { Postponement } from './http/response-body.ts';
import { labelsMatter, MetricRelabeling } from './metric-relabeling.ts';
import { ownSamples } from './own-series.ts';
import { Undelivered } from './undelivered.ts';

/** The result of one scrape of one target. `samples` ends with the scrape's own series, also if the target is down. */
export interface Scrape {
  readonly target: Target;
  /** Milliseconds since the epoch: the beginning of the scrape, and the time of samples without a timestamp. */
  readonly startedAt: number;
  readonly durationMs: number;
  /** Decompressed bytes; 0 if the scrape failed. */
  readonly bytes: number;
  readonly samples: readonly Sample[];
  /** The texts of the target's metric families, if requested. Absent without any. */
  readonly texts?: readonly FamilyText[] | undefined;
  /** The series that metric relabeling dropped, one for each sample. */
  readonly dropped: readonly Series[];
  /** Number of unwanted samples, which were not decoded. */
  readonly unwanted: number;
  /** Samples from the target, wanted or not, without the scrape's own and before metric relabeling. */
  readonly scraped: number;
  /** The first violation of the format in an answer that could still be read. */
  readonly breach?: string | undefined;
  /** The cursor for the next request to a target that keeps a history, after the delivery of these samples. */
  readonly cursor?: string | undefined;
  /** Absent: the target is up. */
  readonly failure?: { readonly reason: ScrapeFailure; readonly message: string } | undefined;
  /** Called once, when the outputs have the samples. Absent if they take no bounded memory. */
  readonly release?: (() => void) | undefined;
}

/** The options of one scrape. */
export interface ScrapeOptions {
  /** Of a target that keeps a history: the cursor of its last scrape, or Unix seconds. */
  readonly since?: string | undefined;
  /** Selects the series to decode, if that needs no labels. @default all */
  readonly wanted?: Wanted | undefined;
  /** Parts to decode beside values. @default none */
  readonly extras?: Extras | undefined;
  /** Called right before the answer is decoded, which calls `wanted` in the same turn. */
  readonly onDecode?: (() => void) | undefined;
  /** The target's share of the process's time. @default no limit */
  readonly turn?: Turn | undefined;
  /** The condition for failing a large answer as `postponed`. @default the answer is read now */
  readonly postponement?: Postponement | undefined;
}

/** The parts that a scraper needs. */
export interface ScraperOptions {
  /** Resolves names. @default the system's */
  readonly lookup?: LookupFunction;
  /** Bytes of memory of the process. @default 512 MiB */
  readonly memory?: number;
}

/** Default memory of the function. */
const DEFAULT_MEMORY_BYTES = 512 * 2 ** 20;

/** The part of the memory for all bodies together. Their samples take several times as much. */
const BODIES_SHARE = 1 / 16;

/** The part of the memory for answers that are decoded and not yet delivered. Their samples take several times as much. */
const UNDELIVERED_SHARE = 1 / 32;

/** The part of the memory for all data of one answer, and the bytes of each of its samples until they are delivered. */
const ANSWER_SHARE = 1 / 8;
const SAMPLE_BYTES = 1_024;

/** The part of the memory for the metric names of one answer. */
const NAMES_SHARE = 1 / 32;

/** The counts of a scrape without samples. */
const NOTHING = { scraped: 0, remaining: 0 };

/** Scrapes targets. One instance lives as long as its process, because it remembers the meaning of their lines. */
export class Scraper {
  readonly #now: () => number;
  readonly #lookup: LookupFunction | undefined;
  readonly #bodies: ByteBudget;
  readonly #undelivered: Undelivered;
  readonly #maxSamples: number;
  readonly #maxNameBytes: number;
  readonly #decoder: Decoder;
  readonly #relabeling = new MetricRelabeling();
  #turns: Promise<void> = Promise.resolve();

  /**
   * @param now milliseconds since the epoch
   * @param decoder of all answers
   */
  constructor(
    now: () => number,
    decoder: Decoder,
    { lookup, memory = DEFAULT_MEMORY_BYTES }: ScraperOptions = {},
  ) {
    this.#now = now;
    this.#decoder = decoder;
    this.#lookup = lookup;
    this.#bodies = new ByteBudget(memory * BODIES_SHARE);
    this.#undelivered = new Undelivered(memory * UNDELIVERED_SHARE);
    this.#maxSamples = Math.floor((memory * ANSWER_SHARE) / SAMPLE_BYTES);
    this.#maxNameBytes = memory * NAMES_SHARE;
  }

  /** The decoder's memory of the lines of all targets. */
  get remembered(): Remembered {
    return this.#decoder.remembered;
  }

  /** Never rejects: a failure is part of the result. */
  async scrape(
    target: Target,
    deadline: AbortSignal,
    { since, wanted, extras, onDecode, turn, postponement }: ScrapeOptions = {},
  ): Promise<Scrape> {
    await this.#undelivered.begin(deadline);
    const startedAt = this.#now();
    let began = performance.now();
    const failed = (error: unknown, counts = NOTHING): Scrape => {
      const durationMs = performance.now() - began;
      const failure = asFailure(error);
      // If the end of the cycle cut the scrape off, the target may be fine: the report has it, but the metrics do not
      // show it as down.
      const samples =
        failure.reason === 'deadline' ? [] : ownSamples({ up: false, durationMs, ...counts });
      const { scraped } = counts;
      const lost = { bytes: 0, dropped: [], unwanted: 0 };
      return { target, startedAt, durationMs, samples, scraped, failure, ...lost };
    };
    let answer: Exposition | undefined;
    let release: (() => void) | undefined;
    let isDone = false;
    try {
      if (target.overLimit !== undefined) throw new ScrapeError('target_limit', target.overLimit);
      const url = since === undefined ? target.url : withSince(target.url, since);
      answer = await fetchExposition({ ...target, url }, deadline, {
        lookup: this.#lookup,
        bodies: this.#bodies,
        postponement,
      });
      const answeredAt = performance.now();
      release = await this.#undelivered.admit(answer.body.length, deadline);
      // This time is not the target's.
      began += performance.now() - answeredAt;
      await this.#turn();
      if (deadline.aborted) {
        throw new ScrapeError('deadline', 'the cycle ended before the answer was read');
      }
      onDecode?.();
      turn?.begin();
      const decoded = this.#decoder.decode(target, answer, {
        ...extras,
        wanted: labelsMatter(target) ? undefined : wanted,
        normalizeBounds: target.normalizeBounds,
        step: turn?.step,
        maxSamples: this.#maxSamples,
        maxNameBytes: this.#maxNameBytes,
      });
      const { samples: all, unwanted, texts } = decoded;
      const { cursor, gap } = (since && historyOf(answer.headers, since)) || {};
      const breach = decoded.breach ?? gap;
      const scraped = all.length + unwanted;
      const timed = target.honorTimestamps ? all : all.map(withoutTimestamp);
      const relabeled = this.#relabeling.apply(target, timed, unwanted, turn?.step);
      const { samples, dropped, remaining, failure } = relabeled;
      if (failure !== undefined) return failed(failure, { scraped, remaining });
      const durationMs = performance.now() - began;
      samples.push(...ownSamples({ up: true, durationMs, scraped, remaining }));
      const bytes = answer.body.length;
      const counts = { bytes, unwanted, scraped };
      isDone = true;
      return {
        target,
        startedAt,
        durationMs,
        samples,
        texts,
        dropped,
        ...counts,
        breach,
        cursor,
        release,
      };
    } catch (error) {
      return failed(error);
    } finally {
      turn?.end();
      answer?.release();
      if (!isDone) release?.();
    }
  }

  /**
   * Resolves in a later turn of the event loop. Otherwise several bodies that arrive together would be read without a
   * turn for timers, and so past the end of the cycle.
   */
  #turn(): Promise<void> {
    this.#turns = this.#turns.then(() => setImmediate());
    return this.#turns;
  }
}

function withoutTimestamp(sample: Sample): Sample {
  return { ...sample, timestamp: undefined };
}

/** The failure of a scrape whose target's turn has ended. */
export function failureOfTurn({ end, message }: TurnOverError): {
  reason: ScrapeFailure;
  message: string;
} {
  return { reason: end === 'share' ? 'postponed' : 'deadline', message };
}

function asFailure(error: unknown): { reason: ScrapeFailure; message: string } {
  if (error instanceof ScrapeError) return { reason: error.reason, message: error.message };
  if (error instanceof TurnOverError) return failureOfTurn(error);
  // Catches a defect of the collector at one target's answer, so that the other targets go on.
  return { reason: 'internal', message: String(error) };
}
