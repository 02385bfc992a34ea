import * as z from 'zod';
import { MAX_SHARDS } from './limits.ts';

const time = z.number().min(0);
const shards = z.int().min(1).max(MAX_SHARDS);
const layoutNumber = z.int().min(1);

const layout = z.object({
  number: layoutNumber,
  shards,
  since: time,
  inherits: z
    .union([z.literal('undivided'), z.object({ number: layoutNumber, shards })])
    .optional(),
});

/** Describes the last cycle that began, and the stored lists of targets. */
const manifest = z.object({
  version: z.literal(1),
  layout,
  /** Beginnings of the last cycles, the last one first; at most `RECENT_CYCLES`. Times are milliseconds since the epoch. */
  cycles: z.array(time),
  /** The latest end of the shards of the last cycle. */
  endsBy: time,
  /** The digests of the lists, by shard. */
  digests: z.array(z.string()),
  /** The time of a complete list of targets. */
  listedAt: time,
  /** The beginning of the cycle that found them. */
  foundAt: time,
  complete: z.boolean(),
});

export type Manifest = z.infer<typeof manifest>;

/** A manifest that this version cannot read. */
export class ManifestError extends Error {
  override readonly name = 'ManifestError';
}

/** @throws ManifestError */
export function decodeManifest(bytes: Uint8Array): Manifest {
  try {
    return manifest.parse(JSON.parse(Buffer.from(bytes).toString()));
  } catch (cause) {
    const message = cause instanceof z.ZodError ? z.prettifyError(cause) : (cause as Error).message;
    throw new ManifestError(
      `expected a manifest of shards, got ${bytes.length} bytes: ${message}`,
      {
        cause,
      },
    );
  }
}

export function encodeManifest(content: Omit<Manifest, 'version'>): Uint8Array {
  return Buffer.from(JSON.stringify({ version: 1, ...content } satisfies Manifest));
}
