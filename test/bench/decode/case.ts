import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import {
  decodeOpenMetrics,
  openMetricsMemory,
} from '../../../lambda/decode/openmetrics/decoder.ts';
import { decodeText, textMemory } from '../../../lambda/decode/text/decoder.ts';
import { answerParent } from '../answer-parent.ts';
import { generateExposition } from '../generated-exposition.ts';
import { peakResidentMemory } from '../peak-memory.ts';

/** CPU time until the code is compiled. */
const WARM_UP_MS = 800;

const ROUNDS = 9;
const ROUND_MS = 50;

/**
 * `new process`: the first page of a process, whose code is not compiled yet. `new series`: compiled code that remembers no
 * line, as for the first page of another job. `known series`: the same page again.
 */
export type Decoding = 'fargauge, new process' | 'fargauge, new series' | 'fargauge, known series';

export interface DecodeCase {
  /** `none`: only Node.js and the file, for its memory. */
  readonly parser: Decoding | 'parse-prometheus-text-format' | 'none';
  /** Absent: a generated exposition. */
  readonly path?: string | undefined;
}

export interface DecodeFigures {
  /** MB of text per second of CPU time, round by round. None: the parser refuses the file. */
  readonly speeds: readonly number[];
  /** Bytes. */
  readonly peakMemory: number;
}

answerParent(({ parser, path }: DecodeCase): DecodeFigures => {
  const body = path === undefined ? Buffer.from(generateExposition(0, 0)) : readFileSync(path);
  const speeds: number[] = [];
  const parse = parserOf(parser, body, path?.endsWith('.om') === true);
  if (parser === 'fargauge, new process') {
    speeds.push((body.length * once(parse)) / 1e6);
  } else if (parser !== 'none' && accepts(parse)) {
    round(parse, WARM_UP_MS);
    globalThis.gc?.();
    for (let i = 0; i < ROUNDS; i++) speeds.push((body.length * round(parse, ROUND_MS)) / 1e6);
  }
  return { speeds, peakMemory: peakResidentMemory() };
});

function parserOf(
  parser: DecodeCase['parser'],
  body: Buffer,
  isOpenMetrics: boolean,
): () => unknown {
  switch (parser) {
    case 'none':
      return () => undefined;
    case 'fargauge, new process':
    case 'fargauge, new series':
      return isOpenMetrics
        ? () => decodeOpenMetrics(body, openMetricsMemory())
        : () => decodeText(body, textMemory());
    case 'fargauge, known series': {
      if (isOpenMetrics) {
        const memory = openMetricsMemory();
        return () => decodeOpenMetrics(body, memory);
      }
      const memory = textMemory();
      return () => decodeText(body, memory);
    }
    case 'parse-prometheus-text-format': {
      const parse = createRequire(import.meta.url)(parser) as (text: string) => unknown;
      // It takes texts; making one of the body is not its work.
      const text = body.toString();
      return () => parse(text);
    }
  }
}

function accepts(parse: () => unknown): boolean {
  try {
    parse();
    return true;
  } catch {
    return false;
  }
}

/** @returns calls per second of CPU time, by a single call */
function once(call: () => unknown): number {
  const start = process.cpuUsage();
  call();
  const { user, system } = process.cpuUsage(start);
  return 1e6 / (user + system);
}

/** Calls for at least so long. @returns calls per second of CPU time */
function round(call: () => unknown, milliseconds: number): number {
  const start = process.cpuUsage();
  let calls = 0;
  let used = 0;
  do {
    for (let i = 0; i < 4; i++) call();
    calls += 4;
    const { user, system } = process.cpuUsage(start);
    used = user + system;
  } while (used < milliseconds * 1e3);
  return calls / (used / 1e6);
}
