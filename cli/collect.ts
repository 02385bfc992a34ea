import { setTimeout as sleep } from 'node:timers/promises';
import { assemble } from '../lambda/assemble.ts';
import { awsClients } from '../lambda/discovery/aws-clients.ts';
import { loadEc2 } from '../lambda/discovery/load-ec2.ts';
import type { Config, OutputConfig } from '../lambda/model/config.ts';
import { logsClient } from '../lambda/outputs/logs-client.ts';
import { createOutputs } from '../lambda/outputs/outputs.ts';
import { failureOf } from '../lambda/report-log.ts';
import { describeReport } from './describe-report.ts';

/** Options of `fargauge collect`, read and checked. */
export interface CollectOptions {
  readonly config: Config;
  readonly outputs: readonly OutputConfig[];
  readonly region?: string | undefined;
  /** One address for all AWS APIs. */
  readonly endpointUrl?: string | undefined;
  /** Absent: one cycle. */
  readonly everyMs?: number | undefined;
  readonly timeoutMs: number;
  /** The report of a cycle as one line of JSON. */
  readonly json: boolean;
  /** Where the report goes; the events of the output `stdout` go to `process.stdout`. */
  readonly report: NodeJS.WritableStream;
  /** Ends the cycles. */
  readonly stop: AbortSignal;
}

/**
 * Collects once, or every so often until told to stop. Resolves to whether the last cycle worked: it failed where nothing
 * could be discovered, or nothing delivered.
 */
export async function collect(options: CollectOptions): Promise<boolean> {
  const { config, everyMs, timeoutMs, json, report: stream, stop } = options;
  const { region, endpointUrl: endpoint } = options;
  const collector = assemble({
    config,
    clientsOf: awsClients({ region, endpoint }, loadEc2),
    outputs: createOutputs(options.outputs, {
      logsClient: () =>
        logsClient({
          region: region ?? config.logs.region,
          endpoint: endpoint ?? config.logs.endpoint,
        }),
      stdout: process.stdout,
    }),
  });
  for (;;) {
    // Not the time of day, which may be set back.
    const startedAt = performance.now();
    const report = await collector.collect(timeoutMs);
    const failure = failureOf(report);
    stream.write(`${json ? JSON.stringify(report) : describeReport(report)}\n`);
    if (failure !== undefined && !json) stream.write(`failed: ${failure}\n`);
    if (everyMs === undefined || stop.aborted) return failure === undefined;
    const rest = Math.max(startedAt + everyMs - performance.now(), 0);
    await sleep(rest, undefined, { signal: stop }).catch(() => undefined);
    if (stop.aborted) return failure === undefined;
  }
}
