import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type Aws, startAws } from '../../../../cli/demo/aws/server.ts';
import { ApiCalls } from '../../../../lambda/discovery/aws/api-calls.ts';
import { RequestBudget } from '../../../../lambda/discovery/aws/request-budget.ts';
import { ClusterList, matches } from '../../../../lambda/discovery/ecs/cluster/list.ts';
import { systemClock } from '../../../../lambda/model/waiting/clock.ts';
import { clientsOf } from '../../../cli/demo/aws/clients.ts';

const ARN = 'arn:aws:ecs:us-east-1:123456789012:cluster';
const KEEP_MS = 1000;

let aws: Aws;

beforeEach(async () => {
  aws = await startAws({ ecs: { clusters: ['prod-a', 'test', 'prod-b'] } });
});

afterEach(() => aws.close());

const listOf = (...selectors: string[]) => {
  const list = new ClusterList(clientsOf(aws).ecs, selectors, KEEP_MS);
  return async (now = 0) => {
    const calls = new ApiCalls(
      new RequestBudget(systemClock),
      'in us-east-1',
      new AbortController().signal,
    );
    const { clusters, errors } = await list.read(now, calls);
    const messages = [...calls.errors, ...errors].map(({ message }) => message);
    return { clusters, messages };
  };
};

describe('a pattern', () => {
  it.each<[string, string, boolean]>([
    ['prod-*', 'prod-a', true],
    ['prod-*', 'prod-', true],
    ['prod-*', 'prod', false],
    ['prod-*', 'my-prod-a', false],
    ['*-a', 'prod-a', true],
    ['*-a', 'prod-ab', false],
    ['*od*a*', 'prod-a', true],
    ['*', '', true],
    ['*', 'x', true],
    ['**', 'x', true],
    ['?', 'x', true],
    ['?', '', false],
    ['prod-?', 'prod-a', true],
    ['prod-?', 'prod-ab', false],
    ['a*b?c', 'axxbxbyc', true],
    ['a.c', 'abc', false],
    ['shop', 'shop', true],
    ['shop', 'shops', false],
  ])('%s and %s: %s', (pattern, text, expected) => {
    expect(matches(pattern, text)).toBe(expected);
  });

  it('of many stars takes no time to speak of', () => {
    expect(matches('*a'.repeat(120), 'a'.repeat(254))).toBe(true);
    expect(matches(`${'*a'.repeat(120)}b`, 'a'.repeat(254))).toBe(false);
  });
});

describe('the clusters of a source', () => {
  it('are as they were named, without a question, where there is no pattern', async () => {
    expect(await listOf('shop', `${ARN}/other`)()).toEqual({
      clusters: ['shop', `${ARN}/other`],
      messages: [],
    });
    expect(aws.calls.count('ListClusters')).toBe(0);
  });

  it('are those whose name or ARN a pattern matches, each once', async () => {
    const read = listOf('test', 'prod-*', `${ARN}/*-b`, '*');
    expect(await read()).toEqual({
      clusters: ['test', `${ARN}/prod-a`, `${ARN}/prod-b`],
      messages: [],
    });
    expect(aws.calls.count('ListClusters')).toBe(1);
  });

  it('are found on every page', async () => {
    for (let n = 0; n < 150; n += 1) aws.ecs.putCluster(`many-${n}`);
    expect((await listOf('many-*')()).clusters).toHaveLength(150);
  });

  it('are missed, in words, where a pattern matches none', async () => {
    expect(await listOf('test', 'stage-*')()).toEqual({
      clusters: ['test'],
      messages: ['ListClusters returned no cluster that matches "stage-*"'],
    });
  });

  it('stay for a while where they cannot be listed any more', async () => {
    const read = listOf('prod-*');
    await read(0);
    aws.faults.inject('ListClusters', { kind: 'throttle' });
    expect(await read(KEEP_MS)).toEqual({
      clusters: [`${ARN}/prod-a`, `${ARN}/prod-b`],
      messages: ['ListClusters in us-east-1 failed. ThrottlingException: Rate exceeded'],
    });
    expect((await read(KEEP_MS + 1)).clusters).toEqual([]);
  });

  it('are at once those that there are now', async () => {
    const read = listOf('prod-*');
    await read(0);
    aws.ecs.putCluster('prod-c');
    aws.ecs.clusters.remove('prod-a');
    expect((await read(1)).clusters).toEqual([`${ARN}/prod-b`, `${ARN}/prod-c`]);
  });
});
