import type { CycleReport } from './report.ts';

/** What of a logger is needed here. */
export interface CycleLogger {
  warn(message: string, extra: Record<string, unknown>): void;
  info(message: string, extra: Record<string, unknown>): void;
}

/** Lines for targets that are down in one cycle's log; the rest is in the count. */
const MAX_TARGET_LINES = 20;

/** One line that sums the cycle up, and one for each thing that went wrong. */
export function logCycle(report: CycleReport, logger: CycleLogger): void {
  for (const error of report.discoveryErrors) logger.warn('discovery failed', { error });
  for (const error of report.delivery.errors) logger.warn('delivery failed', { error });
  for (const { id, reason, message } of downTargets(report)) {
    logger.warn('target is down', { target: id, reason, detail: message });
  }
  logger.info('cycle', summaryOf(report));
}

function downTargets({ scrapes }: CycleReport): CycleReport['scrapes'] {
  return scrapes.filter(({ up, stopped }) => !up && !stopped).slice(0, MAX_TARGET_LINES);
}

/** The cycle without its targets: what an invocation answers. */
export function summaryOf(report: CycleReport): Omit<CycleReport, 'scrapes'> {
  const { scrapes: _, ...summary } = report;
  return summary;
}

/** Why the cycle as a whole has failed; `undefined` where it gave anything, or had nothing to do. */
export function failureOf(report: CycleReport): string | undefined {
  const { targets, discoveryErrors, delivery } = report;
  if (targets.discovered === 0 && discoveryErrors.length > 0) {
    return `no target: ${discoveryErrors.join('; ')}`;
  }
  const rejected = Object.values(delivery.rejected).reduce((sum, count) => sum + count, 0);
  if (delivery.events === 0 && rejected > 0) {
    return `none of ${rejected} events was delivered: ${delivery.errors.join('; ')}`;
  }
  return undefined;
}
