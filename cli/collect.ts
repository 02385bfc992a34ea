import { setTimeout as sleep } from 'node:timers/promises';
import type { LiveConfig } from '../lambda/config/live.ts';
import { awsClients } from '../lambda/discovery/aws/clients.ts';
import { loadEc2 } from '../lambda/discovery/aws/load-ec2.ts';
import type { DropReason } from '../lambda/model/samples/drops.ts';
import type { Series } from '../lambda/model/samples/sample.ts';
import type { OutputConfig } from '../lambda/model/settings/output.ts';
import { shownId } from '../lambda/model/targets/shown-url.ts';
import type { Target } from '../lambda/model/targets/target.ts';
import { createOutputs } from '../lambda/outputs/outputs.ts';
import { failureOf, nothingPublishedReason } from '../lambda/report/log.ts';
import { assemble } from '../lambda/wiring/assemble.ts';
import { logsClients } from '../lambda/wiring/logs-clients.ts';
import { awsSigning, metricsEndpoint } from '../lambda/wiring/signing.ts';
import { describeReport } from './describe/report.ts';
import { describeStatus } from './describe/status.ts';
import { givingUp } from './give-up.ts';
import { openState, type StateOptions } from './state.ts';
import { print } from './terminal/print.ts';
import { withProgress } from './terminal/progress.ts';

/** The default of the options and the configuration. */
const DEFAULT_OUTPUTS: readonly OutputConfig[] = [{ type: 'stdout' }];

/** Options of `fargauge collect`, read and checked. */
export interface CollectOptions extends StateOptions {
  readonly configuration: LiveConfig;
  /** Instead of those of the configuration, of which those stay that write to CloudWatch in the same way as one of these. */
  readonly outputs?: readonly OutputConfig[] | undefined;
  /** One address for all AWS APIs. */
  readonly endpointUrl?: string | undefined;
  /** Absent: one cycle. */
  readonly everyMs?: number | undefined;
  readonly timeoutMs: number;
  /** Milliseconds that a single cycle waits for receivers when all targets are scraped. */
  readonly giveUpMs: number;
  /** The report of a cycle as one line of JSON. */
  readonly json: boolean;
  /** Ends the cycles. */
  readonly stop: AbortSignal;
}

/**
 * Collects once, or at an interval until `stop`. Resolves to whether the last cycle worked: it failed if nothing could
 * be discovered or delivered, or if the rules publish nothing of the scraped samples.
 *
 * @throws FileInUseError if another process uses the file of the state
 */
export async function collect(options: CollectOptions): Promise<boolean> {
  const { configuration, everyMs, timeoutMs, giveUpMs, json, stop } = options;
  const { region, endpointUrl } = options;
  await using opened = await openState(options);
  let stream: NodeJS.WritableStream = process.stdout;
  const collector = assemble({
    config: configuration.config,
    clientsOf: awsClients({ region, endpoint: endpointUrl }, loadEc2),
    outputsFor: ({ logs, outputs: configured }) => {
      const { outputs: chosen } = options;
      for (const name of leftOutOf(chosen, configured)) {
        process.stderr.write(`warning: ${name} gets nothing, because --output takes precedence\n`);
      }
      const outputs = chosen ? chosenOf(chosen, configured) : (configured ?? DEFAULT_OUTPUTS);
      // If the events go to standard output, the report must not mix with them.
      const takesStdout = outputs.some(({ type }) => type === 'stdout');
      stream = takesStdout ? process.stderr : process.stdout;
      const created = createOutputs(outputs, {
        logsClient: logsClients({ region, endpoint: endpointUrl }, logs),
        stdout: process.stdout,
        signing: awsSigning({ region: region ?? process.env.AWS_REGION, endpoint: endpointUrl }),
        metricsEndpoint: endpointUrl ?? metricsEndpoint(process.env),
      });
      return everyMs === undefined ? created.map((output) => givingUp(output, giveUpMs)) : created;
    },
    ...(configuration.config.debug && { onDrop: tellOfDrop }),
    state: opened.state,
  });
  for (let isFirst = true; ; isFirst = false) {
    // A clock that nobody sets back.
    const startedAt = performance.now();
    if (!isFirst) {
      const status = await configuration.refresh(timeoutMs);
      for (const line of describeStatus(status)) process.stderr.write(`${line}\n`);
      if (status.changed) collector.reconfigure(status.config);
    }
    const cycle = collector.collect(timeoutMs);
    // Events on the same terminal would stand behind the line.
    const report = await (stream === process.stderr ? cycle : withProgress('collecting', cycle));
    const failure = failureOf(report) ?? nothingPublishedReason(report);
    if (json) stream.write(`${JSON.stringify(report)}\n`);
    else print(describeReport(report), stream);
    if (failure !== undefined && !json) print(`failed: ${failure}`, stream);
    if (everyMs === undefined || stop.aborted) return failure === undefined;
    const rest = Math.max(startedAt + everyMs - performance.now(), 0);
    await sleep(rest, undefined, { signal: stop }).catch(() => undefined);
    if (stop.aborted) return failure === undefined;
  }
}

/** Prints a line for each sample that is not published. */
function tellOfDrop(reason: DropReason, { name, labels }: Series, target: Target): void {
  process.stderr.write(
    `dropped ${reason}: ${name} ${JSON.stringify(labels)} of ${shownId(target)}\n`,
  );
}

/** Outputs to CloudWatch: into which account, only the configuration can say. */
const OF_CLOUDWATCH: readonly OutputConfig['type'][] = ['cloudwatch-logs', 'cloudwatch_metrics'];

/** The outputs of the command line. Those to CloudWatch stand for those of their type in the configuration, if it has any. */
function chosenOf(
  chosen: readonly OutputConfig[],
  configured: readonly OutputConfig[] = [],
): readonly OutputConfig[] {
  return chosen.flatMap((one) => {
    const own = configured.filter(({ type }) => type === one.type);
    return OF_CLOUDWATCH.includes(one.type) && own.length > 0 ? own : one;
  });
}

/** Names of the configuration's outputs whose type the command line does not have. */
function leftOutOf(
  chosen: readonly OutputConfig[] | undefined,
  configured: readonly OutputConfig[] = [],
): readonly string[] {
  if (chosen === undefined) return [];
  const types = new Set(chosen.map(({ type }) => type));
  return configured
    .filter(({ type }) => !types.has(type))
    .map((output) => ('name' in output && output.name) || output.type);
}
