import { readFile } from 'node:fs/promises';
import { Logger, LogLevelThreshold } from '@aws-lambda-powertools/logger';
import { injectLambdaContext } from '@aws-lambda-powertools/logger/middleware';
import { Metrics } from '@aws-lambda-powertools/metrics';
import { logMetrics } from '@aws-lambda-powertools/metrics/middleware';
import middy from '@middy/core';
import type { Context } from 'aws-lambda';
import { assemble } from './assemble.ts';
import { loadConfig } from './config/load.ts';
import { awsClients } from './discovery/aws-clients.ts';
import { ec2Client } from './discovery/ec2-client.ts';
import { COLLECTOR_NAMESPACE } from './model/names.ts';
import { logsClient } from './outputs/logs-client.ts';
import { createOutputs } from './outputs/outputs.ts';
import { MAX_LAMBDA_LINE_BYTES } from './outputs/stdout.ts';
import { failureOf, logCycle, summaryOf } from './report-log.ts';
import { publishCycle } from './self-metrics.ts';

/** Milliseconds of the invocation that are kept for the report after the cycle; at most half of what remains. */
const REPORT_RESERVE_MS = 1_000;

const SERVICE_NAME = 'collector';

const logger = new Logger({ serviceName: SERVICE_NAME });
const metrics = new Metrics({ namespace: COLLECTOR_NAMESPACE, serviceName: SERVICE_NAME });

// A broken configuration ends the start, with all of its errors in the message.
const config = await loadConfig({
  env: process.env,
  readFile: (path) => readFile(path, 'utf8'),
});
for (const warning of config.warnings) logger.warn(warning);

const collector = assemble({
  config,
  clientsOf: awsClients({ region: process.env.AWS_REGION }, async () => ec2Client),
  outputs: createOutputs(config.outputs ?? [{ type: 'cloudwatch-logs' }], {
    logsClient: () => logsClient(config.logs),
    stdout: process.stdout,
    maxLineBytes: MAX_LAMBDA_LINE_BYTES,
  }),
  onDrop: (reason, { name, labels }, { id }) => {
    // Asked first, because most samples of a cycle may be dropped: a call that logs nothing costs about 1 µs.
    if (logger.level > LogLevelThreshold.DEBUG) return;
    logger.debug('sample dropped', { reason, name, labels, target: id });
  },
});

/** One collection cycle, within the invocation's time. Fails where nothing at all could be collected or delivered. */
export const handler = middy()
  .use(injectLambdaContext(logger))
  .use(logMetrics(metrics, { captureColdStartMetric: true }))
  .handler(async (_event: unknown, context: Context) => {
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
