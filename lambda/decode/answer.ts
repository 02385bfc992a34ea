import type {
  Answer,
  DecodedAnswer,
  DecodeOptions,
  Decoder,
  Remembered,
} from '../model/targets/decoder.ts';
import { ScrapeError } from '../model/targets/scrape-error.ts';
import type { Target } from '../model/targets/target.ts';
import { formatOf, formatOfProtocol } from './format.ts';
import { MemoryBudget } from './memory/budget.ts';
import {
  decodeOpenMetrics,
  type OpenMetricsMemory,
  openMetricsMemory,
} from './openmetrics/decoder.ts';
import { decodeText, type TextMemory, textMemory } from './text/decoder.ts';
import { DecodeError, NoMemoryError, TooManyLabelsError } from './tokens/error.ts';

/**
 * Jobs with a memory of their own. Relabeling and docker labels may give each task a job, and even an empty memory
 * takes some kilobytes outside of the budget, so all further jobs share one.
 */
export const MAX_JOB_MEMORIES = 256;

/** No job has this name. */
const OTHER_JOBS = '';

const PROTOBUF = /^application\/vnd\.google\.protobuf\b/i;

/** The meaning of the lines of one job's targets. */
interface JobMemory {
  readonly text: TextMemory;
  readonly openMetrics: OpenMetricsMemory;
}

/** Decodes the answers of targets, in the format that the answer names. It remembers the meaning of lines for each job. */
export class AnswerDecoder implements Decoder {
  readonly #budget: MemoryBudget;
  /** The meaning of lines also depends on these options. */
  readonly #memories = {
    whole: new Map<string, JobMemory>(),
    selective: new Map<string, JobMemory>(),
    asWritten: new Map<string, JobMemory>(),
    selectiveAsWritten: new Map<string, JobMemory>(),
  };

  /** @param budget for all jobs together. @default 64 MiB */
  constructor(budget: MemoryBudget = new MemoryBudget()) {
    this.#budget = budget;
  }

  get remembered(): Remembered {
    let lines = 0;
    for (const memories of Object.values(this.#memories)) {
      for (const { text, openMetrics } of memories.values()) {
        lines += text.lines + openMetrics.lines;
      }
    }
    return { lines, bytes: this.#budget.bytes };
  }

  /** @throws ScrapeError, or the error of `step` */
  decode(
    { job, protocols }: Pick<Target, 'job' | 'protocols'>,
    { body, contentType }: Answer,
    options: DecodeOptions = {},
  ): DecodedAnswer {
    const shown = JSON.stringify(contentType);
    if (PROTOBUF.test(contentType)) {
      const message = `expected content-type text/plain or application/openmetrics-text, got ${shown}`;
      throw new ScrapeError('content_type', message);
    }
    // As in the Prometheus server, an empty page of any format is valid.
    if (body.length === 0) return { samples: [], unwanted: 0, texts: [] };
    const named = formatOf(contentType);
    const format = named ?? formatOfProtocol(protocols.fallback ?? 'PrometheusText0.0.4');
    const { text, openMetrics } = this.#memoryOf(job, this.#memoriesFor(options));
    try {
      if (format === 'text') return decodeText(body, text, options);
      return decodeOpenMetrics(body, openMetrics, options);
    } catch (error) {
      if (error instanceof NoMemoryError) throw new ScrapeError('memory', error.message);
      if (error instanceof TooManyLabelsError) throw new ScrapeError('label_limit', error.message);
      if (!(error instanceof DecodeError)) throw error;
      const hint = named === 'text' ? '' : ` (content-type ${shown})`;
      throw new ScrapeError('invalid_body', error.message + hint, { cause: error });
    }
  }

  #memoriesFor({ wanted, normalizeBounds = true }: DecodeOptions): Map<string, JobMemory> {
    const { whole, selective, asWritten, selectiveAsWritten } = this.#memories;
    if (normalizeBounds) return wanted ? selective : whole;
    return wanted ? selectiveAsWritten : asWritten;
  }

  #memoryOf(job: string, memories: Map<string, JobMemory>): JobMemory {
    const own = memories.get(job);
    if (own !== undefined) return own;
    if (job !== OTHER_JOBS && memories.size >= MAX_JOB_MEMORIES) {
      return this.#memoryOf(OTHER_JOBS, memories);
    }
    const budget = this.#budget;
    const memory = { text: textMemory(budget), openMetrics: openMetricsMemory(budget) };
    memories.set(job, memory);
    return memory;
  }
}
