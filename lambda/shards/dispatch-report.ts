import { type Metrics, MetricUnit } from '@aws-lambda-powertools/metrics';
import { helpOn } from '../model/targets/help.ts';
import { unreachableAmong } from '../model/targets/left-out.ts';
import { logFaults } from '../report/log.ts';
import type { DispatchReport } from './dispatch.ts';

/** The part of a logger that this module uses. */
export interface DispatchLogger {
  warn(message: string, extra: Record<string, unknown>): void;
  info(message: string, extra: Record<string, unknown>): void;
}

/** Publishes the beginning of a cycle as metrics of the collector itself. The shards count the targets. */
export function publishDispatch(
  {
    durationMs,
    layout,
    late,
    discoveryErrors,
    skipped,
    leftOut,
    setAside,
    metricsKnown,
  }: DispatchReport,
  metrics: Pick<Metrics, 'addMetric' | 'addMetadata'>,
): void {
  const count = (name: string, value: number) => metrics.addMetric(name, MetricUnit.Count, value);
  count('Shards', layout.shards);
  count('ShardsLate', late.length);
  count('TargetsUnreachable', unreachableAmong(leftOut));
  count('DiscoveryErrors', discoveryErrors.length);
  count('StateSetAside', setAside === undefined ? 0 : 1);
  if (metricsKnown !== undefined) count('MetricsKnown', metricsKnown);
  metrics.addMetric('DiscoveryDuration', MetricUnit.Milliseconds, durationMs);
  metrics.addMetadata('skippedByReason', JSON.stringify(skipped));
}

/** Logs one line that sums it up, and one for each failure. */
export function logDispatch(report: DispatchReport, logger: DispatchLogger): void {
  const {
    discoveryErrors,
    leftOut,
    late,
    isKept,
    isNewLayout,
    layout,
    setAside,
    leaseFailure,
    metricsFailure,
  } = report;
  for (const error of discoveryErrors) {
    logger.warn('discovery failed', { error, help: helpOn('noTarget') });
  }
  logFaults(leftOut, logger);
  if (setAside !== undefined) logger.warn('state failed', { error: setAside });
  if (metricsFailure !== undefined) logger.warn('state failed', { error: metricsFailure });
  if (leaseFailure !== undefined) logger.warn('lease failed', { error: leaseFailure });
  if (isKept) logger.warn('the discovery failed, the last lists of targets stay in use', {});
  if (late.length > 0) logger.warn('shards have not ended a cycle for a while', { shards: late });
  if (isNewLayout) logger.info('targets are divided anew', { ...layout });
  logger.info('targets are handed out', { ...report });
}
