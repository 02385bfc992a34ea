import { decodeText, textMemory } from '../../../lambda/decode/text/decoder.ts';
import type { TargetSamples } from '../../../lambda/model/delivery/sample-output.ts';
import { labelsOf } from '../../../lambda/model/samples/sample.ts';
import { answerParent } from '../answer-parent.ts';
import { ENCODERS, type Protocol, round } from '../encoders.ts';
import { generateExposition } from '../generated-exposition.ts';
import { taskLabels } from '../task-labels.ts';

const TARGETS = 100;

const NOW = Date.UTC(2026, 0, 1);
const MINUTE = 60_000;

/** CPU time until the code is compiled. */
const WARM_UP_MS = 1_500;

const ROUNDS = 7;
const ROUND_MS = 400;

/** What the lines of an exposition become, in one minute. */
export const VARIANTS = {
  'none, the order of the scrape before': (lines) => lines,
  'none, another order each time': (lines, minute) =>
    minute % 2 === 0 ? lines : lines.toReversed(),
  'each series twice': (lines) => lines.flatMap((line) => [line, line]),
  'each series twice, its labels in another order': (lines) =>
    lines.flatMap((line) => [line, otherOrder(line)]),
} as const satisfies Readonly<
  Record<string, (lines: readonly string[], minute: number) => readonly string[]>
>;

export interface DuplicatesCase {
  readonly protocol: Protocol;
  readonly variant: keyof typeof VARIANTS;
}

export interface DuplicatesFigures {
  /** CPU seconds for a million samples that are given, round by round, compression included. */
  readonly seconds: readonly number[];
  /** Bytes of heap and buffers that are remembered of the cycles so far, for a million samples that are given. */
  readonly remembered: number;
  /** Of the given samples: the part that is sent. */
  readonly sent: number;
}

answerParent(async ({ protocol, variant }: DuplicatesCase): Promise<DuplicatesFigures> => {
  const memory = textMemory();
  const cycles = [0, 1].map((minute) =>
    Array.from({ length: TARGETS }, (_, index): TargetSamples => {
      const labels = labelsOf({ instance: `10.0.3.${index}:8080`, job: 'shop' }, taskLabels(index));
      const lines = generateExposition(index, minute).trimEnd().split('\n');
      const { comments = [], samples: all = [] } = Object.groupBy(lines, (line) =>
        line.startsWith('#') ? 'comments' : 'samples',
      );
      const text = `${[...comments, ...VARIANTS[variant](all, minute)].join('\n')}\n`;
      const { samples } = decodeText(Buffer.from(text), memory);
      const target = { id: String(index), labels, honorLabels: false };
      return { target, startedAt: NOW + minute * MINUTE, samples };
    }),
  );
  const given = cycles[0]?.reduce((sum, one) => sum + one.samples.length, 0) ?? 0;
  const different = cycles[0]?.reduce((sum, { samples }) => sum + seriesIn(samples), 0) ?? 0;
  const before = bytesUsed();
  const encode = ENCODERS[protocol]();
  for (const cycle of cycles) await encode(cycle);
  const remembered = (1e6 / given) * (bytesUsed() - before);
  await round(() => encode, cycles, WARM_UP_MS);
  const seconds: number[] = [];
  for (let i = 0; i < ROUNDS; i++) {
    seconds.push((1e6 / given) * (await round(() => encode, cycles, ROUND_MS)));
  }
  return { seconds, remembered, sent: different / given };
});

/** The same series by a text that has its labels from the last to the first. */
function otherOrder(line: string): string {
  return line.replace(/\{(.*)\}/, (_, labels: string) => {
    const all = labels.match(/\w+="[^"]*"/g) ?? [];
    return `{${all.toReversed().join(',')}}`;
  });
}

function seriesIn(samples: TargetSamples['samples']): number {
  const series = samples.map(({ series: { name, labels } }) =>
    JSON.stringify([name, ...Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : 1))]),
  );
  return new Set(series).size;
}

function bytesUsed(): number {
  globalThis.gc?.();
  const { heapUsed: heap, external } = process.memoryUsage();
  return heap + external;
}
