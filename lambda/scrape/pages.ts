import type { FamilyText, Sample, Series } from '../model/samples/sample.ts';
import type { DecodedAnswer } from '../model/targets/decoder.ts';

/**
 * The pages of one history, as one answer. A series without times has its latest value only: one that stands on each page
 * would be counted several times.
 */
export class Pages {
  /** Of all pages, in their order. */
  samples: Sample[] = [];
  texts: readonly FamilyText[] = [];
  count = 0;
  unwanted = 0;
  bytes = 0;
  /** The first rule of its format that one of them breaks. */
  breach: string | undefined;
  /** Of series without times: where their samples are. Absent for a single page, which is taken as it is. */
  #places: Map<Series, number> | undefined;

  /** @param bytes of the page */
  add({ samples, texts, unwanted, breach }: DecodedAnswer, bytes: number): void {
    if (this.count === 0) {
      this.samples = samples;
      this.texts = texts;
    } else {
      this.#places ??= placesIn(this.samples);
      for (const sample of samples) this.#append(sample, this.#places);
      const known = new Set(this.texts.map(({ family }) => family));
      this.texts = [...this.texts, ...texts.filter(({ family }) => !known.has(family))];
    }
    this.count++;
    this.unwanted += unwanted;
    this.bytes += bytes;
    this.breach ??= breach;
  }

  #append(sample: Sample, places: Map<Series, number>): void {
    const place = sample.timestamp === undefined ? places.get(sample.series) : undefined;
    if (place !== undefined) this.samples[place] = sample;
    else {
      if (sample.timestamp === undefined) places.set(sample.series, this.samples.length);
      this.samples.push(sample);
    }
  }
}

function placesIn(samples: readonly Sample[]): Map<Series, number> {
  const places = new Map<Series, number>();
  for (const [place, { series, timestamp }] of samples.entries()) {
    if (timestamp === undefined) places.set(series, place);
  }
  return places;
}
