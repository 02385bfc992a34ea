import type { TargetSamples } from '../../../model/delivery/sample-output.ts';
import type { MetricType } from '../../../model/samples/sample.ts';
import type { MetadataConfig } from '../../../model/settings/output.ts';
import { ProtobufWriter } from '../../wire/protobuf-writer.ts';
import { FamilyTexts, type Metadata } from '../encoding/family-texts.ts';
import { METRIC_TYPES } from '../encoding/metric-types.ts';
import {
  METADATA,
  METADATA_FAMILY,
  METADATA_HELP,
  METADATA_TYPE,
  METADATA_UNIT,
} from '../encoding/v1-fields.ts';
import { MetadataBatch } from './metadata-batch.ts';

/**
 * Type, help and unit of metric families in version 1: beside the samples, each family once, and again after a time. If
 * targets differ about a family, the first one counts.
 */
export class FamilyMetadata {
  readonly #config: MetadataConfig;
  readonly #families = new Map<string, Uint8Array>();
  #sentAt = -Infinity;
  #isDue = false;

  constructor(config: MetadataConfig) {
    this.#config = config;
  }

  /** Begins a cycle. @param now milliseconds since the epoch */
  renew(now: number): void {
    this.#families.clear();
    this.#isDue = now - this.#sentAt >= this.#config.intervalMs;
    if (this.#isDue) this.#sentAt = now;
  }

  /** Takes the texts of a scrape, if they are due. */
  add({ samples, texts }: TargetSamples): void {
    if (!this.#isDue) return;
    const words = new FamilyTexts(texts ?? []);
    let last = '';
    for (const { series } of samples) {
      const { family, type } = series.origin ?? series;
      if (family === last) continue;
      last = family;
      if (this.#families.has(family)) continue;
      this.#families.set(family, encoded(family, type, words.of(family)));
    }
  }

  /** The metadata to send. */
  take(): MetadataBatch[] {
    const entries = [...this.#families.values()];
    this.#families.clear();
    const batches: MetadataBatch[] = [];
    const { maxEntries } = this.#config;
    for (let at = 0; at < entries.length; at += maxEntries) {
      batches.push(new MetadataBatch(entries.slice(at, at + maxEntries)));
    }
    return batches;
  }
}

function encoded(family: string, type: MetricType, { help, unit }: Metadata): Uint8Array {
  const encoder = new ProtobufWriter(64);
  const metadata = encoder.begin(METADATA);
  const number = METRIC_TYPES[type];
  if (number > 0) encoder.unsigned(METADATA_TYPE, number);
  encoder.string(METADATA_FAMILY, family);
  if (help !== '') encoder.string(METADATA_HELP, help);
  if (unit !== '') encoder.string(METADATA_UNIT, unit);
  encoder.end(metadata);
  return encoder.bytes();
}
