import type { Batch, Portion } from '../push/batch.ts';
import type { PendingSamples } from '../push/pending-samples.ts';
import { snappy } from '../wire/snappy.ts';

/** The series of a batch, one place in each list for each of them: they are too many for objects. */
export interface SeriesList {
  /** Where the bytes of a series end; they begin where those of the one before end. */
  readonly ends: readonly number[];
  readonly samples: readonly number[];
  /** What its samples belong to. */
  readonly writes: readonly PendingSamples[];
}

/** A `WriteRequest`: nothing but one `TimeSeries` after the other, so a part of it is one, too. */
export class SeriesBatch implements Batch {
  readonly samples: number;
  readonly portions: readonly Portion[];
  readonly #request: Uint8Array;
  readonly #series: SeriesList;

  /** @param request begins with the first of the series */
  constructor(request: Uint8Array, series: SeriesList) {
    this.#request = request;
    this.#series = series;
    this.portions = portionsOf(series);
    this.samples = this.portions.reduce((sum, { samples }) => sum + samples, 0);
  }

  get bytes(): number {
    return this.#request.length;
  }

  body(): Buffer {
    return snappy(this.#request);
  }

  split(): readonly [Batch, Batch] | undefined {
    const { ends, samples, writes } = this.#series;
    const middle = ends.length >> 1;
    const end = ends[middle - 1];
    if (end === undefined) return undefined;
    return [
      new SeriesBatch(this.#request.subarray(0, end), {
        ends: ends.slice(0, middle),
        samples: samples.slice(0, middle),
        writes: writes.slice(0, middle),
      }),
      new SeriesBatch(this.#request.subarray(end), {
        ends: ends.slice(middle).map((one) => one - end),
        samples: samples.slice(middle),
        writes: writes.slice(middle),
      }),
    ];
  }
}

/** Neighbours of the same write as one. */
function portionsOf({ samples, writes }: SeriesList): Portion[] {
  const portions: { write: PendingSamples; samples: number }[] = [];
  let last: (typeof portions)[number] | undefined;
  for (const [index, write] of writes.entries()) {
    if (last?.write !== write) {
      last = { write, samples: 0 };
      portions.push(last);
    }
    last.samples += samples[index] ?? 0;
  }
  return portions;
}
