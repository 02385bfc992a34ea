import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { RUN_FOLDER } from '../bundles.ts';

/** Jest's `globalSetup`: makes a folder for what all files of tests of a run share. */
export default async function setUp(): Promise<void> {
  process.env[RUN_FOLDER] = await mkdtemp(join(tmpdir(), 'fargauge-run-'));
}
