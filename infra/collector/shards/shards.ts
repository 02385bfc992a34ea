import { Token } from 'aws-cdk-lib/core';
import { MAX_SHARDS } from '../../../lambda/shards/objects/limits.ts';
import { InvalidPropsError } from '../../props/errors.ts';
import { type Owner, validCount } from '../../props/valid.ts';

/** Iterations that a Map state runs at a time in its inline mode. https://docs.aws.amazon.com/step-functions/latest/dg/concepts-asl-use-map-state-inline.html */
export const INLINE_SHARDS = 40;

export interface AutomaticShardsProps {
  /**
   * Targets of a shard. A task with a sidecar and an application that exposes metrics has two.
   *
   * @default 1000
   */
  readonly targetsPerShard?: number;

  /**
   * The greatest number of shards, from 1 to 1000. With more than 40 the cycles become Standard workflows of AWS Step Functions with a
   * Distributed Map, which cost by the shard: see docs/scale.md.
   *
   * @default 40
   */
  readonly max?: number;
}

/**
 * The number of shards that the targets of a collector are divided into. Each shard has an invocation of its own.
 *
 * @example
 * Shards.automatic({ targetsPerShard: 500 });
 */
export class Shards {
  /** Always the same number, from 1 to 1000. */
  static fixed(shards: number): Shards {
    return new Shards(shards, undefined);
  }

  /** As many as the targets need. The number falls only if the shards stay below 70 % of their size. */
  static automatic({
    targetsPerShard = 1_000,
    max = INLINE_SHARDS,
  }: AutomaticShardsProps = {}): Shards {
    return new Shards(max, targetsPerShard);
  }

  /** The number; with `targetsPerShard` the largest. */
  readonly max: number;
  /** Absent: the number never changes. */
  readonly targetsPerShard: number | undefined;

  private constructor(max: number, targetsPerShard: number | undefined) {
    this.max = max;
    this.targetsPerShard = targetsPerShard;
  }

  /** Whether there may be more than an inline Map runs at a time. */
  get areDistributed(): boolean {
    return this.max > INLINE_SHARDS;
  }
}

/** The shards, if their number is valid. */
export function validShards(owner: Owner, shards: Shards): Shards {
  const { max, targetsPerShard } = shards;
  // The resources of the stack depend on it.
  if (Token.isUnresolved(max) || !(Number.isInteger(max) && max >= 1 && max <= MAX_SHARDS)) {
    throw new InvalidPropsError(
      owner,
      `Expected \`shards\` to be a whole number from 1 to ${MAX_SHARDS}, got ${Token.isUnresolved(max) ? 'one that is known at deployment only' : max}`,
    );
  }
  if (targetsPerShard !== undefined) validCount(owner, 'targetsPerShard', targetsPerShard);
  return shards;
}
