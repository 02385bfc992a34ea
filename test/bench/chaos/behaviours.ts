import type { Behaviour } from './behaviour.ts';
import { CONNECTION_BEHAVIOURS } from './connection-behaviours.ts';
import { PAGE_BEHAVIOURS } from './page-behaviours.ts';
import { RELABELED_BEHAVIOURS } from './relabeled-behaviours.ts';

/** Without those that need rules of relabeling. */
export const BEHAVIOURS: readonly Behaviour[] = [...CONNECTION_BEHAVIOURS, ...PAGE_BEHAVIOURS];

/** @throws TypeError */
export function behaviourOf(name: string): Behaviour {
  const all = [...BEHAVIOURS, ...RELABELED_BEHAVIOURS];
  const found = all.find((behaviour) => behaviour.name === name);
  if (found !== undefined) return found;
  const names = all.map((behaviour) => behaviour.name).join(', ');
  throw new TypeError(`expected a behaviour (${names}), got ${name}`);
}
