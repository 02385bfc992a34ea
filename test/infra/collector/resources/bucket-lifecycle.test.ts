import { expect, it } from '@jest/globals';
import { ShardObjects } from '../../../../lambda/shards/objects/objects.ts';
import type { S3ListApi } from '../../../../lambda/state/s3-api.ts';
import { asideName } from '../../../../lambda/state/store.ts';
import { collectorTemplate } from '../../template.ts';

const PLACE = { bucket: 'states', key: 'state' };

/** Nothing is asked of it: only names are. */
const objects = new ShardObjects({} as S3ListApi, PLACE);

/** The prefixes of objects that the bucket of a collector deletes after a while. */
function expiring(): readonly string[] {
  const [bucket] = Object.values(collectorTemplate().findResources('AWS::S3::Bucket'));
  const rules: { Prefix?: string; ExpirationInDays?: number }[] =
    bucket?.Properties.LifecycleConfiguration.Rules;
  return rules.flatMap(({ Prefix, ExpirationInDays }) =>
    ExpirationInDays === undefined ? [] : [Prefix ?? ''],
  );
}

const shard = objects.stateOf({ layout: 3, index: 7 });

it.each([
  ['a broken state', asideName(PLACE.key, 'corrupt', 0), true],
  ['a state of a newer version', asideName(PLACE.key, 'newer', 0), true],
  ['a broken state of a shard', asideName(shard.asideKey ?? '', 'corrupt', 0), true],
  ['the state', PLACE.key, false],
  ['the lease of a cycle', `${PLACE.key}.lease`, false],
  ['the state of a shard', shard.key, false],
  ['the manifest of shards', `${PLACE.key}/manifest.json`, false],
  ['the list of a shard', `${PLACE.key}/lists/7`, false],
])('%s, %s, expires in the bucket: %p', (_, name, expected) => {
  expect(expiring().some((prefix) => name.startsWith(prefix))).toBe(expected);
});
