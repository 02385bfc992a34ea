import type { GroupedMetric } from '../model/samples/metric-group.ts';
import type { Bin, Distribution, Point } from '../model/samples/point.ts';
import type { Publications } from '../model/samples/publication.ts';

/** A number, or an end of a range, of one task. */
interface OfTask {
  readonly value: number;
  readonly task: string;
}

interface Value<O> extends OfTask {
  readonly owner: O;
  readonly points: readonly Point[];
}

/** Values that fit into one event. */
export interface MetricPart<O> {
  readonly metric: GroupedMetric;
  readonly owners: Iterable<O>;
}

/** The values of several tasks for one metric: numbers, or one distribution. */
export class MergedMetric<O> {
  readonly #name: string;
  readonly #publications: Publications;
  readonly #isDistribution: boolean;
  readonly #values: Value<O>[] = [];
  readonly #bins = new Map<string, Bin>();
  readonly #owners = new Set<O>();
  readonly #points: Point[] = [];
  #sum = 0;
  #greatest: OfTask | undefined;
  #least: OfTask | undefined;

  /** @param metric gives the kind, and none of its values */
  constructor({ name, publications, value }: GroupedMetric) {
    this.#name = name;
    this.#publications = publications;
    this.#isDistribution = isDistribution(value);
  }

  /** Whether a metric of this name can be added: it is published alike, and of the same kind. */
  isAlike({ publications, value }: GroupedMetric): boolean {
    return publications === this.#publications && isDistribution(value) === this.#isDistribution;
  }

  /** @returns the number of values that it takes memory for */
  add({ value, points }: GroupedMetric, task: string, owner: O): number {
    if (isDistribution(value)) return this.#addDistribution(value, points, task, owner);
    if (typeof value === 'number') {
      this.#values.push({ value, task, owner, points });
      return 1;
    }
    for (const [index, each] of value.entries()) {
      this.#values.push({ value: each, task, owner, points: points.slice(index, index + 1) });
    }
    return value.length;
  }

  /** @param size most values of a part. A distribution is one part, whatever its size */
  parts(size: number): MetricPart<O>[] {
    if (this.#isDistribution) return [this.#distribution()];
    const sorted = this.#values.toSorted((one, other) => other.value - one.value);
    const parts: MetricPart<O>[] = [];
    for (let from = 0; from < sorted.length; from += size) {
      parts.push(this.#part(sorted.slice(from, from + size)));
    }
    return parts;
  }

  /** @param values the greatest first */
  #part(values: readonly Value<O>[]): MetricPart<O> {
    const [first] = values as [Value<O>];
    const last = values.at(-1) ?? first;
    return {
      metric: {
        name: this.#name,
        publications: this.#publications,
        value: values.length === 1 ? first.value : values.map(({ value }) => value),
        points: values.flatMap(({ points }) => points),
        tasks: { greatest: first.task, least: last.task },
      },
      owners: values.map(({ owner }) => owner),
    };
  }

  #addDistribution(
    { bins, sum }: Distribution,
    points: readonly Point[],
    task: string,
    owner: O,
  ): number {
    const before = this.#bins.size;
    for (const bin of bins) {
      const key = `${bin.value} ${bin.from} ${bin.to}`;
      const count = bin.count + (this.#bins.get(key)?.count ?? 0);
      this.#bins.set(key, { ...bin, count });
      if (!this.#greatest || bin.to > this.#greatest.value) {
        this.#greatest = { task, value: bin.to };
      }
      if (!this.#least || bin.from < this.#least.value) this.#least = { task, value: bin.from };
    }
    this.#sum += sum;
    this.#owners.add(owner);
    this.#points.push(...points);
    return this.#bins.size - before + points.length;
  }

  #distribution(): MetricPart<O> {
    const bins = [...this.#bins.values()].sort((one, other) => one.value - other.value);
    return {
      metric: {
        name: this.#name,
        publications: this.#publications,
        value: { bins, sum: this.#sum },
        points: this.#points,
        tasks: { greatest: this.#greatest?.task ?? '', least: this.#least?.task ?? '' },
      },
      owners: this.#owners,
    };
  }
}

function isDistribution(value: GroupedMetric['value']): value is Distribution {
  return typeof value === 'object' && 'bins' in value;
}
