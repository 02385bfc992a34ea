import { quote } from '../../model/samples/quote.ts';

/** Checks the samples of one point of a classic histogram or of a gauge histogram. */
export class HistogramPoint {
  private bound = Number.NaN;
  private inBucket = 0;
  private count: number | undefined;
  private sum: number | undefined;
  private negativeBound = false;
  private fault: string | undefined;

  /** Begins a point. */
  clear(): void {
    this.bound = Number.NaN;
    this.inBucket = 0;
    this.count = undefined;
    this.sum = undefined;
    this.negativeBound = false;
    this.fault = undefined;
  }

  /**
   * @param suffix of the sample's name
   * @param bound of a bucket: its `le`
   */
  add(suffix: string, bound: number, value: number): void {
    switch (suffix) {
      case '_bucket':
        if (bound <= this.bound) {
          this.fault ??= `expected buckets with growing le, got ${bound} after ${this.bound}`;
        }
        if (value < this.inBucket) {
          this.fault ??= `expected buckets that include the ones before, got ${value} after ${this.inBucket}`;
        }
        if (bound < 0) this.negativeBound = true;
        this.bound = bound;
        this.inBucket = value;
        break;
      case '_count':
      case '_gcount':
        this.count = value;
        break;
      case '_sum':
      case '_gsum':
        this.sum = value;
    }
  }

  /**
   * The fault of the point as a whole.
   * https://github.com/prometheus/OpenMetrics/blob/v1.0.0/specification/OpenMetrics.md#histogram
   *
   * @param gauge whether it belongs to a gauge histogram
   */
  problem(family: string, gauge: boolean): string | undefined {
    const { bound, inBucket, count, sum, negativeBound } = this;
    const of = `of ${quote(family)}`;
    if (this.fault !== undefined) return `${this.fault} ${of}`;
    if (bound !== Number.POSITIVE_INFINITY) return `expected a last bucket ${of} with le="+Inf"`;
    if (count !== undefined && count !== inBucket) {
      return `expected the bucket ${of} with le="+Inf" to equal its count, got ${inBucket} and ${count}`;
    }
    if ((count === undefined) !== (sum === undefined)) {
      return `expected count and sum ${of}, or neither`;
    }
    if (sum === undefined) return undefined;
    if (negativeBound && !gauge) return `expected no sum ${of}, which has negative buckets`;
    if (!negativeBound && sum < 0) return `expected a sum ${of} of 0 or more, got ${sum}`;
    return undefined;
  }
}
