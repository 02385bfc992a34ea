/**
 * Runs CDK apps in one process, since loading the CDK is what takes long: `node synthesize.ts PROGRAM…`. Each runs in its own folder
 * and writes its templates into `PROGRAM.out`; its package `fargauge` is what is written here.
 */
import { dirname } from 'node:path';
import { pathToFileURL } from 'node:url';
import '../infra/own-constructs.ts';

for (const program of process.argv.slice(2)) {
  process.chdir(dirname(program));
  process.env.CDK_OUTDIR = `${program}.out`;
  const listeners = process.listeners('beforeExit');
  await import(pathToFileURL(program).href);
  // An app synthesizes itself before its process ends, which is too late for its folder here.
  for (const listener of process.listeners('beforeExit')) {
    if (listeners.includes(listener)) continue;
    listener(0);
    process.removeListener('beforeExit', listener);
  }
}
