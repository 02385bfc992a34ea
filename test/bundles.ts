import { once } from 'node:events';
import { watch } from 'node:fs';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Bundle, bundleCollector, bundleSidecar } from '../infra/build/bundle.ts';
import { bundleCli } from '../infra/build/command-line.ts';

/** The environment variable with the folder of a run of tests, which `test/jest/set-up.ts` makes. */
export const RUN_FOLDER = 'FARGAUGE_TEST_RUN';

/** What became of a bundle. */
type Made = Bundle | { readonly error: string };

/** The collector's bundle, where the constructs look for it. */
export function collectorBundle(): Promise<Bundle> {
  return onceInARun('collector', () => bundleCollector());
}

/** The sidecar's, and the Dockerfile beside it. */
export function sidecarBundle(): Promise<Bundle> {
  return onceInARun('sidecar', () => bundleSidecar());
}

/** That of the command line, with all that is beside it. It starts in a third of the time that its sources take. */
export function cliBundle(): Promise<Bundle> {
  return onceInARun('cli', () => bundleCli());
}

/**
 * Makes a bundle, unless another file of tests of this run has made it or is about to. Outside of a run each call makes it.
 *
 * @throws Error where it could not be made, in all files that need it
 */
export async function onceInARun(name: string, make: () => Promise<Bundle>): Promise<Bundle> {
  const folder = process.env[RUN_FOLDER];
  if (folder === undefined) return make();
  const place = join(folder, name);
  const isFirst = (await mkdir(place, { recursive: true })) !== undefined;
  const made = isFirst ? await told(place, make) : await heard(place);
  if ('error' in made) throw new Error(made.error);
  return made;
}

/** Makes it, and tells the others, also where that fails. */
async function told(place: string, make: () => Promise<Bundle>): Promise<Made> {
  const made = await make().catch((error): Made => ({ error: String(error) }));
  const draft = join(place, 'draft.json');
  await writeFile(draft, JSON.stringify(made));
  await rename(draft, resultIn(place));
  return made;
}

async function heard(place: string): Promise<Made> {
  const watcher = watch(place);
  try {
    for (;;) {
      const changed = once(watcher, 'change');
      const text = await readFile(resultIn(place), 'utf8').catch(() => undefined);
      if (text !== undefined) return JSON.parse(text);
      await changed;
    }
  } finally {
    watcher.close();
  }
}

function resultIn(place: string): string {
  return join(place, 'made.json');
}
