import { hash } from 'node:crypto';

/** The shard of a target, from 0: the same for the same number of shards, and targets are spread evenly. */
export function shardOf(targetId: string, shards: number): number {
  return hash('sha256', targetId, 'buffer').readUInt32BE() % shards;
}
