import { readFile } from 'node:fs/promises';
import { Logger } from '@aws-lambda-powertools/logger';
import { injectLambdaContext } from '@aws-lambda-powertools/logger/middleware';
import { Metrics } from '@aws-lambda-powertools/metrics';
import { logMetrics } from '@aws-lambda-powertools/metrics/middleware';
import middy from '@middy/core';
import type { Context } from 'aws-lambda';
import { type ConfigStatus, LiveConfig } from '../config/live.ts';
import { awsStores } from '../config/sources/aws-stores.ts';
import { COLLECTOR_NAMESPACE, ENV } from '../model/settings/names.ts';
import { logStatus, logWarnings, publishStatus } from '../report/configuration.ts';
import { ownMetrics } from '../report/own-metrics.ts';

/** Milliseconds of the invocation that remain for the report after the work; at most half of the rest. */
const REPORT_RESERVE_MS = 1_000;

const SERVICE_NAME = 'collector';

export const logger = new Logger({ serviceName: SERVICE_NAME });

/** The log level of the environment. */
const OWN_LEVEL = logger.getLevelName();

// Two collectors of one account must not share their metrics; the functions of one collector do.
const collectorName = process.env[ENV.collector] || process.env.AWS_LAMBDA_FUNCTION_NAME;

const allMetrics = new Metrics({
  namespace: COLLECTOR_NAMESPACE,
  serviceName: SERVICE_NAME,
  ...(collectorName === undefined ? {} : { defaultDimensions: { Collector: collectorName } }),
});

/** The metrics of the collector about itself. */
export const metrics = ownMetrics(
  allMetrics,
  process.env[ENV.ownMetrics],
  process.env[ENV.shards] !== undefined,
);

// A broken configuration ends the start, with all of its errors in the message.
export const configuration = await LiveConfig.load(
  { env: process.env, readFile: (path) => readFile(path, 'utf8') },
  awsStores({ region: process.env.AWS_REGION }),
);
followDebug(configuration.config.debug);
logWarnings(configuration.config, logger);

/** The work of an invocation, with the current configuration and the available milliseconds. */
type Work<Answer> = (event: unknown, status: ConfigStatus, timeoutMs: number) => Promise<Answer>;

/** A handler of the function. The work itself keeps the deadline. */
export function handlerOf<Answer>(work: Work<Answer>) {
  return middy({ timeoutEarlyInMillis: 0 })
    .use(injectLambdaContext(logger))
    .use(logMetrics(allMetrics, { captureColdStartMetric: true }))
    .handler(async (event: unknown, context: Context) => {
      const status = await configuration.refresh(context.getRemainingTimeInMillis());
      publishStatus(status, metrics);
      followDebug(status.config.debug);
      logStatus(status, logger);
      return work(event, status, workTime(context.getRemainingTimeInMillis()));
    });
}

/** `debug` of the configuration turns on all log lines; otherwise the environment sets the log level. */
function followDebug(debug = false): void {
  logger.setLogLevel(debug ? 'DEBUG' : OWN_LEVEL);
}

function workTime(remainingMs: number): number {
  const reserve = Math.min(REPORT_RESERVE_MS, remainingMs / 2);
  return Math.max(Math.floor(remainingMs - reserve), 0);
}
