import type { Portion } from '../push/batch.ts';
import type { PendingSamples } from '../push/pending-samples.ts';
import type { MetricIdentity, Piece } from './piece.ts';
import { ValueSum } from './values.ts';

const SECOND_MS = 1_000;
const MINUTE_MS = 60_000;

/**
 * Equal for all values that CloudWatch adds up: of one metric, in the same minute, or in the same second with high
 * resolution.
 */
export function keyOf({ identity, timestamp }: Piece): string {
  const { resolution } = identity;
  const period = Math.floor(timestamp / (resolution === 1 ? SECOND_MS : MINUTE_MS));
  return JSON.stringify([identity, period]);
}

/** One entry of `MetricData`, to which several targets may add. */
export class Datum {
  /** The writes whose values are in it. */
  readonly portions: Portion[];
  readonly #identity: MetricIdentity;
  readonly #values: ValueSum;
  #timestamp: number;

  constructor({ identity, timestamp, values }: Piece, write: PendingSamples) {
    this.#identity = identity;
    this.#timestamp = timestamp;
    this.#values = new ValueSum(values);
    this.portions = [{ write, samples: 1 }];
  }

  /** Adds the values of another target for the same metric and minute. @returns false without room for them */
  add({ timestamp, values }: Piece, write: PendingSamples): boolean {
    if (!this.#values.add(values)) return false;
    this.#timestamp = Math.max(this.#timestamp, timestamp);
    this.portions.push({ write, samples: 1 });
    return true;
  }

  /** For messages. */
  describe(): string {
    const { name, dimensions } = this.#identity;
    const labels = dimensions.map(({ Name, Value }) => `${Name}=${Value}`).join(', ');
    return `${name} {${labels}}`;
  }

  /** Its JSON in the API: https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_MetricDatum.html */
  text(): string {
    const { name, unit, resolution, dimensions } = this.#identity;
    const { counts, statistics } = this.#values;
    const times = [...counts.values()];
    // JSON drops undefined members.
    return JSON.stringify({
      MetricName: name,
      Dimensions: dimensions.length > 0 ? dimensions : undefined,
      // Seconds, in this protocol.
      Timestamp: this.#timestamp / SECOND_MS,
      Unit: unit,
      StorageResolution: resolution === 1 ? 1 : undefined,
      Values: [...counts.keys()],
      Counts: times.every((count) => count === 1) ? undefined : times,
      StatisticValues: statistics && {
        SampleCount: statistics.count,
        Sum: statistics.sum,
        Minimum: statistics.least,
        Maximum: statistics.greatest,
      },
    });
  }
}
