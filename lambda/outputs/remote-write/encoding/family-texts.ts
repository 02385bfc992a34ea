import type { FamilyText } from '../../../model/samples/sample.ts';

/** The texts of a metric family; empty ones are missing. */
export interface Metadata {
  readonly help: string;
  readonly unit: string;
}

const NOTHING: Metadata = { help: '', unit: '' };

/** The texts of a scrape's metric families. The first text of a family counts. */
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
