import { zstdDecompressSync } from 'node:zlib';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  decodeState,
  encodeState,
  FORMAT_VERSION,
  StateFormatError,
} from '../../lambda/state/format.ts';
import { MemoryState, type Snapshot } from '../../lambda/state/memory.ts';
import { LABEL_SETS, realisticState } from './realistic.ts';
import { advance, at, cycle } from './states.ts';

/** What the encoder of version 1 made of `small`. */
const VERSION_1 =
  'RkdTVAEotS/9BFjtAwCCBA8asCcdwJIEgjkAJUoJwL2xKuvHEWKiFRVk7xRUZLAAtLRtFcSQ6QwrfmMahP+Y1sQZ+e347b///CfNVB8bAKsDO7MBDOQDCVBgJcNX5K4abOboFwoI8DLEBQeDglBtsTJBqQeiejwnvpUCWw2AKwgzuWazxXQDiAtAGwPbXdk=';

/** Bytes of the stored object for each series that it remembers. */
const BYTES_PER_SERIES = 100;

/** All that a snapshot says, as plain values. */
function contentOf({ completedAt, knownMetrics, targets }: Snapshot) {
  const plain = [...targets].map(([id, { times, keys, values, timestamps, starts, seen }]) => ({
    ...{ id, times, keys: keys.list },
    ...{ values: [...values], timestamps: [...timestamps], starts: [...starts] },
    seen: [...seen],
  }));
  const combinations = knownMetrics && [...knownMetrics.combinations];
  return { completedAt, asOf: knownMetrics?.asOf, combinations, targets: plain };
}

async function small(): Promise<MemoryState> {
  const state = new MemoryState();
  await cycle(state, 60, {
    a: advance(61, { x: at(1, 61), y: { ...at(0.1, 60), start: 7 } }, '59'),
    b: undefined,
  });
  await cycle(state, 120, { c: advance(121, { x: at(3, 121) }) });
  return state;
}

describe('a stored state', () => {
  it('says all that the state remembers', async () => {
    const { snapshot } = await small();
    const decoded = await decodeState(await encodeState(snapshot));
    expect(contentOf(decoded)).toEqual(contentOf(snapshot));
  });

  it('is read if an older collector wrote it, with version 1', async () => {
    const written = Buffer.from(VERSION_1, 'base64');
    expect(written[4]).toBe(1);
    expect(contentOf(await decodeState(written))).toEqual(contentOf((await small()).snapshot));
  });

  it('has a key once for all targets, whose lists of keys differ', async () => {
    const state = new MemoryState();
    const keys = Array.from({ length: 500 }, (_, index) => `${index} ${'long '.repeat(40)}`);
    const updates = Object.fromEntries(keys.map((key) => [key, at(1)]));
    for (let target = 0; target < 100; target++) {
      const series = { ...updates, [`of ${target}`]: at(1) };
      await cycle(state, target, { [target]: advance(target, series) }, { complete: false });
    }
    const bytes = await encodeState(state.snapshot);
    expect(contentOf(await decodeState(bytes))).toEqual(contentOf(state.snapshot));
    // The keys of all lists take ten MB.
    expect(zstdDecompressSync(bytes.subarray(5)).length).toBeLessThan(2_500_000);
  });

  it('keeps every number, and every text that can be a label', async () => {
    const time = fc.option(fc.nat(2 ** 40), { nil: undefined });
    const cursor = fc.option(fc.string({ minLength: 1 }), { nil: undefined });
    const updates = fc.dictionary(
      fc.string({ unit: 'binary', maxLength: 200 }),
      fc.record({ value: fc.double({ noNaN: true }), timestamp: fc.maxSafeNat() }),
    );
    const targets = fc.dictionary(fc.string({ unit: 'binary' }), fc.tuple(updates, cursor));
    const known = fc.option(fc.uint8Array(), { nil: undefined });
    await fc.assert(
      fc.asyncProperty(targets, time, known, async (given, completedAt, combinations) => {
        const state = new MemoryState(Infinity);
        for (const [id, [series, until]] of Object.entries(given)) {
          state.see([{ id }], 1);
          state.commit(id, advance(1, series, until));
        }
        const knownMetrics = combinations && { combinations, asOf: completedAt ?? 0 };
        state.advance({ now: 1, completedAt, knownMetrics });
        const decoded = await decodeState(await encodeState(state.snapshot));
        expect(contentOf(decoded)).toEqual(contentOf(state.snapshot));
      }),
      { numRuns: 50 },
    );
  });

  it.each(Object.entries(LABEL_SETS))(
    'takes at most 100 bytes a series for 100,000 series, %s',
    async (_, ownLabels) => {
      const snapshot = realisticState(100_000, ownLabels);
      const bytes = await encodeState(snapshot);
      expect(bytes.length / 100_000).toBeLessThan(BYTES_PER_SERIES);
      expect((await encodeState(await decodeState(bytes))).equals(bytes)).toBe(true);
    },
  );
});

describe('an object that is no state of this version', () => {
  const failing = async (bytes: Uint8Array) => {
    const error = await decodeState(bytes).catch((thrown) => thrown);
    expect(error).toBeInstanceOf(StateFormatError);
    return error as StateFormatError;
  };

  it.each([
    ['nothing', Buffer.alloc(0), 'expected a state of Fargauge, got nothing'],
    [
      'something else',
      Buffer.from('<Error/>'),
      'expected a state of Fargauge, got 8 bytes that begin with 3c4572726f722f3e',
    ],
    [
      'the beginning of the header',
      Buffer.from('FGST'),
      'expected a state of Fargauge, got 4 bytes that begin with 46475354',
    ],
  ])('is corrupt where it is %s', async (_, bytes, message) => {
    expect(await failing(bytes)).toMatchObject({ kind: 'corrupt', message });
  });

  it('is newer where its version is', async () => {
    const bytes = await encodeState((await small()).snapshot);
    bytes[4] = FORMAT_VERSION + 1;
    expect(await failing(bytes)).toMatchObject({
      kind: 'newer',
      message: `expected a state of version ${FORMAT_VERSION}, got version ${FORMAT_VERSION + 1}`,
    });
  });

  it('is corrupt wherever it is cut off, and whichever byte of it changed', async () => {
    const bytes = await encodeState((await small()).snapshot);
    for (let length = 0; length < bytes.length; length++) {
      expect((await failing(bytes.subarray(0, length))).kind).toBe('corrupt');
    }
    for (let index = 0; index < bytes.length; index++) {
      const changed = Buffer.from(bytes);
      changed[index] = (changed[index] ?? 0) ^ 0xff;
      // A version from 2 to 255 is a newer one, whatever made it so.
      expect((await failing(changed)).kind).toBe(index === 4 ? 'newer' : 'corrupt');
    }
  });
});
