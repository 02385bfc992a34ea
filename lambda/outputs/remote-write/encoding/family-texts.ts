import type { FamilyText } from '../../../model/samples/sample.ts';

/** What there is to say of a metric family. Empty: nothing. */
export interface Metadata {
  readonly help: string;
  readonly unit: string;
}

const NOTHING: Metadata = { help: '', unit: '' };

/** What a scrape says of its metric families. Of several texts the first counts. */
export class FamilyTexts {
  readonly #byFamily = new Map<string, Metadata>();

  constructor(texts: readonly FamilyText[]) {
    for (const { family, help = '', unit = '' } of texts) {
      const known = this.#byFamily.get(family);
      this.#byFamily.set(family, {
        help: known?.help || help,
        unit: known?.unit || unit,
      });
    }
  }

  of(family: string): Metadata {
    return this.#byFamily.get(family) ?? NOTHING;
  }
}
