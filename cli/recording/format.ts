import * as z from 'zod';

/**
 * The file of `fargauge record`: one cycle's targets with their pages, and the configuration, as JSON. Nothing here
 * needs Node.js, because a browser reads recordings too.
 */

export const FORMAT = 'fargauge-recording';
export const VERSION = 1;

/** Most bytes of a recording as text. A browser must hold it several times. */
export const MAX_RECORDING_BYTES = 64 * 2 ** 20;

/** Most targets: as many as one cycle of a function scrapes. */
const MAX_TARGETS = 10_000;

/** Most characters of a text that people read in one line. */
export const MAX_LINE = 4_096;

const LINE = `a line of at most ${MAX_LINE} characters, without control characters`;

/** A text that a terminal shows, so a hostile recording must not have escape sequences in it. */
const line = z
  .string(LINE)
  .max(MAX_LINE, LINE)
  .regex(/^\P{Cc}*$/u, LINE);

const labels = z.record(z.string(), z.string('a string'));

const count = z.number('a number of at least 0').min(0, 'a number of at least 0');

const target = z.object({
  /** As people see it, without credentials and the values of most parameters. */
  url: line,
  /** The value of the label `job`. */
  job: line,
  /** Name of the entry of `scrape_configs`. Absent: the one that is named like `job`. */
  entry: line.optional(),
  /** Of the target, after relabeling. */
  labels,
  /** Before relabeling, those that begin with `__` among them. */
  discovered: labels,
  /** Milliseconds since the epoch. */
  scrapedAt: count,
  durationMs: count,
  contentType: line.optional(),
  /** The body of the answer, decompressed. Absent: there is none, or it is too large. */
  page: z.string('a string').optional(),
  /** Absent: the target is up. */
  down: z.object({ reason: line, text: line }).optional(),
});

const leftOut = z.object({
  /** The task, container or part of the configuration, in words. */
  what: line,
  reason: line,
  /** Absent: nothing needs to be done. */
  remedy: line.optional(),
});

const omission = z.object({
  /** The place in the configuration, or the target. */
  what: line,
  reason: line,
});

export const recording = z.object({
  format: z.literal(FORMAT, JSON.stringify(FORMAT)),
  version: z.literal(VERSION, `${VERSION}, the only version that this program reads`),
  /** ISO 8601. */
  recordedAt: z.iso.datetime({ error: 'a time such as 2026-12-01T05:30:00.000Z' }),
  /** Seconds from one cycle to the next. */
  interval: count.optional(),
  /** A native document in YAML, without secrets. */
  configuration: z.string('a string'),
  targets: z.array(target).max(MAX_TARGETS, `at most ${MAX_TARGETS} targets`),
  /** Tasks and containers that are no targets, and parts of the configuration that find nothing. */
  leftOut: z.array(leftOut),
  /** Errors of the discovery. */
  errors: z.array(line).default([]),
  /** The parts that the recording does not have, because they may be secret or are too large. */
  omitted: z.array(omission).default([]),
});

/** One recorded cycle. */
export type Recording = z.output<typeof recording>;
export type RecordedTarget = z.output<typeof target>;
export type Omission = z.output<typeof omission>;
