import type { Advance, Previous, State } from '../../lambda/model/delivery/state.ts';
import type { StateStore, StoredObject } from '../../lambda/state/store.ts';

/** Never the reason why something ends. */
export const AMPLE = AbortSignal.timeout(60_000);

/** The object of a store, which has one. */
export async function stored(store: StateStore): Promise<StoredObject> {
  const object = await store.read(AMPLE);
  if (object === undefined || object === 'unchanged') throw new Error(`got ${object}`);
  return object;
}

/** One series with this value. */
export const at = (value: number, timestamp = 0): Previous => ({ value, timestamp });

/** What a scrape at `scrapedAt` advances to, and what differs. */
export function advance(
  scrapedAt: number,
  updates: Readonly<Record<string, Previous>>,
  cursor?: string,
): Advance {
  return { updates: new Map(Object.entries(updates)), scrapedAt, cursor };
}

/** What a state remembers of some series of a target; those that it does not are left out. */
export function remembered(state: State, target: string, ...keys: readonly string[]) {
  const { series } = state.of(target);
  const entries = keys.flatMap((key) => {
    const previous = series.get(key);
    return previous === undefined ? [] : [[key, previous] as const];
  });
  return Object.fromEntries(entries);
}

/** One cycle at `now` in which these targets advance; all that are named are seen. */
export async function cycle(
  state: State,
  now: number,
  advances: Readonly<Record<string, Advance | undefined>>,
  { complete = true } = {},
) {
  await state.begin(AMPLE);
  const ids = Object.keys(advances);
  state.see(
    ids.map((id) => ({ id })),
    now,
  );
  for (const [id, each] of Object.entries(advances)) if (each) state.commit(id, each);
  return state.end({ now, completedAt: complete ? now : undefined }, AMPLE);
}
