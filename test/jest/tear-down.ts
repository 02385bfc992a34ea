import { rm } from 'node:fs/promises';
import { RUN_FOLDER } from '../bundles.ts';

/** Jest's `globalTeardown`: removes the folder of the run. */
export default async function tearDown(): Promise<void> {
  const folder = process.env[RUN_FOLDER];
  if (folder !== undefined) await rm(folder, { recursive: true });
}
