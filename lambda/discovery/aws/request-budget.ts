import type { Clock } from '../../model/waiting/clock.ts';
import { type BucketSize, TokenBucket } from './token-bucket.ts';

/**
 * The documented token buckets of an account in a Region.
 * ECS: https://docs.aws.amazon.com/AmazonECS/latest/APIReference/request-throttling.html, where some actions share one;
 * EC2: https://docs.aws.amazon.com/ec2/latest/devguide/ec2-api-throttling.html, non-mutating actions, one for each.
 */
export const BUCKETS = {
  clusterResourceRead: { burst: 100, perSecond: 20 },
  serviceRead: { burst: 100, perSecond: 20 },
  clusterRead: { burst: 50, perSecond: 20 },
  taskDefinitionRead: { burst: 50, perSecond: 20 },
  ec2Instances: { burst: 100, perSecond: 20 },
  ec2NetworkInterfaces: { burst: 100, perSecond: 20 },
} as const satisfies Record<string, BucketSize>;

/** The bucket of each operation. */
const BUCKET_OF = {
  ListTasks: 'clusterResourceRead',
  DescribeTasks: 'clusterResourceRead',
  DescribeContainerInstances: 'clusterResourceRead',
  ListServices: 'serviceRead',
  DescribeServices: 'serviceRead',
  ListClusters: 'clusterRead',
  DescribeClusters: 'clusterRead',
  DescribeTaskDefinition: 'taskDefinitionRead',
  DescribeInstances: 'ec2Instances',
  DescribeNetworkInterfaces: 'ec2NetworkInterfaces',
} as const satisfies Record<string, keyof typeof BUCKETS>;

/** An operation that discovery calls. */
export type Operation = keyof typeof BUCKET_OF;

/** The collector uses four fifths of each bucket; deployments, consoles and other tools of the account have the rest. */
export const OUR_SHARE = 0.8;

/** Most calls at the same time: at 100 ms a call, these use the refill of five buckets. */
export const REQUEST_CONCURRENCY = 10;

/** Keeps the calls to one account in one Region below the rates at which AWS throttles them. */
export class RequestBudget {
  readonly #buckets = new Map<keyof typeof BUCKETS, TokenBucket>();
  readonly #clock: Clock;
  readonly #waiting: (() => void)[] = [];
  #running = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Resolves when a call may be sent; the caller must call `done` after it. Rejects if `signal` is aborted first. */
  async admit(operation: Operation, signal: AbortSignal): Promise<void> {
    // A call that waits for a token must not hold up calls with another bucket.
    await this.#bucketOf(operation).take(signal);
    if (this.#running < REQUEST_CONCURRENCY) {
      this.#running += 1;
      return;
    }
    await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }

  /** Ends an admitted call. */
  done(): void {
    const next = this.#waiting.shift();
    if (next === undefined) this.#running -= 1;
    else next();
  }

  #bucketOf(operation: Operation): TokenBucket {
    const name = BUCKET_OF[operation];
    const known = this.#buckets.get(name);
    if (known !== undefined) return known;
    const { burst, perSecond } = BUCKETS[name];
    const size = { burst: burst * OUR_SHARE, perSecond: perSecond * OUR_SHARE };
    const bucket = new TokenBucket(size, this.#clock);
    this.#buckets.set(name, bucket);
    return bucket;
  }
}
