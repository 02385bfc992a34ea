import { Drops } from '../../lambda/model/drops.ts';
import { type Labels, labelsOf } from '../../lambda/model/sample.ts';
import type { TargetSamples } from '../../lambda/model/sample-output.ts';
import { ownAttributesOf } from '../../lambda/outputs/otlp/own-attributes.ts';
import { RequestWriter as OtlpWriter } from '../../lambda/outputs/otlp/request-writer.ts';
import type { Batch } from '../../lambda/outputs/push/batch.ts';
import { PendingSamples } from '../../lambda/outputs/push/pending-samples.ts';
import { LabelTable } from '../../lambda/outputs/remote-write/label-table.ts';
import { RequestWriter as RemoteWriter } from '../../lambda/outputs/remote-write/request-writer.ts';
import { SeriesCache } from '../../lambda/outputs/wire/series-cache.ts';
import { decodeText, textMemory } from '../../lambda/scrape/text-decoder.ts';
import { answerParent } from './answer-parent.ts';
import { generateExposition } from './generated-exposition.ts';

/** Targets with 1,000 series each, whose samples are encoded again and again. */
const TARGETS = 50;

const NOW = Date.UTC(2026, 0, 1);

/** As the outputs keep them from cycle to cycle. */
const ownAttributes = new SeriesCache(ownAttributesOf);
const table = new LabelTable();

const last = new Map();
/** CPU time until the code is compiled. */
const WARM_UP_MS = 1_500;

const ROUNDS = 7;
const ROUND_MS = 400;

export interface EncodeCase {
  readonly protocol: 'remote write' | 'OTLP';
  /** `ECS`: the labels that ECS discovery gives a target; `static`: job and instance. */
  readonly labels: 'ECS' | 'static';
}

export interface EncodeFigures {
  /** CPU seconds for a million samples, round by round, compression included. */
  readonly seconds: readonly number[];
  /** Of the compressed requests, for a sample. */
  readonly bytes: number;
  /** For a million samples. */
  readonly requests: number;
}

answerParent(async ({ protocol, labels }: EncodeCase): Promise<EncodeFigures> => {
  const memory = textMemory();
  const scrapes = Array.from({ length: TARGETS }, (_, index): TargetSamples => {
    const target = { id: String(index), labels: labelsFor(index, labels), honorLabels: false };
    const { samples } = decodeText(Buffer.from(generateExposition(index, 0)), memory);
    return { target, startedAt: NOW, samples };
  });
  const millions = scrapes.reduce((sum, { samples }) => sum + samples.length, 0) / 1e6;
  const encode = () => encodeAll(protocol, scrapes);
  const bodies = await encode();
  await round(encode, WARM_UP_MS);
  const seconds: number[] = [];
  for (let i = 0; i < ROUNDS; i++) seconds.push((await round(encode, ROUND_MS)) / millions);
  const bytes = bodies.reduce((sum, { length }) => sum + length, 0) / (millions * 1e6);
  return { seconds, bytes, requests: bodies.length / millions };
});

function labelsFor(index: number, labels: EncodeCase['labels']): Labels {
  const common = { instance: `10.0.3.${index}:8080`, job: 'shop' };
  if (labels === 'static') return labelsOf(common);
  const id = `0123456789abcdef0123456789ab${1000 + index}`;
  return labelsOf(common, {
    container_name: 'app',
    TaskDefinitionFamily: 'shop',
    TaskRevision: '17',
    TaskGroup: 'service:shop',
    StartedBy: 'ecs-svc/0123456789012345678',
    LaunchType: 'FARGATE',
    TaskId: id,
    TaskArn: `arn:aws:ecs:eu-central-1:123456789012:task/main/${id}`,
    TaskClusterName: 'main',
    ServiceName: 'shop',
    AvailabilityZone: 'eu-central-1a',
  });
}

/** The bodies of all requests. */
async function encodeAll(
  protocol: EncodeCase['protocol'],
  scrapes: readonly TargetSamples[],
): Promise<Buffer[]> {
  const bodies: (Buffer | Promise<Buffer>)[] = [];
  const send = (batch: Batch) => bodies.push(batch.body());
  const write = new PendingSamples();
  const drops = new Drops();
  const rest = protocol === 'OTLP' ? otlp() : remoteWrite();
  if (rest !== undefined) send(rest);
  return Promise.all(bodies);

  function otlp(): Batch | undefined {
    const requests = new OtlpWriter(ownAttributes, send);
    for (const scrape of scrapes) requests.write(scrape, NOW, write, drops);
    return requests.take();
  }

  function remoteWrite(): Batch | undefined {
    const requests = new RemoteWriter({ external: labelsOf(), relabeling: [] }, table, send);
    for (const scrape of scrapes) {
      last.set(scrape, requests.write(scrape, last.get(scrape) ?? [], write, drops));
    }
    return requests.take();
  }
}

/** Calls for at least so long. @returns CPU seconds of a call */
async function round(call: () => Promise<unknown>, milliseconds: number): Promise<number> {
  const start = process.cpuUsage();
  let calls = 0;
  let used = 0;
  do {
    await call();
    calls += 1;
    const { user, system } = process.cpuUsage(start);
    used = user + system;
  } while (used < milliseconds * 1e3);
  return used / 1e6 / calls;
}
