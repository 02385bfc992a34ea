import { setImmediate } from 'node:timers/promises';
import type { Sample, Series } from '../model/sample.ts';
import { labelsOf } from '../model/sample.ts';
import type { Target } from '../model/target.ts';
import { DecodeError, SampleLimitError } from './decode-error.ts';
import { fetchExposition } from './exchange.ts';
import { ScrapeError, type ScrapeFailure } from './scrape-error.ts';
import { SeriesMemory } from './series-memory.ts';
import { decodeText } from './text-decoder.ts';

/** What one scrape of one target gave. `samples` ends with the scrape's own series, also where the target is down. */
export interface Scrape {
  readonly target: Target;
  /** Milliseconds since the epoch, when the scrape began: the time of samples without a timestamp of their own. */
  readonly startedAt: number;
  readonly durationMs: number;
  /** Decompressed bytes; 0 where the scrape failed. */
  readonly bytes: number;
  readonly samples: readonly Sample[];
  /** Samples that the target gave, without the scrape's own. */
  readonly scraped: number;
  /** Absent: the target is up. */
  readonly failure?: { readonly reason: ScrapeFailure; readonly message: string } | undefined;
}

/** Scrapes targets, remembering per job what their lines mean. */
export class Scraper {
  readonly #now: () => number;
  readonly #memories = new Map<string, SeriesMemory>();
  #turns: Promise<void> = Promise.resolve();

  /** @param now milliseconds since the epoch */
  constructor(now: () => number) {
    this.#now = now;
  }

  /** Never rejects: a failure is part of the result. */
  async scrape(target: Target, deadline: AbortSignal): Promise<Scrape> {
    const startedAt = this.#now();
    const began = performance.now();
    try {
      const { body, contentType } = await fetchExposition(target.url, target.limits, deadline);
      await this.#turn();
      if (deadline.aborted) {
        throw new ScrapeError('deadline', 'the cycle ended before the answer was read');
      }
      const samples = this.#decode(target, body, contentType);
      const durationMs = performance.now() - began;
      const own = ownSeries(1, durationMs, samples.length);
      const scraped = samples.length;
      samples.push(...own);
      return { target, startedAt, durationMs, bytes: body.length, samples, scraped };
    } catch (error) {
      const durationMs = performance.now() - began;
      const failure = asFailure(error);
      // What the end of the cycle cut off says nothing of the target: it is reported, but not published as down.
      const samples = failure.reason === 'deadline' ? [] : ownSeries(0, durationMs, 0);
      return { target, startedAt, durationMs, bytes: 0, samples, scraped: 0, failure };
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
      memory = new SeriesMemory();
      this.#memories.set(target.job, memory);
    }
    const samples = decode(body, contentType, memory, target.limits.samples);
    if (target.honorTimestamps) return samples;
    return samples.map(({ series, value }) => ({ series, value, timestamp: undefined }));
  }
}

/** Other content types than text/plain are tried too, as the CloudWatch Agent's fallback protocol does. */
function decode(
  body: Buffer,
  contentType: string,
  memory: SeriesMemory,
  sampleLimit: number,
): Sample[] {
  try {
    return decodeText(body, memory, { sampleLimit });
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error;
    const hint = contentType.startsWith('text/plain')
      ? ''
      : ` (content-type ${JSON.stringify(contentType)})`;
    throw new ScrapeError('invalid_body', error.message + hint, { cause: error });
  }
}

/** Series about a scrape itself, as Prometheus has them for each target. */
const OWN_SERIES = ['up', 'scrape_duration_seconds', 'scrape_samples_scraped'].map(
  (name): Series => ({ name, family: name, type: 'gauge', labels: labelsOf() }),
);

function ownSeries(up: 0 | 1, durationMs: number, scraped: number): Sample[] {
  const values = [up, durationMs / 1000, scraped];
  return OWN_SERIES.map((series, index) => ({ series, value: values[index] ?? Number.NaN }));
}

function asFailure(error: unknown): { reason: ScrapeFailure; message: string } {
  if (error instanceof ScrapeError) return { reason: error.reason, message: error.message };
  if (error instanceof SampleLimitError) return { reason: 'sample_limit', message: error.message };
  // A defect of the collector at one target's answer must not cost the other targets theirs.
  return { reason: 'internal', message: String(error) };
}
