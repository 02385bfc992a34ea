import type { FamilyText, Sample, Series } from '../model/samples/sample.ts';
import type { Decoder, Remembered } from '../model/targets/decoder.ts';
import type { Refusal, TaskPart } from '../model/targets/division.ts';
import { ScrapeError, type ScrapeFailure } from '../model/targets/scrape-error.ts';
import type { Target } from '../model/targets/target.ts';
import { type Turn, TurnOverError } from '../model/waiting/turn.ts';
import { MetricRelabeling } from './metric-relabeling.ts';
import { ownSamples } from './own-series.ts';
import { type Read, type ReaderOptions, type ReadOptions, TargetReader } from './reader.ts';
import { ScrapeTimes } from './times.ts';

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
  /**
   * Whether the target keeps its first minute back, which is not complete. So the answer may lack each metric that has a history.
   * @default false
   */
  readonly awaitsMinute?: boolean | undefined;
  /** Absent: the target is up. */
  readonly failure?: { readonly reason: ScrapeFailure; readonly message: string } | undefined;
  /** The parts of a daemon's page about each other task. Absent if the target is not a daemon, or has failed. */
  readonly parts?: readonly PartScrape[] | undefined;
  /** Tasks that the daemon may not report. @default none */
  readonly refusals?: readonly Refusal[] | undefined;
  /** Called once, when the outputs have the samples. Absent if they take no bounded memory. */
  readonly release?: (() => void) | undefined;
}

/** The part of a daemon's page about one task, as the scrape of the task's target. */
export interface PartScrape extends Omit<Scrape, 'parts' | 'refusals' | 'release'> {
  readonly hasSidecar: boolean;
}

/** The counts of a scrape without samples. */
const NOTHING = { scraped: 0, remaining: 0 };

/** Scrapes targets. One instance lives as long as its process, because it remembers the meaning of their lines. */
export class Scraper {
  readonly #now: () => number;
  readonly #decoder: Decoder;
  readonly #reader: TargetReader;
  readonly #relabeling = new MetricRelabeling();

  /**
   * @param now milliseconds since the epoch
   * @param decoder of all answers
   */
  constructor(now: () => number, decoder: Decoder, options: ReaderOptions = {}) {
    this.#now = now;
    this.#decoder = decoder;
    this.#reader = new TargetReader(decoder, options);
  }

  /** The decoder's memory of the lines of all targets. */
  get remembered(): Remembered {
    return this.#decoder.remembered;
  }

  /** Never rejects: a failure is part of the result. */
  async scrape(target: Target, deadline: AbortSignal, options: ReadOptions = {}): Promise<Scrape> {
    const { turn } = options;
    await this.#reader.begin(deadline);
    const times = new ScrapeTimes(this.#now());
    let release: (() => void) | undefined;
    try {
      if (target.overLimit !== undefined) throw new ScrapeError('target_limit', target.overLimit);
      const read = await this.#reader.read(target, deadline, options, times);
      release = read.release;
      turn?.begin();
      const scrape = this.#scrapeOf(target, read, times, options);
      if (scrape.failure !== undefined && scrape.parts === undefined) return scrape;
      const held = release;
      release = undefined;
      return { ...scrape, release: held };
    } catch (error) {
      return failed(target, times, asFailure(error));
    } finally {
      turn?.end();
      release?.();
    }
  }

  /** The scrape of an answer, and, for a daemon, the scrapes of its tasks. */
  #scrapeOf(
    target: Target,
    { pages, cursor, breach, awaitsMinute, isOfInstance: isDivided }: Read,
    times: ScrapeTimes,
    { divide, turn }: ReadOptions,
  ): Scrape {
    const { unwanted, texts, bytes } = pages;
    const given = { unwanted, texts, bytes, breach, cursor, awaitsMinute };
    const division = isDivided ? divide?.(target, pages.samples, turn?.step ?? NO_STEP) : undefined;
    const scrape = this.#finish(target, division?.own ?? pages.samples, given, times, turn);
    if (division === undefined) return scrape;
    const ofTask = { unwanted: 0, texts, bytes: 0, breach: undefined, awaitsMinute };
    const parts = division.parts.map(({ target: task, samples, hasSidecar }: TaskPart) => ({
      // The cursor of a sidecar has its own clock.
      ...this.#finish(
        task,
        samples,
        { ...ofTask, cursor: hasSidecar ? undefined : cursor },
        times,
        turn,
        !hasSidecar,
      ),
      hasSidecar,
    }));
    const tasks = parts.length + 1;
    const lost = scrape.breach && `${scrape.breach}: this concerns ${tasks} tasks`;
    return { ...scrape, breach: lost, parts, refusals: division.refusals };
  }

  /** @param tellsOfScrape whether the scrape's own series are among the samples. @default true */
  #finish(
    target: Target,
    all: Sample[],
    { unwanted, texts, bytes, breach, cursor, awaitsMinute }: Given,
    times: ScrapeTimes,
    turn: Turn | undefined,
    tellsOfScrape = true,
  ): Scrape {
    const scraped = all.length + unwanted;
    const timed = target.honorTimestamps ? all : all.map(withoutTimestamp);
    const relabeled = this.#relabeling.apply(target, timed, unwanted, turn?.step);
    const { samples, dropped, remaining, failure } = relabeled;
    if (failure !== undefined) {
      const lost = failed(target, times, asFailure(failure), { scraped, remaining });
      return tellsOfScrape ? lost : { ...lost, samples: [] };
    }
    const { startedAt, durationMs } = times;
    if (tellsOfScrape) samples.push(...ownSamples({ up: true, durationMs, scraped, remaining }));
    const counts = { bytes, unwanted, scraped };
    const told = { breach, cursor, awaitsMinute };
    return { target, startedAt, durationMs, samples, texts, dropped, ...counts, ...told };
  }
}

/** The members of a scrape beside its samples. */
type Given = Pick<Scrape, 'unwanted' | 'texts' | 'bytes' | 'breach' | 'cursor' | 'awaitsMinute'>;

const NO_STEP = () => undefined;

function failed(
  target: Target,
  { startedAt, durationMs }: ScrapeTimes,
  failure: NonNullable<Scrape['failure']>,
  counts = NOTHING,
): Scrape {
  // If the end of the cycle cut the scrape off, the target may be fine: the report has it, but the metrics do not
  // show it as down.
  const samples =
    failure.reason === 'deadline' ? [] : ownSamples({ up: false, durationMs, ...counts });
  const { scraped } = counts;
  const lost = { bytes: 0, dropped: [], unwanted: 0 };
  return { target, startedAt, durationMs, samples, scraped, failure, ...lost };
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
