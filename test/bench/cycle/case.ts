import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Collector } from '../../../lambda/collect.ts';
import { loadConfig } from '../../../lambda/config/load.ts';
import { AnswerDecoder } from '../../../lambda/decode/answer.ts';
import { awsClients } from '../../../lambda/discovery/aws/clients.ts';
import { loadEc2 } from '../../../lambda/discovery/aws/load-ec2.ts';
import { createDiscovery } from '../../../lambda/discovery/discover.ts';
import type { SampleOutput } from '../../../lambda/model/delivery/sample-output.ts';
import { systemClock } from '../../../lambda/model/waiting/clock.ts';
import { logsClient } from '../../../lambda/outputs/cloudwatch-logs/client.ts';
import { cloudWatchLogsOutput } from '../../../lambda/outputs/cloudwatch-logs/cloudwatch-logs.ts';
import { otlpOutput } from '../../../lambda/outputs/otlp/otlp.ts';
import { systemRuntime } from '../../../lambda/outputs/push/runtime.ts';
import { remoteWriteOutput } from '../../../lambda/outputs/remote-write/remote-write.ts';
import type { CycleReport } from '../../../lambda/report/report.ts';
import { fetchExposition } from '../../../lambda/scrape/http/exchange.ts';
import { Scraper } from '../../../lambda/scrape/scrape.ts';
import { fileStore } from '../../../lambda/state/file.ts';
import { StoredState } from '../../../lambda/state/stored.ts';
import { answerParent } from '../answer-parent.ts';
import { peakResidentMemory } from '../peak-memory.ts';
import type { Surroundings } from './surroundings.ts';

/** Between two cycles, on the collector's clock: they follow each other at once. */
const INTERVAL_MS = 60_000;

const CYCLE_TIMEOUT_MS = 60_000;

/** Room for the counters of a million series, of which a function of 512 MB would forget some. */
const STATE_BYTES = 256 * 2 ** 20;

/** The stand-in takes any. */
const CREDENTIALS = { accessKeyId: 'bench', secretAccessKey: 'bench' };

export interface CycleCase {
  readonly surroundings: Surroundings;
  readonly cycles: number;
  /** All samples go to a receiver, too. Absent: to CloudWatch Logs only. */
  readonly receiver?: ReceiverType;
}

export type ReceiverType = 'remote write' | 'OTLP';

export interface CycleFigures {
  readonly cycles: readonly CycleCost[];
  /** Bytes, over all cycles. */
  readonly peakMemory: number;
}

export interface CycleCost {
  readonly cpuSeconds: number;
  readonly seconds: number;
  readonly targets: number;
  /** Samples that the targets gave, and those that were published. */
  readonly scraped: number;
  readonly published: number;
  /** Of the targets' expositions. */
  readonly bytes: number;
}

answerParent(async ({ surroundings, cycles, receiver }: CycleCase): Promise<CycleFigures> => {
  const { endpoint, region, env } = surroundings;
  const config = await loadConfig({ env, readFile: () => Promise.reject(new Error('no files')) });
  const place = { endpoint, region, credentials: CREDENTIALS };
  const folder = await mkdtemp(join(tmpdir(), 'fargauge-bench-'));
  // As `assemble` does it, but for the clock. The last cycle is now: CloudWatch Logs refuses the future.
  let early = cycles * INTERVAL_MS;
  const now = () => Date.now() - early;
  const collector = new Collector({
    config,
    discovery: createDiscovery({
      config,
      fetch: fetchExposition,
      clientsOf: awsClients(place, loadEc2),
      clock: { ...systemClock, now },
    }),
    scraper: new Scraper(now, new AnswerDecoder()),
    state: new StoredState(fileStore(join(folder, 'state')), now, { capacity: STATE_BYTES }),
    outputs: [
      cloudWatchLogsOutput({ client: logsClient(place) }),
      ...(receiver ? [receiverOutput(receiver, surroundings.receiver, now)] : []),
    ],
    now,
  });
  const costs: CycleCost[] = [];
  for (let cycle = 0; cycle < cycles; cycle++) {
    early -= INTERVAL_MS;
    const startedAt = performance.now();
    const startedWith = process.cpuUsage();
    const report = await collector.collect(CYCLE_TIMEOUT_MS);
    const { user, system } = process.cpuUsage(startedWith);
    costs.push(costOf(report, (user + system) / 1e6, (performance.now() - startedAt) / 1e3));
  }
  await rm(folder, { recursive: true });
  return { cycles: costs, peakMemory: peakResidentMemory() };
});

function receiverOutput(type: ReceiverType, url: string, now: () => number): SampleOutput {
  const output = type === 'OTLP' ? otlpOutput : remoteWriteOutput;
  return output({ name: type, url }, { ...systemRuntime, now });
}

/** @throws where anything did not work: then the figures are of no use */
function costOf(report: CycleReport, cpuSeconds: number, seconds: number): CycleCost {
  const { targets, deliveries, state, discoveryErrors, samples, scrapes } = report;
  const problems = [
    ...discoveryErrors,
    ...deliveries.flatMap(({ errors }) => errors),
    ...state.errors,
    ...scrapes.flatMap(({ id, message }) => (message === undefined ? [] : [`${id}: ${message}`])),
  ];
  if (problems.length > 0 || targets.up === 0) {
    throw new Error(`expected a cycle without problems, got ${problems.slice(0, 5).join('\n')}`);
  }
  return {
    cpuSeconds,
    seconds,
    targets: targets.up,
    scraped: scrapes.reduce((sum, { scraped }) => sum + scraped, 0),
    published: samples.published,
    bytes: scrapes.reduce((sum, { bytes }) => sum + bytes, 0),
  };
}
