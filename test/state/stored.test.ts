import { beforeEach, describe, expect, it } from '@jest/globals';
import { withHelp } from '../../lambda/model/targets/help.ts';
import { encodeState } from '../../lambda/state/format.ts';
import { MemoryState } from '../../lambda/state/memory.ts';
import { StateStoreError } from '../../lambda/state/store.ts';
import { MAX_CONFLICTS, StoredState, type StoredStateOptions } from '../../lambda/state/stored.ts';
import { MemoryStore } from './memory-store.ts';
import { AMPLE, advance, at, cycle, remembered } from './states.ts';

const NOW = Date.UTC(2026, 4, 1, 12, 30, 15, 250);

let store: MemoryStore;

beforeEach(() => {
  store = new MemoryStore();
});

/** A collector's state, as a new process has it. */
const start = () => new StoredState(store, () => NOW, { forgetAfterMs: 1_000 });

const CLEAN = { conflicts: 0, failures: 0, setAside: 0, forgotten: 0, errors: [] };

describe('a stored state', () => {
  it('is looked at and written once a cycle', async () => {
    const state = start();
    expect(await cycle(state, 0, { a: advance(0, { x: at(1), y: at(2) }) })).toEqual({
      ...{ targets: 1, series: 2, bytes: store.bytes?.length, reads: 1, writes: 1 },
      ...CLEAN,
    });
    expect(await cycle(state, 60, { a: undefined })).toMatchObject({ reads: 1, writes: 1 });
    expect(store.takeCalls()).toEqual(['read', 'write', 'read unchanged', 'write']);
  });

  it('goes on where another process has left it meanwhile, without what that one forgot', async () => {
    const one = start();
    await cycle(one, 0, { a: advance(0, { x: at(1, 0) }), b: advance(0, { x: at(1, 0) }) });
    const other = start();
    await cycle(other, 600, { a: advance(600, { x: at(6, 600) }) });
    await cycle(other, 1_200, { a: advance(1_200, { x: at(12, 1_200) }) });
    const report = await cycle(one, 1_260, { a: undefined });
    expect(report).toMatchObject({ ...{ targets: 1, series: 1, reads: 1, writes: 1 }, ...CLEAN });
    expect(remembered(one, 'a', 'x')).toEqual({ x: at(12, 1_200) });
  });

  it('keeps what it could not write, where another process has written meanwhile', async () => {
    const one = start();
    await cycle(one, 0, { a: advance(0, { x: at(1, 0) }) });
    store.failing.add('write');
    await cycle(one, 60, { a: advance(60, { x: at(6, 60) }), b: advance(60, { x: at(1, 60) }) });
    store.failing.clear();
    await cycle(start(), 30, { a: advance(30, { x: at(3, 30), y: at(1, 30) }) });
    await one.begin(AMPLE);
    expect(remembered(one, 'a', 'x', 'y')).toEqual({ x: at(6, 60), y: at(1, 30) });
    expect(remembered(one, 'b', 'x')).toEqual({ x: at(1, 60) });
  });

  it('goes on with what it knows while it cannot be looked at', async () => {
    const state = start();
    await cycle(state, 0, { a: advance(0, { x: at(1) }) });
    store.failing.add('read');
    const report = await cycle(state, 60, { a: advance(60, { x: at(5, 60) }) });
    expect(report).toMatchObject({ writes: 1, failures: 1, errors: ['read failed'] });
    store.failing.clear();
    expect(remembered(await read(), 'a', 'x')).toEqual({ x: at(5, 60) });
  });

  it('goes on in another process where it was', async () => {
    await cycle(start(), 5, { a: advance(6, { x: at(7, 6) }, '4'), b: undefined });
    const state = start();
    expect(state.isKnown).toBe(false);
    await state.begin(AMPLE);
    expect(state.isKnown).toBe(true);
    expect(remembered(state, 'a', 'x')).toEqual({ x: at(7, 6) });
    expect(state.of('a')).toMatchObject({ baseline: 6, cursor: '4' });
    state.see([{ id: 'c' }], 65);
    expect([state.of('b').baseline, state.of('c').baseline]).toEqual([undefined, 5]);
  });

  it('stays forgotten what was forgotten', async () => {
    const state = start();
    await cycle(state, 0, { a: advance(0, { x: at(1, 0), y: at(1, 0) }) });
    await cycle(state, 500, { a: advance(500, { y: at(1, 500) }) });
    await cycle(state, 850, { a: undefined });
    expect(await cycle(state, 1_200, { a: undefined })).toMatchObject({ series: 1 });
    expect(await cycle(start(), 1_200, { a: undefined })).toMatchObject({ series: 1 });
  });
});

