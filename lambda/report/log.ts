import { type HelpEntry, helpOn, withHelp } from '../model/targets/help.ts';
import { faultsAmong, type LeftOut } from '../model/targets/left-out.ts';
import { causesOf, faultTexts } from './left-out-text.ts';
import type { CycleReport } from './report.ts';
import type { SilentJob } from './silent-jobs.ts';

/** The part of a logger that this module uses. */
export interface CycleLogger {
  warn(message: string, extra: Record<string, unknown>): void;
  info(message: string, extra: Record<string, unknown>): void;
}

/**
 * Texts of one kind in one cycle's log: targets that are down, failures of discovery, failures of delivery. With a log
 * group for each task each may fail, and log events and answers of invocations have size limits.
 */
export const MAX_TEXTS = 20;

/** Texts in the message of a failed cycle, and of harmless conditions that last over cycles. */
export const MAX_CAUSES = 3;

/** Logs one line that summarizes the cycle, and one for each failure. */
export function logCycle(report: CycleReport, logger: CycleLogger): void {
  const summary = summaryOf(report);
  for (const error of summary.discoveryErrors) {
    logger.warn('discovery failed', { error, ...help('noTarget') });
  }
  logFaults(report.leftOut, logger);
  for (const { output, errors, rejected } of summary.deliveries) {
    const isSlowed = Object.keys(rejected).join() === 'throttled';
    const where = help(isSlowed ? 'throttled' : 'nothingDelivered');
    for (const error of errors) logger.warn('delivery failed', { output, error, ...where });
  }
  for (const error of summary.state.errors) logger.warn('state failed', { error });
  const { budget } = report;
  if (budget !== undefined && budget.heldBack > 0) {
    logger.warn('metric budget used up, new metrics are not published', {
      ...budget,
      ...help('budgetUsedUp'),
    });
  }
  const { daemons } = report;
  if (daemons !== undefined && daemons.refused > 0) {
    const { refused: count, refusals } = daemons;
    logger.warn('daemons report tasks that are not theirs', { count, tasks: refusals });
  }
  for (const { id, reason, message } of downTargets(report).slice(0, MAX_TEXTS)) {
    logger.warn('target is down', {
      target: id,
      reason,
      detail: message,
      ...help('allDown'),
    });
  }
  for (const { id, ...took } of report.greedy.slice(0, MAX_TEXTS)) {
    logger.warn('target takes more than its share', { target: id, ...took });
  }
  if (report.nothingPublished) {
    for (const silent of report.silentJobs.slice(0, MAX_TEXTS))
      logger.warn('nothing is published', { ...silent, ...help('nothingPublished') });
  }
  logger.info('cycle', summary);
}

/** Logs one line for each reason why targets cannot be reached, with the names of the first ones. */
export function logFaults(leftOut: readonly LeftOut[], logger: Pick<CycleLogger, 'warn'>): void {
  for (const fault of faultsAmong(leftOut)) {
    const { reason, count, remedy } = fault;
    const targets = causesOf(fault);
    logger.warn('targets cannot be reached', {
      reason,
      count,
      remedy,
      targets,
      ...help('noTarget'),
    });
  }
}

function help(entry: HelpEntry): { readonly help: string } {
  return { help: helpOn(entry) };
}

/** The report without its targets, and with only the first texts: the answer of an invocation. */
export function summaryOf(report: CycleReport): Omit<CycleReport, 'scrapes'> {
  const { scrapes: _, ...summary } = report;
  return {
    ...summary,
    discoveryErrors: first(MAX_TEXTS, report.discoveryErrors),
    greedy: report.greedy.slice(0, MAX_CAUSES),
    breaches: first(MAX_CAUSES, report.breaches),
    idle: first(MAX_CAUSES, report.idle),
    silentJobs: report.silentJobs.slice(0, MAX_CAUSES),
    deliveries: report.deliveries.map((delivery) => ({
      ...delivery,
      errors: first(MAX_TEXTS, delivery.errors),
    })),
  };
}

/**
 * The reason why a cycle without any target has failed; `undefined` if no error kept targets away.
 *
 * @param targets number of targets found
 */
export function noTargetReason(
  targets: number,
  { discoveryErrors, leftOut }: Pick<CycleReport, 'discoveryErrors' | 'leftOut'>,
): string | undefined {
  if (targets > 0) return undefined;
  const obstacles = [...discoveryErrors, ...faultTexts(leftOut)];
  return obstacles.length > 0 ? withHelp(`no target: ${causes(obstacles)}`, 'noTarget') : undefined;
}

/** The reason why nothing at all is published although targets gave samples; `undefined` if some is, or soon will be. */
export function nothingPublishedReason({
  nothingPublished,
  silentJobs,
}: CycleReport): string | undefined {
  if (!nothingPublished) return undefined;
  const samples = silentJobs.reduce((sum, job) => sum + job.samples, 0);
  const why = silentJobs.map((silent) => `job ${silent.job}: ${silent.why ?? dropsOf(silent)}`);
  return withHelp(`none of ${samples} samples is published: ${causes(why)}`, 'nothingPublished');
}

/**
 * The reason why the cycle as a whole has failed; `undefined` if any output got events or samples, or there was nothing
 * to do.
 *
 * @param isOfShard whether the cycle is that of a shard. A shard may have no targets while others do, and if its few
 *   targets are down, the collector may still work
 */
export function failureOf(report: CycleReport, isOfShard = false): string | undefined {
  const { targets, deliveries } = report;
  const reason = noTargetReason(targets.discovered, report);
  if (reason !== undefined) return isOfShard ? undefined : reason;
  if (deliveries.some(({ events }) => events > 0)) return undefined;
  const rejected = deliveries
    .flatMap((delivery) => Object.values(delivery.rejected))
    .reduce((sum, count) => sum + count, 0);
  if (rejected > 0) {
    const errors = deliveries.flatMap((delivery) => delivery.errors);
    const what = [...new Set(deliveries.map(({ takes = 'events' }) => takes))].join(' and ');
    return withHelp(
      `none of ${rejected} ${what} was delivered: ${causes(errors)}`,
      'nothingDelivered',
    );
  }
  if (!isOfShard && targets.down > 0 && targets.up === 0) {
    const down = downTargets(report).map(({ id, message }) => `${id}: ${message}`);
    return withHelp(`none of ${targets.discovered} targets is up: ${causes(down)}`, 'allDown');
  }
  return undefined;
}

function downTargets({ scrapes }: CycleReport): CycleReport['scrapes'] {
  return scrapes.filter(({ up, stopped }) => !up && !stopped);
}

function dropsOf({ dropped }: SilentJob): string {
  const counts = Object.entries(dropped).map(([reason, count]) => `${count} ${reason}`);
  return `dropped ${counts.join(', ')}`;
}

function causes(texts: readonly string[]): string {
  return first(MAX_CAUSES, texts).join('; ');
}

/** The first texts, and the number of the others. */
export function first(count: number, texts: readonly string[]): readonly string[] {
  if (texts.length <= count) return texts;
  return [...texts.slice(0, count), `and ${texts.length - count} more`];
}
