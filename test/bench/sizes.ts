import { readFileSync } from 'node:fs';
import { table } from '../../cli/describe/table.ts';
import { decodeText, textMemory } from '../../lambda/decode/text/decoder.ts';
import { Drops } from '../../lambda/model/samples/drops.ts';
import { type Labels, labelsOf, type Sample } from '../../lambda/model/samples/sample.ts';
import type { Batch } from '../../lambda/outputs/push/batch.ts';
import { PendingSamples } from '../../lambda/outputs/push/pending-samples.ts';
import { LabelTable } from '../../lambda/outputs/remote-write/encoding/label-table.ts';
import { NO_SERIES } from '../../lambda/outputs/remote-write/encoding/scraped-series.ts';
import { RequestWriter } from '../../lambda/outputs/remote-write/request-writer.ts';
import { snappy } from '../../lambda/outputs/wire/snappy.ts';
import { readSnappy } from '../../lambda/outputs/wire/snappy-reader.ts';
import { runBundles } from './bundles/bundles.ts';
import { findExpositions } from './expositions.ts';
import { generateExposition } from './generated-exposition.ts';
import { taskLabels } from './task-labels.ts';

/** Targets with the same exposition. */
const TARGETS = 20;

const NOW = Date.UTC(2026, 0, 1);

/** Bytes of a sample in remote-write requests. */
interface Sizes {
  readonly plain: number;
  /** As the collector compresses them, by what it knows to repeat. */
  readonly written: number;
  /** As an ordinary compressor does. */
  readonly searched: number;
}

/** What the bundles take, and the start of the function; what remote write takes on the wire. */
export async function runSizes(): Promise<void> {
  await runBundles();
  const rows: string[][] = [];
  for (const { name, path } of findExpositions('sizes')) {
    if (path?.endsWith('.om')) continue;
    const text = path === undefined ? generateExposition(0, 0) : readFileSync(path, 'utf8');
    rows.push([name, ...columnsOf(text, taskLabels), ...columnsOf(text, () => labelsOf())]);
  }
  console.log(
    `sizes: bytes of a sample in remote-write requests of ${TARGETS} targets: before compression, as the collector compresses
them, as an ordinary compressor does; with the 13 labels of ECS targets, and with job and instance only.\n`,
  );
  const columns = ['plain', 'written', 'searched', 'more'];
  console.log(table(['file', ...columns, ...columns], rows));
  console.log();
}

function columnsOf(text: string, labelsFor: (index: number) => Labels): string[] {
  const { plain, written, searched } = sizesOf(text, labelsFor);
  const more = 100 * (written / searched - 1);
  return [
    plain.toFixed(0),
    written.toFixed(1),
    searched.toFixed(1),
    `${more > 0 ? '+' : ''}${more.toFixed(0)} %`,
  ];
}

function sizesOf(text: string, labelsFor: (index: number) => Labels): Sizes {
  const memory = textMemory();
  const batches: Batch[] = [];
  const rules = { external: labelsOf(), relabeling: [] };
  const requests = new RequestWriter(rules, new LabelTable(), (batch) => batches.push(batch));
  for (let index = 0; index < TARGETS; index++) {
    const labels = labelsOf({ instance: `10.0.3.${index}:8080`, job: 'shop' }, labelsFor(index));
    const target = { id: String(index), labels, honorLabels: false };
    const samples = decodeText(Buffer.from(text), memory).samples.map(varied);
    // Each target is scraped at a time of its own.
    const scrape = { target, startedAt: NOW + 37 * index, samples };
    requests.write(scrape, NO_SERIES, new PendingSamples(), new Drops());
  }
  const rest = requests.take();
  if (rest !== undefined) batches.push(rest);
  const samples = batches.reduce((sum, batch) => sum + batch.samples, 0);
  const blocks = batches.map((batch) => batch.body() as Buffer);
  const bytesOf = (bytes: (block: Buffer) => number) =>
    blocks.reduce((sum, block) => sum + bytes(block), 0) / samples;
  return {
    plain: bytesOf((block) => readSnappy(block).length),
    written: bytesOf((block) => block.length),
    searched: bytesOf((block) => snappy(readSnappy(block)).length),
  };
}

/** Another value, by chance, but a zero stays one: targets that sent the same values would repeat what no real ones do. */
function varied(sample: Sample): Sample {
  const { value } = sample;
  if (value === 0 || !Number.isFinite(value)) return sample;
  const factor = 0.5 + Math.random();
  return { ...sample, value: Number.isInteger(value) ? Math.ceil(value * factor) : value * factor };
}
