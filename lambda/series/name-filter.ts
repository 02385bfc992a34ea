import type { Drops } from '../model/samples/drops.ts';
import { costOfMatching } from '../model/samples/matched-text.ts';
import type { HistogramSample, Sample, Series, SeriesKind } from '../model/samples/sample.ts';
import type { TypeOverride } from '../model/settings/config.ts';
import type { Step } from '../model/waiting/turn.ts';
import { type HistogramPart, histogramPartOf, isHistogram } from './histogram-part.ts';
import { HistogramParts } from './histogram-parts.ts';
import { Types } from './types.ts';

/** What the names of series have after that of a family whose type is guessed from all of them together: see Types. */
const SUFFIXES_OF_GUESSES = ['', '_bucket', '_sum', '_count'];

/** What can be said of a sample by its name alone. */
export interface NameRules {
  /** Whether a sample of this name can be wanted at all, as a metric or not. */
  mayWant(name: string, step?: Step): boolean;
  /** Whether a declaration selects this name. */
  selects(name: string, step?: Step): boolean;
}

/**
 * The first, cheap choice among a target's samples, by name: most of them are wanted by no declaration. What is left has its
 * type, and histograms that a declaration selects by their own names come as wholes.
 */
export class NameFilter {
  readonly #types: Types;
  readonly #rules: NameRules;

  constructor(overrides: readonly TypeOverride[], rules: NameRules) {
    this.#types = new Types(overrides);
    this.#rules = rules;
  }

  /**
   * Whether anything can become of the series of a kind, or of others because of them, whatever their labels are and as long as no
   * metric relabeling has changed their names. Of the others, `take` would only count that they are there.
   *
   * @param step called for each match of a name; what it throws ends this
   */
  mayTake({ name, family, type }: SeriesKind, step?: Step): boolean {
    if (this.#rules.mayWant(name, step)) return true;
    if (isHistogram({ type }) && this.#rules.selects(family, step)) return true;
    return this.#types.mayDiffer(type) && this.#typeMayMatter(name, step);
  }

  /** @param step called for each sample; what it throws ends this */
  *take(
    scrape: readonly Sample[],
    drops: Drops,
    step: Step = () => undefined,
  ): Generator<Sample | HistogramSample> {
    const typed = this.#types.in(scrape);
    const histograms = new HistogramParts();
    for (const raw of scrape) {
      step(costOfMatching(raw.series.name));
      const wanted = this.#rules.mayWant(raw.series.name, step);
      const series = wanted || this.#mayBePart(raw.series) ? typed(raw.series) : raw.series;
      const sample = series === raw.series ? raw : { ...raw, series };
      const part = this.#selectedPart(series);
      if (part !== undefined) histograms.add(sample, part, !wanted);
      else if (!wanted) drops.add('no_declaration', series);
      if (wanted) yield sample;
    }
    yield* histograms.wholes(drops);
  }

  /** Whether a series may be part of a histogram without its target's saying so. */
  #mayBePart({ name, type }: Series): boolean {
    if (!this.#types.mayDiffer(type)) return false;
    return name.endsWith('_bucket') || name.endsWith('sum') || name.endsWith('count');
  }

  /** Whether a series without a type may belong to a family, or be the reason for the type of one, of which something is wanted. */
  #typeMayMatter(name: string, step?: Step): boolean {
    return [name, withoutPart(name)].some((family) =>
      SUFFIXES_OF_GUESSES.some((suffix) => this.#rules.mayWant(family + suffix, step)),
    );
  }

  /** What a series is in a histogram that a declaration selects. */
  #selectedPart(series: Series): HistogramPart | undefined {
    if (!isHistogram(series)) return undefined;
    // Nearly always the family has the histogram's name, and then nothing need be found out about the series.
    if (series.origin === undefined && !this.#rules.selects(series.family)) return undefined;
    const part = histogramPartOf(series);
    return part !== undefined && this.#rules.selects(part.histogram) ? part : undefined;
  }
}

/** The name of the histogram or summary that a series of this name is a part of, if it is. */
function withoutPart(name: string): string {
  return name.replace(/_(?:bucket|g?sum|g?count)$/, '');
}