describe('a state that cannot be read', () => {
  it('knows nothing, commits nothing and writes nothing, until it can be', async () => {
    await cycle(start(), 0, { a: advance(0, { x: at(1) }) });
    const before = store.bytes;
    store.takeCalls();
    const state = start();
    store.failing.add('read');
    expect(await cycle(state, 60, { a: advance(60, { x: at(5, 60) }), b: undefined })).toEqual({
      ...{ targets: 0, series: 0, bytes: 0, reads: 1, writes: 0 },
      ...{ ...CLEAN, failures: 1, errors: ['read failed'] },
    });
    expect(state.isKnown).toBe(false);
    expect(store.takeCalls()).toEqual(['read']);
    expect(store.bytes).toBe(before);

    store.failing.clear();
    await state.begin(AMPLE);
    expect(remembered(state, 'a', 'x')).toEqual({ x: at(1) });
    // As first seen now: what began since the last complete cycle is not lost.
    state.see([{ id: 'b' }], 120);
    expect(state.of('b').baseline).toBe(0);
  });
});

describe('a state of which nothing is stored yet', () => {
  const heir = (inherit: StoredStateOptions['inherit']) =>
    new StoredState(store, () => NOW, { inherit });
  const snapshotOf = async (target: string, value: number) => {
    const memory = new MemoryState();
    await cycle(memory, 30, { [target]: advance(30, { x: at(value, 30) }) });
    return memory.snapshot;
  };

  it('begins with what it inherits, and says what of that is missing', async () => {
    const snapshots = [await snapshotOf('a', 1), await snapshotOf('b', 2)];
    const state = heir(async () => ({ snapshots, missing: ['no c'] }));
    expect(await cycle(state, 60, { a: undefined, b: undefined, c: undefined })).toMatchObject({
      ...{ targets: 3, series: 2, writes: 1, errors: ['no c'], failures: 0 },
    });
    const stored = await read();
    expect(remembered(stored, 'a', 'x')).toEqual({ x: at(1, 30) });
    expect(remembered(stored, 'b', 'x')).toEqual({ x: at(2, 30) });
  });

  it('inherits once', async () => {
    let asked = 0;
    const inherit = async () => {
      asked += 1;
      return { snapshots: [], missing: [] };
    };
    const state = heir(inherit);
    await cycle(state, 0, { a: undefined });
    await cycle(state, 60, { a: undefined });
    await cycle(heir(inherit), 120, { a: undefined });
    expect(asked).toBe(1);
  });

  it('is not known before it could inherit', async () => {
    const state = heir(async () => {
      throw new StateStoreError('inherit failed');
    });
    expect(await cycle(state, 0, { a: advance(0, { x: at(1) }) })).toMatchObject({
      ...{ writes: 0, failures: 1, errors: ['inherit failed'], series: 0 },
    });
    expect(state.isKnown).toBe(false);
  });
});

describe('a state that cannot be written', () => {
  it('is written in the next cycle', async () => {
    const state = start();
    store.failing.add('write');
    expect(await cycle(state, 0, { a: advance(0, { x: at(1) }) })).toMatchObject({
      ...{ writes: 0, failures: 1, errors: ['write failed'], bytes: 0, series: 1 },
    });
    store.failing.clear();
    expect(await cycle(state, 60, { a: undefined })).toMatchObject({ writes: 1, failures: 0 });
    expect(remembered(await read(), 'a', 'x')).toEqual({ x: at(1) });
  });
});

