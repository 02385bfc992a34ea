import type { TargetSamples } from '../../../lambda/model/delivery/sample-output.ts';
import { METRIC_NAME } from '../../../lambda/model/samples/relabel.ts';
import { type Labels, labelsOf, type Series } from '../../../lambda/model/samples/sample.ts';
import { joinLabels } from '../../../lambda/model/targets/join-labels.ts';

/** A `WriteRequest` before compression, encoded as plainly as the protocol has it. */
export function plainRequest(series: readonly Uint8Array[]): Buffer {
  return Buffer.concat(series.map((one) => message(1, one)));
}

/** A `TimeSeries`. @param samples values, or their 64 bits in hexadecimal, and times in milliseconds */
export function plainSeries(
  { name, labels, origin }: Series,
  target: TargetSamples['target'],
  external: Labels,
  samples: readonly (readonly [value: number | string, time: number])[],
): Buffer {
  const own = origin ? labels : joinLabels(labels, target);
  const all = labelsOf(external, own, { [METRIC_NAME]: name });
  const sorted = Object.entries(all)
    .filter(([, value]) => value !== '')
    .map(([label, value]) => [Buffer.from(label), Buffer.from(value)] as const)
    .sort(([a], [b]) => Buffer.compare(a, b));
  return Buffer.concat([
    ...sorted.map(([label, value]) => message(1, message(1, label), message(2, value))),
    ...samples.map(([value, time]) => message(2, eight(1, value), varints(2 << 3, time))),
  ]);
}

function message(field: number, ...content: readonly Uint8Array[]): Buffer {
  const bytes = Buffer.concat(content);
  return Buffer.concat([varints((field << 3) | 2, bytes.length), bytes]);
}

function eight(field: number, value: number | string): Buffer {
  const bytes = Buffer.alloc(9, (field << 3) | 1);
  if (typeof value === 'number') bytes.writeDoubleLE(value, 1);
  else bytes.writeBigUInt64LE(BigInt(`0x${value}`), 1);
  return bytes;
}

function varints(...values: readonly number[]): Buffer {
  const bytes: number[] = [];
  for (const value of values) {
    let rest = BigInt.asUintN(64, BigInt(value));
    for (; rest > 0x7fn; rest >>= 7n) bytes.push(Number(rest & 0x7fn) | 0x80);
    bytes.push(Number(rest));
  }
  return Buffer.from(bytes);
}
