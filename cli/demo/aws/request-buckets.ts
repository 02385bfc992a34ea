/** A token bucket: its capacity in calls, and its refill. */
interface Bucket {
  readonly operations: readonly string[];
  readonly burst: number;
  readonly perSecond: number;
}

/**
 * The buckets of an account in a Region.
 * ECS: https://docs.aws.amazon.com/AmazonECS/latest/APIReference/request-throttling.html
 * EC2: https://docs.aws.amazon.com/ec2/latest/devguide/ec2-api-throttling.html (non-mutating actions)
 */
const BUCKETS: readonly Bucket[] = [
  {
    operations: ['ListTasks', 'DescribeTasks', 'DescribeContainerInstances'],
    burst: 100,
    perSecond: 20,
  },
  { operations: ['ListServices', 'DescribeServices'], burst: 100, perSecond: 20 },
  { operations: ['ListClusters', 'DescribeClusters'], burst: 50, perSecond: 20 },
  { operations: ['DescribeTaskDefinition'], burst: 50, perSecond: 20 },
  { operations: ['DescribeInstances'], burst: 100, perSecond: 20 },
  { operations: ['DescribeNetworkInterfaces'], burst: 100, perSecond: 20 },
];

/** Counts the calls of one account in one Region against the documented buckets. */
export class RequestBuckets {
  readonly #clock: () => number;
  readonly #levels = new Map<Bucket, { tokens: number; at: number }>();
  #lowest = Infinity;

  /** @param clock milliseconds since the epoch */
  constructor(clock: () => number) {
    this.#clock = clock;
  }

  /** The lowest number of tokens after a call. */
  get lowest(): number {
    return this.#lowest;
  }

  /** Takes a token for a call; false without one. An operation without a bucket always succeeds. */
  take(operation: string): boolean {
    const bucket = BUCKETS.find(({ operations }) => operations.includes(operation));
    if (bucket === undefined) return true;
    const now = this.#clock();
    const last = this.#levels.get(bucket) ?? { tokens: bucket.burst, at: now };
    const fresh = ((now - last.at) / 1000) * bucket.perSecond;
    const tokens = Math.min(last.tokens + fresh, bucket.burst);
    const allowed = tokens >= 1;
    const left = allowed ? tokens - 1 : tokens;
    this.#levels.set(bucket, { tokens: left, at: now });
    this.#lowest = Math.min(this.#lowest, left);
    return allowed;
  }
}
