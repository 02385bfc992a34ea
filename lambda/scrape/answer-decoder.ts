import type { Sample } from '../model/sample.ts';
import type { Target } from '../model/target.ts';
import { DecodeError } from './decode-error.ts';
import type { Exposition } from './exchange.ts';
import { formatOf, formatOfProtocol } from './exposition-format.ts';
import { MemoryBudget } from './memory-budget.ts';
import {
  decodeOpenMetrics,
  type OpenMetricsMemory,
  openMetricsMemory,
} from './openmetrics-decoder.ts';
import { ScrapeError } from './scrape-error.ts';
import { decodeText, type TextMemory, textMemory } from './text-decoder.ts';

const PROTOBUF = /^application\/vnd\.google\.protobuf\b/i;

export interface DecodedAnswer {
  readonly samples: Sample[];
  /** The first rule of its format that the answer breaks, although it could be read. */
  readonly breach?: string | undefined;
}

/** What decoders remember. */
export interface Remembered {
  readonly lines: number;
  /** As far as they can be known. */
  readonly bytes: number;
}

/** What the lines of one job's targets mean. */
interface JobMemory {
  readonly text: TextMemory;
  readonly openMetrics: OpenMetricsMemory;
}

/** Decodes what targets answer, in the format that the answer names, remembering per job what their lines mean. */
export class AnswerDecoder {
  readonly #budget: MemoryBudget;
  readonly #memories = new Map<string, JobMemory>();

  /** @param budget for all jobs together. @default 64 MiB */
  constructor(budget: MemoryBudget = new MemoryBudget()) {
    this.#budget = budget;
  }

  get remembered(): Remembered {
    let lines = 0;
    for (const { text, openMetrics } of this.#memories.values()) {
      lines += text.lines + openMetrics.lines;
    }
    return { lines, bytes: this.#budget.bytes };
  }

  /** @throws ScrapeError */
  decode(
    { job, protocols }: Pick<Target, 'job' | 'protocols'>,
    { body, contentType }: Exposition,
  ): DecodedAnswer {
    const shown = JSON.stringify(contentType);
    if (PROTOBUF.test(contentType)) {
      const message = `expected content-type text/plain or application/openmetrics-text, got ${shown}`;
      throw new ScrapeError('content_type', message);
    }
    const named = formatOf(contentType);
    const format = named ?? formatOfProtocol(protocols.fallback ?? 'PrometheusText0.0.4');
    const { text, openMetrics } = this.#memoryOf(job);
    try {
      if (format === 'text') return { samples: decodeText(body, text) };
      return decodeOpenMetrics(body, openMetrics);
    } catch (error) {
      if (!(error instanceof DecodeError)) throw error;
      const hint = named === 'text' ? '' : ` (content-type ${shown})`;
      throw new ScrapeError('invalid_body', error.message + hint, { cause: error });
    }
  }

  #memoryOf(job: string): JobMemory {
    let memory = this.#memories.get(job);
    if (memory === undefined) {
      const budget = this.#budget;
      memory = { text: textMemory(budget), openMetrics: openMetricsMemory(budget) };
      this.#memories.set(job, memory);
    }
    return memory;
  }
}
