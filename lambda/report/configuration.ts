import type { Logger } from '@aws-lambda-powertools/logger';
import { type Metrics, MetricUnit } from '@aws-lambda-powertools/metrics';
import type { ConfigStatus } from '../config/live.ts';
import type { Config } from '../model/settings/config.ts';

/** The part of a logger that this module uses. */
export type ConfigLogger = Pick<Logger, 'error' | 'warn' | 'info'>;

export function logWarnings({ warnings }: Config, logger: Pick<ConfigLogger, 'warn'>): void {
  for (const warning of warnings) logger.warn(warning);
}

/** Logs the state of the configuration: each refused version once, with all its errors. */
export function logStatus(status: ConfigStatus, logger: ConfigLogger): void {
  const { config, changed, unread, refused } = status;
  for (const error of unread)
    logger.warn('configuration could not be read, the last one stays in use', { error });
  if (refused?.isNew) {
    const { problems } = refused;
    logger.error('configuration was refused, the last good one stays in use', { problems });
  }
  if (!changed) return;
  logger.info('configuration has changed', { source: config.source });
  logWarnings(config, logger);
}

/** Publishes the state of the configuration in each cycle, as metrics of the collector itself. */
export function publishStatus(
  { unread, refused }: ConfigStatus,
  metrics: Pick<Metrics, 'addMetric'>,
): void {
  metrics.addMetric('ConfigurationRefused', MetricUnit.Count, refused === undefined ? 0 : 1);
  metrics.addMetric('ConfigurationUnread', MetricUnit.Count, unread.length);
}
