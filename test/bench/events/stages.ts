/** The stages from the answer of a target to the stored state, in their order. */
export const STAGES = [
  'decoding',
  'labels',
  'values',
  'groups',
  'events',
  'delivery',
  'commit',
  'state',
] as const;
export type Stage = (typeof STAGES)[number];
