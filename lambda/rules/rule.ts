import type { EmfConfig, Pattern } from '../model/settings/config.ts';
import { isDimensionName } from '../model/settings/dimension.ts';
import type { DeclaredSet } from './publication-list.ts';
import { Source } from './source.ts';

/** A declaration that can apply to a sample. */
export interface Rule {
  readonly source: Source;
  /** Place among the matchers of its source. */
  readonly index: number;
  readonly selectors: readonly Pattern[];
  /** The sets that CloudWatch accepts. */
  readonly sets: readonly DeclaredSet[];
}

/** In the order of the declarations. */
export function rulesOf({ namespace, declarations }: EmfConfig): readonly Rule[] {
  const sources = new Map<string, Source>();
  return declarations
    .filter(({ sourceLabels }) => sourceLabels.length > 0)
    .map((declaration) => {
      const { sourceLabels, separator, matcher, selectors, dimensions } = declaration;
      const key = JSON.stringify([separator, ...sourceLabels]);
      const source = sources.get(key) ?? new Source(sourceLabels, separator);
      sources.set(key, source);
      const options = {
        namespace: declaration.namespace ?? namespace,
        storageResolution: declaration.storageResolution,
        rate: declaration.rate,
        properties: declaration.properties,
      };
      return {
        source,
        index: source.add(matcher),
        selectors,
        sets: dimensions
          .filter((names) => names.every(isDimensionName))
          .map((names) => ({ options, names })),
      };
    });
}
