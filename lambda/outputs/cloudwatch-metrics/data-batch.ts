import { constants, gzipSync } from 'node:zlib';
import type { Batch, Portion } from '../push/batch.ts';
import { samplesOf } from '../push/portions.ts';
import type { Datum } from './datum.ts';

/** A datum that nothing more gets into. */
export interface SealedDatum extends Pick<Datum, 'describe' | 'portions'> {
  /** JSON of ASCII. */
  readonly json: string;
}

/** One request: data of one namespace. */
export class DataBatch implements Batch {
  readonly bytes: number;
  readonly samples: number;
  readonly portions: readonly Portion[];
  /** The namespace, which permissions may name. */
  readonly scope: string;
  readonly #data: readonly SealedDatum[];

  constructor(namespace: string, data: readonly SealedDatum[]) {
    this.scope = namespace;
    this.#data = data;
    this.bytes = data.reduce((sum, { json }) => sum + json.length, 0);
    this.portions = data.flatMap(({ portions }) => portions);
    this.samples = samplesOf(this.portions);
  }

  /** The one datum that it is about, else how many there are, for a message. */
  describe(): string {
    const [first] = this.#data;
    const isOne = this.#data.length === 1 && first !== undefined;
    return `${isOne ? first.describe() : `${this.#data.length} data`} of ${this.scope}`;
  }

  body(): Buffer {
    const data = this.#data.map(({ json }) => json).join();
    const request = `{"Namespace":${JSON.stringify(this.scope)},"MetricData":[${data}]}`;
    return gzipSync(request, { level: constants.Z_BEST_SPEED });
  }

  /** @param places counted from 1: the data that are to be apart from the others. @default the first half */
  split(places: readonly number[] = []): readonly [Batch, Batch] | undefined {
    const data = this.#data;
    if (data.length < 2) return undefined;
    const named = new Set(places.filter((place) => place >= 1 && place <= data.length));
    const isNamed = named.size > 0 && named.size < data.length;
    const isApart = (index: number) => (isNamed ? named.has(index + 1) : index < data.length >> 1);
    return [
      new DataBatch(
        this.scope,
        data.filter((_, index) => isApart(index)),
      ),
      new DataBatch(
        this.scope,
        data.filter((_, index) => !isApart(index)),
      ),
    ];
  }
}
