import { AnswerDecoder } from '../../lambda/decode/answer.ts';
import { targetOf } from '../../lambda/discovery/job-target.ts';
import {
  type Labels,
  labelsOf,
  type Sample,
  type Series,
} from '../../lambda/model/samples/sample.ts';
import type { Config, ScrapeJob } from '../../lambda/model/settings/config.ts';
import type { Answer } from '../../lambda/model/targets/decoder.ts';
import { ScrapeError } from '../../lambda/model/targets/scrape-error.ts';
import type { Target } from '../../lambda/model/targets/target.ts';
import { MetricRelabeling } from '../../lambda/scrape/metric-relabeling.ts';
import { distinct } from './distinct.ts';

/** The series of one page, after metric relabeling. */
export interface Page {
  readonly target: Target;
  /** Each has a series of its own: `distinct`. */
  readonly samples: readonly Sample[];
  /** The series that metric relabeling dropped. */
  readonly dropped: readonly Series[];
  /** Milliseconds since the epoch. @default now */
  readonly scrapedAt?: number | undefined;
  /** Milliseconds of the scrape. Absent: there was none. */
  readonly durationMs?: number | undefined;
  /** Absent: the page could be read. */
  readonly failure?: { readonly reason: string; readonly message: string } | undefined;
}

/** A saved answer of a target. */
export interface SavedAnswer extends Answer {
  /** Of the target, as discovery would give them. */
  readonly labels: Labels;
  /** Name of an entry of `scrape_configs`. Absent: the one of the label `job`, else the first. */
  readonly job?: string | undefined;
}

/** Gets the samples of an answer. @throws ScrapeError */
export type Decode = (target: Target, answer: Answer) => Sample[];

/**
 * Reads a saved answer as the collector reads that of a target.
 *
 * @throws Error if the configuration has no job, or none of the given name
 */
export function readPage(config: Pick<Config, 'jobs'>, saved: SavedAnswer): Page {
  const job = jobFor(config.jobs, saved);
  const address = saved.labels.instance ?? 'saved-page';
  const labels = labelsOf({ job: job.name, instance: address }, saved.labels);
  const name = labels.job ?? job.name;
  const target = targetOf(job, {
    id: `${name} ${address}`,
    job: name,
    url: `${job.scheme}://${address}${job.metricsPath}`,
    labels,
    timeoutMs: job.timeoutMs,
  });
  return pageOf(target, saved);
}

/**
 * Decodes an answer of a target, and relabels its samples.
 *
 * @param decode may remember the samples of earlier calls. @default reads the body
 */
export function pageOf(target: Target, answer: Answer, decode: Decode = decodeAnswer): Page {
  try {
    const all = decode(target, answer);
    const { samples, dropped, failure } = new MetricRelabeling().apply(target, all);
    if (failure !== undefined) throw failure;
    return { target, samples: distinct(samples), dropped };
  } catch (error) {
    if (!(error instanceof ScrapeError)) throw error;
    const { reason, message } = error;
    return { target, samples: [], dropped: [], failure: { reason, message } };
  }
}

/** Reads the body. @throws ScrapeError */
export function decodeAnswer(target: Target, answer: Answer): Sample[] {
  const { normalizeBounds } = target;
  return new AnswerDecoder().decode(target, answer, { normalizeBounds }).samples;
}

/** The job of a saved answer: the named one, else that of the label `job`, else the first. @throws Error without one */
export function jobFor(
  jobs: readonly ScrapeJob[],
  { job: given, labels }: Pick<SavedAnswer, 'job' | 'labels'>,
): ScrapeJob {
  const [first] = jobs;
  if (first === undefined) throw new Error('the configuration has no job: scrape_configs is empty');
  const found = jobs.find(({ name }) => name === (given ?? labels.job));
  if (found !== undefined) return found;
  if (given === undefined) return first;
  const names = jobs.map(({ name }) => name).join(', ');
  throw new Error(`expected the name of a job of the configuration (${names}), given ${given}`);
}
