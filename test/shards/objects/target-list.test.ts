import { promisify } from 'node:util';
import { zstdCompress } from 'node:zlib';
import { expect, it } from '@jest/globals';
import type { ListedTarget } from '../../../lambda/discovery/listed-target.ts';
import {
  decodeList,
  digestOf,
  encodeList,
  TargetListError,
} from '../../../lambda/shards/objects/target-list.ts';

const TARGETS: readonly ListedTarget[] = [
  {
    id: 'ecs http://10.0.0.1:9546/metrics',
    job: 'fargauge-sidecar',
    entry: 'ecs',
    url: 'http://10.0.0.1:9546/metrics',
    labels: { ServiceName: 'käse' },
    timeoutMs: 10_000,
    startedAt: 1_767_225_600_000,
    task: { arn: 'arn:aws:ecs:eu-west-1:123456789012:task/prod/1', cluster: 'prod', source: 'x' },
  },
  { id: 'b', job: 'b', entry: 'b', url: 'http://b/', labels: {}, timeoutMs: 1, overLimit: 'no' },
];

const compress = promisify(zstdCompress);

it.each([[TARGETS], [[]]])('a list is what it was: %j', async (targets) => {
  const bytes = await encodeList(targets);
  expect(await decodeList(bytes, digestOf(targets))).toEqual(targets);
});

it.each([
  [
    'nothing',
    async () => new Uint8Array(),
    'expected a list of targets, got 0 bytes that are not one',
  ],
  [
    'something else',
    async () => Buffer.from('{"version":1}'),
    'expected a list of targets, got 13 bytes that are not one',
  ],
  ['something else that is compressed', async () => compress('version 1'), 'that are not one'],
  [
    'a list of another version',
    async () => compress('{"version":2,"targets":[]}'),
    'expected a list of targets of version 1, got version 2: the functions are of different versions',
  ],
  [
    'the list of another cycle',
    async () => encodeList([]),
    'expected the list of targets of this cycle, got another one',
  ],
])('%s is refused', async (_, bytes, message) => {
  const decoded = decodeList(await bytes(), digestOf(TARGETS));
  await expect(decoded).rejects.toThrow(TargetListError);
  await expect(decoded).rejects.toThrow(message);
});
