import { encodeManifest } from '../../../lambda/shards/objects/manifest.ts';
import { encodeState } from '../../../lambda/state/format.ts';

/** Objects of a bucket: each by what its name has after that of the state. */
export type ObjectsBeside = Readonly<Record<string, Uint8Array>>;

/** What a collector was before its cycle, and what happens in it. */
export interface Situation {
  readonly name: string;
  /** What is stored. */
  readonly stored: () => Promise<ObjectsBeside>;
  /** What is stored in addition before each further cycle. */
  readonly further: readonly ObjectsBeside[];
  /** What the functions say of it at the levels WARN and ERROR. */
  readonly complaints: readonly string[];
  /** Whether a task stops after the discovery of the first cycle. */
  readonly aTaskStops: boolean;
}

const BROKEN = Buffer.from('broken');

/** The lease of a cycle that was killed. */
const KILLED = Buffer.from(JSON.stringify({ until: 0, holder: 'killed' }));

const NOTHING: Omit<Situation, 'name'> = {
  stored: async () => ({}),
  further: [],
  complaints: [],
  aTaskStops: false,
};

/** Of a collector whose targets are not divided. */
export const WHOLE: readonly Situation[] = [
  { ...NOTHING, name: 'no state' },
  {
    ...NOTHING,
    name: 'a broken state',
    stored: async () => ({ '': BROKEN }),
    complaints: ['The state begins anew'],
  },
  {
    ...NOTHING,
    name: 'the lease of a cycle that was killed',
    stored: async () => ({ '.lease': KILLED }),
  },
];

/** Of one in two shards. */
export const DIVIDED: readonly Situation[] = [
  {
    ...NOTHING,
    name: 'nothing, and then a broken state of a shard',
    further: [{ '/1/0': BROKEN }],
    complaints: ['The state begins anew'],
  },
  {
    ...NOTHING,
    name: 'the state of a collector that was not divided, the last cycle of which was killed',
    stored: async () => ({ '': await emptyState(), '.lease': KILLED }),
    further: [{}],
  },
  {
    ...NOTHING,
    name: 'another number of shards, and a task that stops',
    stored: async () => ({
      '/manifest.json': encodeManifest({
        layout: { number: 1, shards: 1, since: 0 },
        cycles: [0],
        endsBy: 0,
        digests: [''],
        listedAt: 0,
        foundAt: 0,
        complete: true,
      }),
      '/1/0': await emptyState(),
    }),
    further: [{}],
    aTaskStops: true,
  },
];

function emptyState(): Promise<Uint8Array> {
  return encodeState({ completedAt: 0, knownMetrics: undefined, targets: new Map() });
}
