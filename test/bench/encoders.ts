import type { TargetSamples } from '../../lambda/model/delivery/sample-output.ts';
import { Drops } from '../../lambda/model/samples/drops.ts';
import { labelsOf } from '../../lambda/model/samples/sample.ts';
import { SeriesTable } from '../../lambda/outputs/otlp/known-series.ts';
import { RequestWriter as OtlpWriter } from '../../lambda/outputs/otlp/request-writer.ts';
import type { Batch } from '../../lambda/outputs/push/batch.ts';
import { PendingSamples } from '../../lambda/outputs/push/pending-samples.ts';
import { LabelTable } from '../../lambda/outputs/remote-write/encoding/label-table.ts';
import { LastSeries } from '../../lambda/outputs/remote-write/encoding/last-series.ts';
import type { SeriesWriter } from '../../lambda/outputs/remote-write/encoding/series-writer.ts';
import { RequestWriter as RemoteWriter } from '../../lambda/outputs/remote-write/request-writer.ts';
import { SeriesWriterV1 } from '../../lambda/outputs/remote-write/v1/series-writer.ts';
import { SeriesWriterV2 } from '../../lambda/outputs/remote-write/v2/series-writer.ts';

export type Protocol = 'remote write' | 'remote write 2.0' | 'OTLP';

/** Encodes one cycle. @returns the bodies of all requests */
export type Encode = (scrapes: readonly TargetSamples[]) => Promise<Buffer[]>;

/** Each call makes one that remembers nothing yet. */
export const ENCODERS: Readonly<Record<Protocol, () => Encode>> = {
  OTLP: otlp,
  'remote write': () => remoteWrite(() => new SeriesWriterV1()),
  'remote write 2.0': () => remoteWrite(() => new SeriesWriterV2()),
};

/** Encodes cycles for at least so long, and at least one. @returns CPU seconds for each */
export async function round(
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
