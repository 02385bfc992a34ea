import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Holds the fingerprint of what a folder was installed from; written last, so a broken installation has none. */
const STAMP = '.installed';

/** Something that the integration tests need and that is installed below `.integration`. */
export interface Part {
  readonly name: string;
  /** The test files that cannot run without it. */
  readonly tests: readonly string[];
  readonly folder: string;
  /** Whatever the content of the folder follows from, such as a list of versions: a change installs it anew. */
  readonly recipe: string;
  /** Why this machine cannot have it, and its tests are left out; undefined where it can. @default it can */
  readonly leftOut?: () => string | undefined;
  /** Fills the empty folder; throws with a message for the user. */
  readonly install: () => void;
}

/** What became of a part. */
export interface PartResult {
  readonly part: Part;
  readonly outcome: 'present' | 'installed' | 'left out' | 'failed';
  /** Why it failed, or was left out. */
  readonly reason?: string;
}

/** Installs `part` unless that was done before from the same recipe. A failure is a value: other tests can still run. */
export function ensurePart(part: Part): PartResult {
  const stamp = join(part.folder, STAMP);
  const fingerprint = createHash('sha256').update(part.recipe).digest('hex');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === fingerprint) {
    return { part, outcome: 'present' };
  }
  const reason = part.leftOut?.();
  if (reason !== undefined) return { part, outcome: 'left out', reason };
  try {
    rmSync(part.folder, { recursive: true, force: true });
    mkdirSync(part.folder, { recursive: true });
    part.install();
    writeFileSync(stamp, fingerprint);
    return { part, outcome: 'installed' };
  } catch (error) {
    return { part, outcome: 'failed', reason: error instanceof Error ? error.message : `${error}` };
  }
}
