import { LogLevelThreshold } from '@aws-lambda-powertools/logger';
import { awsClients } from './discovery/aws/clients.ts';
import { loadEc2 } from './discovery/aws/load-ec2.ts';
import { ENV } from './model/settings/names.ts';
import { shownId } from './model/targets/shown-url.ts';
import { systemClock } from './model/waiting/clock.ts';
import { createOutputs } from './outputs/outputs.ts';
import { MAX_LAMBDA_LINE_BYTES } from './outputs/stdout.ts';
import { failureOf, logCycle, noTargetReason, summaryOf } from './report/log.ts';
import { publishCycle, publishSkipped } from './report/self-metrics.ts';
import { fetchExposition } from './scrape/http/exchange.ts';
import { logDispatch, publishDispatch } from './shards/dispatch-report.ts';
import { DividedCollector } from './shards/divided-collector.ts';
import { inheritanceOfShards } from './shards/inheritance.ts';
import { shardEventOf } from './shards/objects/event.ts';
import { ShardObjects } from './shards/objects/objects.ts';
import { shardPlan } from './shards/objects/plan.ts';
import { CycleLease } from './state/cycle-lease.ts';
import { functionState, stateSettings } from './state/function.ts';
import { s3Api } from './state/s3-api.ts';
import type { Inheritance } from './state/stored.ts';
import { type Assembly, assemble } from './wiring/assemble.ts';
import { configuration, handlerOf, logger, metrics } from './wiring/function.ts';
import { logsClients } from './wiring/logs-clients.ts';
import { processMemory } from './wiring/process-memory.ts';
import { awsSigning, metricsEndpoint } from './wiring/signing.ts';

/** Milliseconds for reading the states of shards, in the first cycle after them: there may be 40, and a cycle has 55 s. */
const SHARDS_BEFORE_MS = 20_000;

const region = process.env.AWS_REGION;
const s3 = s3Api({});
const state = stateSettings(process.env);

const parts: Assembly = {
  config: configuration.config,
  clientsOf: awsClients({ region }, loadEc2),
  outputsFor: ({ outputs = [{ type: 'cloudwatch-logs' }], logs }) =>
    createOutputs(outputs, {
      logsClient: logsClients({ region }, logs),
      stdout: process.stdout,
      maxLineBytes: MAX_LAMBDA_LINE_BYTES,
      signing: awsSigning({ region }),
      metricsEndpoint: metricsEndpoint(process.env),
    }),
  onDrop: (reason, { name, labels }, target) => {
    // Checked first, because a cycle may drop most of its samples: a call that logs nothing costs about 1 µs.
    if (logger.level > LogLevelThreshold.DEBUG) return;
    logger.debug('sample dropped', { reason, name, labels, target: shownId(target) });
  },
};
const divided = dividedCollector();
const collector: Pick<DividedCollector, 'collect' | 'reconfigure'> =
  divided ??
  assemble({
    ...parts,
    state: functionState(state, s3, Date.now, processMemory(process.env), shardsBefore),
  });

/** The cycles of a divided collector get one lease for all shards together. */
const lease =
  divided === undefined && state.place !== undefined
    ? new CycleLease(s3, state.place, Date.now)
    : undefined;

/**
 * One collection cycle under the current configuration, within the invocation's time: of all targets, or of the shard
 * that the event names. Its report counts everything that it could not collect or deliver. Fails if nothing at all
 * could be collected or delivered. Does nothing while another invocation collects the same targets.
 */
export const handler = handlerOf(async (event, status, timeoutMs) => {
  if (divided === undefined && shardEventOf(event) !== undefined) {
    throw new TypeError(`Expected ${ENV.shards} for the event of a shard, got nothing`);
  }
  if (status.changed) collector.reconfigure(status.config);
  if (lease === undefined) return collectOnce(timeoutMs, event);
  const startedAt = Date.now();
  const outcome = await lease.take(timeoutMs);
  if (outcome.kind === 'busy') return publishSkipped(outcome.until, metrics, logger);
  // A cycle without the lease is better than none: if two overlap, StateConflicts counts their duplicates.
  if (outcome.kind === 'failed') logger.warn('lease failed', { error: outcome.message });
  try {
    return await collectOnce(Math.max(timeoutMs - (Date.now() - startedAt), 0), event);
  } finally {
    const error = outcome.kind === 'taken' ? await lease.release() : undefined;
    if (error !== undefined) logger.warn('lease failed', { error });
  }
});

async function collectOnce(timeoutMs: number, event: unknown) {
  const report = await collector.collect(timeoutMs, event);
  publishCycle(report, metrics, divided !== undefined);
  logCycle(report, logger);
  const failure = failureOf(report, divided !== undefined);
  if (failure !== undefined) throw new Error(failure);
  return summaryOf(report);
}

/**
 * Begins a cycle of all shards: finds their targets, and answers with the event of each shard. Fails if it could not
 * find any target.
 */
export const discover = handlerOf(async (_event, status, timeoutMs) => {
  if (divided === undefined) throw new TypeError(`Expected ${ENV.shards}, got nothing`);
  if (status.changed) divided.reconfigure(status.config);
  const { start, report } = await divided.discover(timeoutMs);
  publishDispatch(report, metrics);
  logDispatch(report, logger);
  const reason = report.isKept ? undefined : noTargetReason(report.targets, report);
  if (reason !== undefined) throw new Error(reason);
  return start;
});

/** The states of the shards, if the function was one of a divided collector until now and has no state of its own. */
function shardsBefore(): Promise<Inheritance> {
  const { place } = state;
  if (place === undefined) return Promise.resolve({ snapshots: [], missing: [] });
  const signal = AbortSignal.timeout(SHARDS_BEFORE_MS);
  return inheritanceOfShards(s3, new ShardObjects(s3, place), Date.now(), signal);
}

/** Defined if the targets of the function's collector are divided. */
function dividedCollector(): DividedCollector | undefined {
  const plan = shardPlan(process.env);
  if (plan === undefined) return undefined;
  const { place, forgetAfterMs } = state;
  if (place === undefined)
    throw new TypeError(`Expected ${ENV.state} beside ${ENV.shards}, got nothing`);
  const objects = new ShardObjects(s3, place);
  const clock = systemClock;
  return new DividedCollector({
    ...parts,
    plan,
    s3,
    objects,
    clock,
    forgetAfterMs,
    fetch: fetchExposition,
  });
}
