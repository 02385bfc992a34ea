import { expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { s3Store } from '../../lambda/state/s3.ts';
import type { S3Api } from '../../lambda/state/s3-api.ts';
import { StoredState } from '../../lambda/state/stored.ts';

const odd = fc.constantFrom<unknown>(undefined, null, 0, '', 'x', true, [], {}, [null]);
const body = fc.oneof(
  odd,
  odd.map((bytes) => ({ transformToByteArray: async () => bytes })),
  fc.uint8Array().map((bytes) => ({ transformToByteArray: async () => bytes })),
);
const got = fc.oneof(odd, fc.record({ Body: body, ETag: odd }, { requiredKeys: [] }));
const put = fc.oneof(odd, fc.record({ ETag: odd }, { requiredKeys: [] }));

it('whatever S3 answers, a cycle has a state or says why not', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(got, { minLength: 1, maxLength: 4 }), put, async (gets, written) => {
      let reads = 0;
      const s3 = {
        getObject: async () => gets[reads++ % gets.length],
        putObject: async () => written,
      } as unknown as S3Api;
      const state = new StoredState(s3Store(s3, { bucket: 'b', key: 'k' }), () => 1_000);
      for (let cycle = 0; cycle < 2; cycle++) {
        await state.begin(AbortSignal.timeout(10_000));
        state.see([{ id: 'a', startedAt: undefined }], 1_000);
        const end = { now: 1_000, completedAt: 1_000, knownMetrics: undefined };
        const report = await state.end(end, AbortSignal.timeout(10_000));
        if (!state.isKnown) expect(report.errors).not.toEqual([]);
      }
    }),
    { numRuns: 500 },
  );
});
