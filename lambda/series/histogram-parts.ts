import type { Drops } from '../model/samples/drops.ts';
import type { HistogramSample, Sample, Series } from '../model/samples/sample.ts';
import { type HistogramPart, withoutBound } from './histogram-part.ts';

/** One sample of a histogram. */
interface Member {
  readonly sample: Sample;
  readonly part: HistogramPart;
  /** Whether its series is published only as a part of the whole. */
  readonly own: boolean;
}

/** Each histogram as a whole, by its first part: the same object in each scrape, as long as the parts are the same. */
const wholes = new WeakMap<Series, Series>();

/** Assembles the histograms of one scrape. */
export class HistogramParts {
  readonly #histograms = new Map<string, Member[]>();

  /** @param own whether the part is published only as a part of the whole */
  add(sample: Sample, part: HistogramPart, own: boolean): void {
    const { timestamp } = sample;
    const key = timestamp === undefined ? part.key : `${part.key}\u0000${timestamp}`;
    const members = this.#histograms.get(key);
    if (members === undefined) this.#histograms.set(key, [{ sample, part, own }]);
    else members.push({ sample, part, own });
  }

  /** The available parts of each histogram. The first of repeated parts counts. */
  *wholes(drops: Drops): Generator<HistogramSample> {
    for (const members of this.#histograms.values()) yield wholeOf(members, drops);
  }
}

function wholeOf(members: readonly Member[], drops: Drops): HistogramSample {
  const buckets = bucketsOf(members);
  const sum = members.find(({ part }) => part.kind === 'sum');
  const count = members.find(({ part }) => part.kind === 'count');
  const used = new Set<Member | undefined>([...buckets, sum, count]);
  const parts: Series[] = [];
  for (const member of members) {
    if (!member.own) continue;
    const { series } = member.sample;
    if (used.has(member)) parts.push(series);
    else
      drops.add(
        Number.isNaN(member.part.bound) && member.part.kind === 'bucket'
          ? 'inconsistent_histogram'
          : 'duplicate',
        series,
      );
  }
  const [first] = members as [Member, ...Member[]];
  return {
    series: seriesOf(first, parts),
    buckets: buckets.map(({ sample, part: { bound } }) => ({ bound, sample })),
    sum: sum?.sample,
    count: count?.sample,
    timestamp: first.sample.timestamp,
    start: members.find(({ sample }) => sample.start !== undefined)?.sample.start,
  };
}

/** The buckets in the order of their bounds, each bound once. */
function bucketsOf(members: readonly Member[]): Member[] {
  const buckets = members.filter(({ part }) => !Number.isNaN(part.bound));
  const ascending = buckets.every(
    ({ part }, at) => at === 0 || (buckets[at - 1] as Member).part.bound < part.bound,
  );
  if (ascending) return buckets;
  buckets.sort((one, other) =>
    one.part.bound < other.part.bound ? -1 : Number(one.part.bound > other.part.bound),
  );
  return buckets.filter(({ part }, at) => buckets[at - 1]?.part.bound !== part.bound);
}

function seriesOf({ sample: { series }, part }: Member, parts: readonly Series[]): Series {
  const known = wholes.get(series);
  if (known?.parts !== undefined && same(known.parts, parts)) return known;
  const { type, labels, origin } = series;
  const name = part.histogram;
  const whole = { name, family: name, type, labels: withoutBound(labels), origin, parts };
  wholes.set(series, whole);
  return whole;
}

function same(one: readonly Series[], other: readonly Series[]): boolean {
  return one.length === other.length && one.every((series, i) => series === other[i]);
}
