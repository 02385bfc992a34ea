import { Drops } from '../../lambda/model/drops.ts';
import { type Labels, labelsOf } from '../../lambda/model/sample.ts';
import type { TargetSamples } from '../../lambda/model/sample-output.ts';
import { SeriesTable } from '../../lambda/outputs/otlp/known-series.ts';
import { RequestWriter as OtlpWriter } from '../../lambda/outputs/otlp/request-writer.ts';
import type { Batch } from '../../lambda/outputs/push/batch.ts';
import { PendingSamples } from '../../lambda/outputs/push/pending-samples.ts';
import { LabelTable } from '../../lambda/outputs/remote-write/label-table.ts';
import { LastSeries } from '../../lambda/outputs/remote-write/last-series.ts';
import { RequestWriter as RemoteWriter } from '../../lambda/outputs/remote-write/request-writer.ts';
import type { SeriesWriter } from '../../lambda/outputs/remote-write/series-writer.ts';
import { SeriesWriterV1 } from '../../lambda/outputs/remote-write/series-writer-v1.ts';
import { SeriesWriterV2 } from '../../lambda/outputs/remote-write/v2/series-writer-v2.ts';
import { decodeText, textMemory } from '../../lambda/scrape/text-decoder.ts';
import { answerParent } from './answer-parent.ts';
import {
  generateExposition,
  generateHistograms,
  generateOwnExposition,
} from './generated-exposition.ts';
import { taskLabels } from './task-labels.ts';

/** With 1,000 series each, so that they have more than is remembered where no two have one in common. */
const TARGETS = 100;

const NOW = Date.UTC(2026, 0, 1);
const MINUTE = 60_000;

/** CPU time until the code is compiled. */
const WARM_UP_MS = 1_500;

const ROUNDS = 7;
const ROUND_MS = 400;

const EXPOSITIONS = {
  shared: generateExposition,
  own: generateOwnExposition,
  histograms: generateHistograms,
};

export interface EncodeCase {
  readonly protocol: 'remote write' | 'remote write 2.0' | 'OTLP';
  /** `ECS`: the labels that ECS discovery gives a target; `static`: job and instance. */
  readonly labels: 'ECS' | 'static';
  /** `shared`: targets have nine tenths of their series in common; `own`: none; `histograms`: as `shared`, but parts of histograms. */
  readonly series: keyof typeof EXPOSITIONS;
}

/** CPU seconds for a million samples, compression included. */
export interface EncodeFigures {
  /** What the first call in the process took: nothing is compiled, nothing remembered. */
  readonly first: number;
  /** Round by round: with nothing remembered, as if no series had been seen before. */
  readonly cold: readonly number[];
  /** Round by round: with what was remembered in the calls before, as in a process that sees the same series each minute. */
  readonly warm: readonly number[];
  /** Of the compressed requests, for a sample. */
  readonly bytes: number;
  /** For a million samples. */
  readonly requests: number;
}

/** Encodes one cycle. @returns the bodies of all requests */
type Encode = (scrapes: readonly TargetSamples[]) => Promise<Buffer[]>;

const ENCODERS: Readonly<Record<EncodeCase['protocol'], () => Encode>> = {
  OTLP: otlp,
  'remote write': () => remoteWrite(() => new SeriesWriterV1()),
  'remote write 2.0': () => remoteWrite(() => new SeriesWriterV2()),
};

answerParent(async ({ protocol, labels, series }: EncodeCase): Promise<EncodeFigures> => {
  const memory = textMemory();
  // Two minutes, taken in turns: the series are the same, the values are not.
  const cycles = [0, 1].map((minute) =>
    Array.from({ length: TARGETS }, (_, index): TargetSamples => {
      const target = { id: String(index), labels: labelsFor(index, labels), honorLabels: false };
      const text = EXPOSITIONS[series](index, minute);
      const { samples } = decodeText(Buffer.from(text), memory);
      return { target, startedAt: NOW + minute * MINUTE, samples };
    }),
  );
  const samples = cycles[0]?.reduce((sum, one) => sum + one.samples.length, 0) ?? 0;
  const encoderOf = ENCODERS[protocol];
  const seconds = async (encode: () => Encode, milliseconds: number) =>
    (1e6 / samples) * (await round(encode, cycles, milliseconds));

  const remembering = encoderOf();
  const first = await seconds(() => remembering, 0);
  const bodies = await remembering(cycles[0] ?? []);
  const warm: number[] = [];
  const cold: number[] = [];
  await seconds(() => remembering, WARM_UP_MS);
  for (let i = 0; i < ROUNDS; i++) warm.push(await seconds(() => remembering, ROUND_MS));
  await seconds(encoderOf, WARM_UP_MS);
  for (let i = 0; i < ROUNDS; i++) cold.push(await seconds(encoderOf, ROUND_MS));
  const bytes = bodies.reduce((sum, { length }) => sum + length, 0) / samples;
  return { first, cold, warm, bytes, requests: (1e6 * bodies.length) / samples };
});

function labelsFor(index: number, labels: EncodeCase['labels']): Labels {
  const common = { instance: `10.0.3.${index}:8080`, job: 'shop' };
  return labels === 'static' ? labelsOf(common) : labelsOf(common, taskLabels(index));
}

/** As the output does it, with what it remembers from cycle to cycle. */
function otlp(): Encode {
  const known = new SeriesTable();
  return (scrapes) => {
    known.renew();
    const bodies: (Buffer | Promise<Buffer>)[] = [];
    const send = (batch: Batch) => bodies.push(batch.body());
    const requests = new OtlpWriter(known, send);
    for (const one of scrapes) {
      requests.write(one, one.startedAt, new PendingSamples(), new Drops());
    }
    const rest = requests.take();
    if (rest !== undefined) send(rest);
    return Promise.all(bodies);
  };
}

/** As for OTLP. */
function remoteWrite(seriesWriter: () => SeriesWriter): Encode {
  const table = new LabelTable();
  const last = new LastSeries();
  const rules = { external: labelsOf(), relabeling: [] };
  return (scrapes) => {
    table.renew();
    const bodies: (Buffer | Promise<Buffer>)[] = [];
    const send = (batch: Batch) => bodies.push(batch.body());
    const requests = new RemoteWriter(rules, table, send, { series: seriesWriter() });
    for (const one of scrapes) {
      const { target } = one;
      const before = last.of(target);
      last.replace(target, requests.write(one, before, new PendingSamples(), new Drops()));
    }
    const rest = requests.take();
    if (rest !== undefined) send(rest);
    return Promise.all(bodies);
  };
}

/** Encodes cycles for at least so long, and at least one. @returns CPU seconds for each */
async function round(
  encode: () => Encode,
  cycles: readonly (readonly TargetSamples[])[],
  milliseconds: number,
): Promise<number> {
  const start = process.cpuUsage();
  let calls = 0;
  let used = 0;
  do {
    await encode()(cycles[calls % cycles.length] ?? []);
    calls += 1;
    const { user, system } = process.cpuUsage(start);
    used = user + system;
  } while (used < milliseconds * 1e3);
  return used / 1e6 / calls;
}
