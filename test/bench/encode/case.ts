import { decodeText, textMemory } from '../../../lambda/decode/text/decoder.ts';
import type { TargetSamples } from '../../../lambda/model/delivery/sample-output.ts';
import { type Labels, labelsOf } from '../../../lambda/model/samples/sample.ts';
import { answerParent } from '../answer-parent.ts';
import { ENCODERS, type Encode, type Protocol, round } from '../encoders.ts';
import {
  generateExposition,
  generateHistograms,
  generateOwnExposition,
} from '../generated-exposition.ts';
import { taskLabels } from '../task-labels.ts';

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
  readonly protocol: Protocol;
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
