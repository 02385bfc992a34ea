import type { LookupFunction } from 'node:net';
import { setImmediate } from 'node:timers/promises';
import type { Sample, Series } from '../model/sample.ts';
import type { Target } from '../model/target.ts';
import { DecodeError } from './decode-error.ts';
import { fetchExposition } from './exchange.ts';
import { MemoryBudget } from './memory-budget.ts';
import { MetricRelabeling } from './metric-relabeling.ts';
import { ownSamples } from './own-series.ts';
import { ScrapeError, type ScrapeFailure } from './scrape-error.ts';
import { decodeText, type TextMemory, textMemory } from './text-decoder.ts';

/** What one scrape of one target gave. `samples` ends with the scrape's own series, also where the target is down. */
export interface Scrape {
  readonly target: Target;
  /** Milliseconds since the epoch, when the scrape began: the time of samples without a timestamp of their own. */
  readonly startedAt: number;
  readonly durationMs: number;
  /** Decompressed bytes; 0 where the scrape failed. */
  readonly bytes: number;
  readonly samples: readonly Sample[];
  /** Series that metric relabeling dropped, one for each sample. */
  readonly dropped: readonly Series[];
  /** Samples that the target gave, without the scrape's own and before metric relabeling. */
  readonly scraped: number;
  /** Absent: the target is up. */
  readonly failure?: { readonly reason: ScrapeFailure; readonly message: string } | undefined;
}

/** The counts of a scrape that got no samples at all. */
const NOTHING = { scraped: 0, remaining: 0 };

/** Scrapes targets, remembering per job what their lines mean. */
export class Scraper {
  readonly #now: () => number;
  readonly #lookup: LookupFunction | undefined;
  readonly #budget = new MemoryBudget();
  readonly #memories = new Map<string, TextMemory>();
  readonly #relabeling = new MetricRelabeling();
  #turns: Promise<void> = Promise.resolve();

  /**
   * @param now milliseconds since the epoch
   * @param lookup resolves names. @default the system's
   */
  constructor(now: () => number, lookup?: LookupFunction) {
    this.#now = now;
    this.#lookup = lookup;
  }

  /** Never rejects: a failure is part of the result. */
  async scrape(target: Target, deadline: AbortSignal): Promise<Scrape> {
    const startedAt = this.#now();
    const began = performance.now();
    const failed = (error: unknown, counts = NOTHING): Scrape => {
      const durationMs = performance.now() - began;
      const failure = asFailure(error);
      // What the end of the cycle cut off says nothing of the target: it is reported, but not published as down.
      const samples =
        failure.reason === 'deadline' ? [] : ownSamples({ up: false, durationMs, ...counts });
      const { scraped } = counts;
      return { target, startedAt, durationMs, bytes: 0, samples, dropped: [], scraped, failure };
    };
    try {
      if (target.overLimit !== undefined) throw new ScrapeError('target_limit', target.overLimit);
      const { body, contentType } = await fetchExposition(target, deadline, this.#lookup);
      await this.#turn();
      if (deadline.aborted) {
        throw new ScrapeError('deadline', 'the cycle ended before the answer was read');
      }
      const all = this.#decode(target, body, contentType);
      const scraped = all.length;
      const { samples, dropped, remaining, failure } = this.#relabeling.apply(target, all);
      if (failure !== undefined) return failed(failure, { scraped, remaining });
      const durationMs = performance.now() - began;
      samples.push(...ownSamples({ up: true, durationMs, scraped, remaining }));
      return { target, startedAt, durationMs, bytes: body.length, samples, dropped, scraped };
    } catch (error) {
      return failed(error);
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

  #decode(target: Target, body: Buffer, contentType: string): Sample[] {
    if (/^application\/(openmetrics-text|vnd\.google\.protobuf)/i.test(contentType)) {
      throw new ScrapeError(
        'content_type',
        `expected content-type text/plain, got ${JSON.stringify(contentType)}`,
      );
    }
    let memory = this.#memories.get(target.job);
    if (memory === undefined) {
      memory = textMemory(this.#budget);
      this.#memories.set(target.job, memory);
    }
    const samples = decode(body, contentType, memory);
    if (target.honorTimestamps) return samples;
    return samples.map(({ series, value }) => ({ series, value, timestamp: undefined }));
  }
}

/** Other content types than text/plain are tried too, as the CloudWatch Agent's fallback protocol does. */
function decode(body: Buffer, contentType: string, memory: TextMemory): Sample[] {
  try {
    return decodeText(body, memory);
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error;
    const hint = contentType.startsWith('text/plain')
      ? ''
      : ` (content-type ${JSON.stringify(contentType)})`;
    throw new ScrapeError('invalid_body', error.message + hint, { cause: error });
  }
}

function asFailure(error: unknown): { reason: ScrapeFailure; message: string } {
  if (error instanceof ScrapeError) return { reason: error.reason, message: error.message };
  // A defect of the collector at one target's answer must not cost the other targets theirs.
  return { reason: 'internal', message: String(error) };
}