describe('a state that somebody else writes too', () => {
  it('is merged: of each series the newer value', async () => {
    const one = start();
    await cycle(one, 0, { a: advance(0, { x: at(1, 0), y: at(1, 0) }) });
    const theirs = { a: advance(60, { x: at(6, 60), z: at(9, 60) }), b: undefined };
    beforeNextWrite(() => cycle(start(), 60, theirs));
    const report = await cycle(one, 50, { a: advance(50, { x: at(5, 50), y: at(5, 50) }) });

    expect(report).toMatchObject({ reads: 2, writes: 1, conflicts: 1, failures: 0, errors: [] });
    for (const state of [one, await read()]) {
      const series = remembered(state, 'a', 'x', 'y', 'z');
      expect(series).toEqual({ x: at(6, 60), y: at(5, 50), z: at(9, 60) });
      expect(state.of('a').baseline).toBe(60);
    }
    expect((await read()).of('b').baseline).toBe(0);
  });

  it('is merged: a series is as old as who saw it last says', async () => {
    const one = start();
    await cycle(one, 0, { a: advance(0, { x: at(1, 0), y: at(1, 0) }) });
    await cycle(one, 300, { a: undefined });
    beforeNextWrite(() => cycle(start(), 500, { a: advance(500, { x: at(1, 0) }) }));
    await cycle(one, 600, { a: advance(600, { y: at(1, 0) }) });
    await cycle(one, 1_050, { a: undefined });
    await cycle(one, 1_500, { a: undefined });
    expect(remembered(one, 'a', 'x', 'y')).toEqual({ x: at(1, 0), y: at(1, 0) });
    await cycle(one, 1_501, { a: undefined });
    expect(remembered(one, 'a', 'x', 'y')).toEqual({ y: at(1, 0) });
  });

  it('is left to the next cycle where the other one never ends', async () => {
    const state = start();
    const another = await encodeState(new MemoryState().snapshot);
    store.beforeWrite = async () => store.put(another);
    expect(await cycle(state, 0, { a: advance(0, { x: at(1) }) })).toMatchObject({
      ...{ writes: 0, conflicts: MAX_CONFLICTS + 1, failures: 1 },
      errors: [
        withHelp(
          `Another writer replaced the state ${MAX_CONFLICTS + 1} times before this write`,
          'stateConflicts',
        ),
      ],
    });
    store.beforeWrite = async () => {};
    expect(await cycle(state, 60, { a: undefined })).toMatchObject({ writes: 1, conflicts: 0 });
    expect(remembered(await read(), 'a', 'x')).toEqual({ x: at(1) });
  });
});

describe('a state that cannot be understood', () => {
  const corrupt = Buffer.from('corrupt');

  it.each([
    ['corrupt', corrupt, 'expected a state of Fargauge, got 7 bytes'],
    ['newer', Buffer.from('FGST\x03...'), 'expected a state of version 2, got version 3'],
  ])('is kept aside, and the state begins anew: %s', async (kind, bytes, message) => {
    store.put(bytes);
    const state = start();
    const name = `state.${kind}-2026-05-01T123015.250Z`;
    expect(await cycle(state, 0, { a: advance(0, { x: at(1) }) })).toMatchObject({
      ...{ series: 1, writes: 1, failures: 0, setAside: 1 },
      errors: [
        expect.stringContaining(
          `The state begins anew; the old one is kept as ${name}. ${message}`,
        ),
      ],
    });
    expect([...store.aside]).toEqual([[name, bytes]]);
    expect(remembered(await read(), 'a', 'x')).toEqual({ x: at(1) });
    const next = await cycle(state, 60, { a: undefined });
    expect(next).toMatchObject({ setAside: 0, errors: [] });
  });

  it('is not overwritten where it cannot be kept', async () => {
    store.put(corrupt);
    store.failing.add('setAside');
    const report = await cycle(start(), 0, { a: advance(0, { x: at(1) }) });
    expect(report).toMatchObject({ writes: 0, failures: 1, setAside: 0 });
    expect(store.bytes).toBe(corrupt);
  });
});

/** What somebody else does between the beginning and the end of a cycle. */
function beforeNextWrite(work: () => Promise<unknown>): void {
  store.beforeWrite = async () => {
    store.beforeWrite = async () => {};
    await work();
  };
}

/** What another process would find now. */
async function read(): Promise<StoredState> {
  const state = start();
  await state.begin(AMPLE);
  return state;
}
