import type { Behaviour } from './behaviour.ts';
import { CONNECTION_BEHAVIOURS } from './connection-behaviours.ts';
import { PAGE_BEHAVIOURS } from './page-behaviours.ts';

export const BEHAVIOURS: readonly Behaviour[] = [...CONNECTION_BEHAVIOURS, ...PAGE_BEHAVIOURS];

/** @throws TypeError */
export function behaviourOf(name: string): Behaviour {
  const found = BEHAVIOURS.find((behaviour) => behaviour.name === name);
  if (found !== undefined) return found;
  const names = BEHAVIOURS.map((behaviour) => behaviour.name).join(', ');
  throw new TypeError(`expected a behaviour (${names}), got ${name}`);
}
