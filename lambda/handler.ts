import { readFile } from 'node:fs/promises';
import { Logger, LogLevelThreshold } from '@aws-lambda-powertools/logger';
import { injectLambdaContext } from '@aws-lambda-powertools/logger/middleware';
import { Metrics } from '@aws-lambda-powertools/metrics';
import { logMetrics } from '@aws-lambda-powertools/metrics/middleware';
import middy from '@middy/core';
import type { Context } from 'aws-lambda';
import { assemble } from './assemble.ts';
import { awsStores } from './config/aws-stores.ts';
import { LiveConfig } from './config/live-config.ts';
import { logStatus, logWarnings, publishStatus } from './config-report.ts';
import { awsClients } from './discovery/aws-clients.ts';
import { ec2Client } from './discovery/ec2-client.ts';
import { logsClients } from './logs-clients.ts';
import { COLLECTOR_NAMESPACE } from './model/names.ts';
import { createOutputs } from './outputs/outputs.ts';
import { MAX_LAMBDA_LINE_BYTES } from './outputs/stdout.ts';
import { failureOf, logCycle, summaryOf } from './report-log.ts';
import { publishCycle } from './self-metrics.ts';
import { awsSigning } from './signing.ts';
import { functionState } from './state/function-state.ts';
import { s3Api } from './state/s3-api.ts';

/** Milliseconds of the invocation that are kept for the report after the cycle; at most half of what remains. */
const REPORT_RESERVE_MS = 1_000;

const SERVICE_NAME = 'collector';

const logger = new Logger({ serviceName: SERVICE_NAME });
const functionName = process.env.AWS_LAMBDA_FUNCTION_NAME;
const metrics = new Metrics({
  namespace: COLLECTOR_NAMESPACE,
  serviceName: SERVICE_NAME,
  // Two collectors of one account must not share their metrics.
  ...(functionName === undefined ? {} : { defaultDimensions: { Collector: functionName } }),
});

// A broken configuration ends the start, with all of its errors in the message.
const configuration = await LiveConfig.load(
  { env: process.env, readFile: (path) => readFile(path, 'utf8') },
  awsStores({ region: process.env.AWS_REGION }),
);
logWarnings(configuration.config, logger);

const collector = assemble({
  config: configuration.config,
  clientsOf: awsClients({ region: process.env.AWS_REGION }, async () => ec2Client),
  outputsFor: ({ outputs = [{ type: 'cloudwatch-logs' }], logs }) =>
    createOutputs(outputs, {
      logsClient: logsClients({ region: process.env.AWS_REGION }, logs),
      stdout: process.stdout,
      maxLineBytes: MAX_LAMBDA_LINE_BYTES,
      signing: awsSigning({ region: process.env.AWS_REGION }),
    }),
  state: functionState(process.env, s3Api({}), Date.now),
  onDrop: (reason, { name, labels }, { id }) => {
    // Asked first, because most samples of a cycle may be dropped: a call that logs nothing costs about 1 µs.
    if (logger.level > LogLevelThreshold.DEBUG) return;
    logger.debug('sample dropped', { reason, name, labels, target: id });
  },
});

/**
 * One collection cycle, under the configuration as it is now, within the invocation's time: it keeps the deadline itself, and
 * says what it did not get. Fails where nothing at all could be collected or delivered.
 */
export const handler = middy({ timeoutEarlyInMillis: 0 })
  .use(injectLambdaContext(logger))
  .use(logMetrics(metrics, { captureColdStartMetric: true }))
  .handler(async (_event: unknown, context: Context) => {
    const status = await configuration.refresh(context.getRemainingTimeInMillis());
    publishStatus(status, metrics);
    logStatus(status, logger);
    if (status.changed) collector.reconfigure(status.config);
    const report = await collector.collect(cycleTime(context.getRemainingTimeInMillis()));
    publishCycle(report, metrics);
    logCycle(report, logger);
    const failure = failureOf(report);
    if (failure !== undefined) throw new Error(failure);
    return summaryOf(report);
  });

/** Milliseconds that a cycle may take. */
function cycleTime(remainingMs: number): number {
  const reserve = Math.min(REPORT_RESERVE_MS, remainingMs / 2);
  return Math.max(Math.floor(remainingMs - reserve), 0);
}
