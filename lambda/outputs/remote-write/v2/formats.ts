import type { Batch } from '../../push/batch.ts';
import type { Formats } from '../../push/sender.ts';
import { SymbolBatch } from './symbol-batch.ts';

/**
 * The version that a receiver accepts: version 2 until it refuses that, then version 1 while the process lives.
 * https://prometheus.io/docs/specs/prw/remote_write_spec_2_0/#unsupported-request-content
 */
export class VersionMemory implements Formats {
  #isVersion2: boolean;
  readonly #mayFallBack: boolean;

  /** @param isVersion2 whether version 2 is tried first */
  constructor(isVersion2: boolean) {
    this.#isVersion2 = isVersion2;
    this.#mayFallBack = isVersion2;
  }

  /** Whether version 2 is sent. */
  get isVersion2(): boolean {
    return this.#isVersion2;
  }

  suited(batch: Batch): Batch {
    return !this.#isVersion2 && batch instanceof SymbolBatch ? batch.older() : batch;
  }

  other(batch: Batch): Batch | undefined {
    if (batch instanceof SymbolBatch) {
      this.#isVersion2 = false;
      return batch.older();
    }
    // The receiver refused both, so version 2 was not the cause.
    this.#isVersion2 = this.#mayFallBack;
    return undefined;
  }
}
