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

/** What one scrape of one target gave. `samples` ends with the scrape's own series, also where the target is down. */
export interface Scrape {
  readonly target: Target;
  /** Milliseconds since the epoch, when the scrape began: the time of samples without a timestamp of their own. */
  readonly startedAt: number;
  readonly durationMs: number;
  /** Decompressed bytes; 0 where the scrape failed. */
  readonly bytes: number;
  readonly samples: readonly Sample[];
  /** What the target says of its metric families in words, if asked for. Absent: nothing. */
  readonly texts?: readonly FamilyText[] | undefined;
  /** Series that metric relabeling dropped, one for each sample. */
  readonly dropped: readonly Series[];
  /** Number of samples that are not wanted, of which nothing else is known. */
  readonly unwanted: number;
  /** Samples that the target gave, wanted or not, without the scrape's own and before metric relabeling. */
  readonly scraped: number;
  /** The first rule of its format that the answer breaks, although it could be read. */
  readonly breach?: string | undefined;
  /** Where the target keeps a history: what it is to be asked with once these samples were delivered. */
  readonly cursor?: string | undefined;
  /** Absent: the target is up. */
  readonly failure?: { readonly reason: ScrapeFailure; readonly message: string } | undefined;
  /** To be called once, when the samples are with the outputs. Absent: they take no memory that is bounded. */
  readonly release?: (() => void) | undefined;
}

/** What else there is to know about a scrape. */
export interface ScrapeOptions {
  /** Of a target that keeps a history: the cursor of its last scrape, or Unix seconds. */
  readonly since?: string | undefined;
  /** Which series are to be decoded, where their labels are not needed to say so. @default all */
  readonly wanted?: Wanted | undefined;
  /** What is to be decoded beside values. @default nothing */
  readonly extras?: Extras | undefined;
  /** Is told right before the answer is decoded, which asks `wanted` in the same turn. */
  readonly onDecode?: (() => void) | undefined;
  /** What the target has of the process's time. @default as much as it takes */
  readonly turn?: Turn | undefined;
  /** When a large answer fails as `postponed`. @default it is read now */
  readonly postponement?: Postponement | undefined;
}

/** What a scraper is made with. */
export interface ScraperOptions {
  /** Resolves names. @default the system's */
  readonly lookup?: LookupFunction;
  /** Bytes of memory that the process has. @default 512 MiB */
  readonly memory?: number;
}

/** What a function has by default. */
const DEFAULT_MEMORY_BYTES = 512 * 2 ** 20;

/** The part of the memory that bodies may take together. What is made of them takes several times as much. */
const BODIES_SHARE = 1 / 16;

/** The part of the memory that answers have at most that are decoded and not delivered. What is made of them takes several times as much. */
const UNDELIVERED_SHARE = 1 / 32;

/** The part of the memory that all that is made of one answer may take, and bytes for each of its samples until they are delivered. */
const ANSWER_SHARE = 1 / 8;
const SAMPLE_BYTES = 1_024;

/** The part of the memory that the metric names of one answer may take. */
const NAMES_SHARE = 1 / 32;

/** The counts of a scrape that got no samples at all. */
const NOTHING = { scraped: 0, remaining: 0 };

/** Scrapes targets. One instance lives as long as its process: it remembers what their lines mean. */
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

  /** What is remembered of the lines of all targets. */
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
      // What the end of the cycle cut off says nothing of the target: it is reported, but not published as down.
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
      // The target has no part in that.
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
   * Resolves in a turn of the event loop of its own. Several bodies that arrive together would else be read in one go, in
   * which no timer fires, and so past the end of the cycle.
   */
  #turn(): Promise<void> {
    this.#turns = this.#turns.then(() => setImmediate());
    return this.#turns;
  }
}

function withoutTimestamp(sample: Sample): Sample {
  return { ...sample, timestamp: undefined };
}

/** What the end of a target's turn is to its scrape. */
export function failureOfTurn({ end, message }: TurnOverError): {
  reason: ScrapeFailure;
  message: string;
} {
  return { reason: end === 'share' ? 'postponed' : 'deadline', message };
}

function asFailure(error: unknown): { reason: ScrapeFailure; message: string } {
  if (error instanceof ScrapeError) return { reason: error.reason, message: error.message };
  if (error instanceof TurnOverError) return failureOfTurn(error);
  // A defect of the collector at one target's answer must not cost the other targets theirs.
  return { reason: 'internal', message: String(error) };
}
