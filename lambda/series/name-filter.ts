import type { Drops } from '../model/samples/drops.ts';
import { costOfMatching } from '../model/samples/matched-text.ts';
import type { HistogramSample, Sample, Series, SeriesKind } from '../model/samples/sample.ts';
import type { TypeOverride } from '../model/settings/config.ts';
import type { Step } from '../model/waiting/turn.ts';
import { type HistogramPart, histogramPartOf, isHistogram } from './histogram-part.ts';
import { HistogramParts } from './histogram-parts.ts';
import { Types } from './types.ts';

/** Suffixes of names in a family whose type is guessed from all of its series together: see Types. */
const SUFFIXES_OF_GUESSES = ['', '_bucket', '_sum', '_count'];

/** The decisions that need only the name of a sample. */
export interface NameRules {
  /** Whether any sample of this name can be published, as a metric or not. */
  mayWant(name: string, step?: Step): boolean;
  /** Whether a declaration selects this name. */
  selects(name: string, step?: Step): boolean;
}

/**
 * The first, cheap filter of a target's samples, by name: no declaration wants most of them. It gives the other samples
 * their types, and assembles the histograms that a declaration selects by their own names.
 */
export class NameFilter {
  readonly #types: Types;
  readonly #rules: NameRules;

  constructor(overrides: readonly TypeOverride[], rules: NameRules) {
    this.#types = new Types(overrides);
    this.#rules = rules;
  }

  /**
   * Whether the series of a kind, or others because of them, can be published, whatever their labels, unless metric
   * relabeling has changed their names. `take` would only count all other samples.
   *
   * @param step called for each match of a name; an error that it throws ends the work
   */
  mayTake({ name, family, type }: SeriesKind, step?: Step): boolean {
    if (this.#rules.mayWant(name, step)) return true;
    if (isHistogram({ type }) && this.#rules.selects(family, step)) return true;
    return this.#types.mayDiffer(type) && this.#typeMayMatter(name, step);
  }

  /** @param step called for each sample; an error that it throws ends the work */
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

  /** Whether a series may be part of a histogram without a TYPE line. */
  #mayBePart({ name, type }: Series): boolean {
    if (!this.#types.mayDiffer(type)) return false;
    return name.endsWith('_bucket') || name.endsWith('sum') || name.endsWith('count');
  }

  /** Whether a series without a type may belong to a wanted family, or decide the type of one. */
  #typeMayMatter(name: string, step?: Step): boolean {
    return [name, withoutPart(name)].some((family) =>
      SUFFIXES_OF_GUESSES.some((suffix) => this.#rules.mayWant(family + suffix, step)),
    );
  }

  /** The role of a series in a histogram that a declaration selects. */
  #selectedPart(series: Series): HistogramPart | undefined {
    if (!isHistogram(series)) return undefined;
    // Nearly always the family has the histogram's name, which makes further checks unnecessary.
    if (series.origin === undefined && !this.#rules.selects(series.family)) return undefined;
    const part = histogramPartOf(series);
    return part !== undefined && this.#rules.selects(part.histogram) ? part : undefined;
  }
}

/** The name of the histogram or summary that a series of this name may be a part of. */
function withoutPart(name: string): string {
  return name.replace(/_(?:bucket|g?sum|g?count)$/, '');
}
