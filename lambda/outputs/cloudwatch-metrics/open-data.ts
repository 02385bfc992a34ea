import type { PendingSamples } from '../push/pending-samples.ts';
import { DataBatch, type SealedDatum } from './data-batch.ts';
import { Datum, keyOf } from './datum.ts';
import { MAX_DATA, MAX_REQUEST_BYTES } from './limits.ts';
import type { Piece } from './piece.ts';

/** Bytes of a request beside its data: its namespace, of 255 characters at most, and what is around both. */
const FRAME_BYTES = 512;

/** Values whose memory a datum takes beside its own. */
const DATUM_WEIGHT = 10;

/** Of one namespace. */
interface Open {
  readonly data: Datum[];
  /** By what CloudWatch adds up: the datum that has room. */
  readonly last: Map<string, Datum>;
}

/**
 * Data of a cycle that are not sent yet, so that what further targets have of the same metrics gets into them: the tasks of a
 * service share a datum.
 */
export class OpenData {
  readonly #byNamespace = new Map<string, Open>();
  #weight = 0;

  /** Grows with the memory that they take, by 1 for each value. */
  get weight(): number {
    return this.#weight;
  }

  add(piece: Piece, write: PendingSamples): void {
    write.add(1);
    this.#weight += piece.values.counts.size;
    const { data, last } = this.#of(piece.namespace);
    const key = keyOf(piece);
    if (last.get(key)?.add(piece, write)) return;
    const datum = new Datum(piece, write);
    this.#weight += DATUM_WEIGHT;
    data.push(datum);
    last.set(key, datum);
  }

  /** All of them, in requests that are as full as they may be. */
  takeAll(): readonly DataBatch[] {
    const batches = [...this.#byNamespace].flatMap(([namespace, { data }]) =>
      requestsOf(data).map((part) => new DataBatch(namespace, part)),
    );
    this.#byNamespace.clear();
    this.#weight = 0;
    return batches;
  }

  #of(namespace: string): Open {
    let open = this.#byNamespace.get(namespace);
    if (open === undefined) {
      open = { data: [], last: new Map() };
      this.#byNamespace.set(namespace, open);
    }
    return open;
  }
}

function requestsOf(data: readonly Datum[]): readonly SealedDatum[][] {
  const requests: SealedDatum[][] = [];
  let request: SealedDatum[] = [];
  let left = 0;
  for (const datum of data) {
    const json = datum.text();
    const bytes = json.length + 1;
    if (requests.length === 0 || request.length === MAX_DATA || bytes > left) {
      request = [];
      requests.push(request);
      left = MAX_REQUEST_BYTES - FRAME_BYTES;
    }
    request.push({ json, portions: datum.portions, describe: () => datum.describe() });
    left -= bytes;
  }
  return requests;
}
