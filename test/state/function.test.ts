import { describe, expect, it } from '@jest/globals';
import { functionState, stateSettings } from '../../lambda/state/function.ts';
import { MemoryState } from '../../lambda/state/memory.ts';
import { parseStatePlace } from '../../lambda/state/place.ts';
import type { S3Api } from '../../lambda/state/s3-api.ts';
import { StoredState } from '../../lambda/state/stored.ts';
import { advance, at, cycle } from './states.ts';

const S3 = { FARGAUGE_STATE: 's3://states/fargauge/prod' };

function stateOf(env: Record<string, string>) {
  const asked: unknown[] = [];
  const s3: S3Api = {
    getObject: async (input) => {
      asked.push(input);
      throw Object.assign(new Error('no such key'), { name: 'NoSuchKey' });
    },
    putObject: async () => ({ $metadata: {} }),
  };
  return { asked, state: functionState(stateSettings(env), s3, () => 0, 512 * 2 ** 20) };
}

describe('the state of a function', () => {
  it('is in memory where nothing is said', () => {
    expect(stateOf({}).state).toBeInstanceOf(MemoryState);
    expect(stateOf({ FARGAUGE_STATE: '' }).state).toBeInstanceOf(MemoryState);
  });

  it('is in the object of S3 that is named', async () => {
    const { state, asked } = stateOf(S3);
    expect(state).toBeInstanceOf(StoredState);
    await state.begin(AbortSignal.timeout(1_000));
    expect(asked).toEqual([{ Bucket: 'states', Key: 'fargauge/prod' }]);
  });

  it('forgets after the time that is named', async () => {
    const { state } = stateOf({ FARGAUGE_STATE_FORGET_AFTER: '2m' });
    await cycle(state, 0, { a: advance(0, { x: at(1, 0) }) });
    await cycle(state, 60_000, { a: undefined });
    expect(await cycle(state, 120_000, { a: undefined })).toMatchObject({ series: 1 });
    expect(await cycle(state, 120_001, { a: undefined })).toMatchObject({ series: 0 });
  });

  it.each([
    ['FARGAUGE_STATE', 'state.bin', 'expected s3://bucket/key, got "state.bin"'],
    ['FARGAUGE_STATE', 's3://states', 'expected s3://bucket/key, got "s3://states"'],
    ['FARGAUGE_STATE_FORGET_AFTER', 'a day', 'expected a duration such as 24h, got "a day"'],
    ['FARGAUGE_STATE_FORGET_AFTER', '0', 'expected a duration such as 24h, got "0"'],
  ])('is refused where %s is %s', (name, value, message) => {
    expect(() => stateOf({ [name]: value })).toThrow(new TypeError(`${name}: ${message}`));
  });
});

describe('the place of a state', () => {
  it.each([
    ['s3://my-bucket/a', { kind: 's3', bucket: 'my-bucket', key: 'a' }],
    ['s3://my.bucket.1/a/b c.state', { kind: 's3', bucket: 'my.bucket.1', key: 'a/b c.state' }],
    ['state', { kind: 'file', path: 'state' }],
    ['/var/lib/fargauge/state', { kind: 'file', path: '/var/lib/fargauge/state' }],
    ['', undefined],
    ['s3://my-bucket', undefined],
    ['s3://my-bucket/', undefined],
    ['s3://my-bucket/folder/', undefined],
    ['s3://My_Bucket/a', undefined],
    ['https://my-bucket.s3.amazonaws.com/a', undefined],
  ])('"%s" is read as it should be', (text, place) => {
    expect(parseStatePlace(text)).toEqual(place);
  });
});
