import { runCycle, runReceivers } from './cycle.ts';
import { runDecode } from './decode.ts';
import { runEncode } from './encode.ts';
import { machine } from './machine.ts';
import { runPercentiles } from './percentiles.ts';
import { runScale } from './scale.ts';
import { runSidecar } from './sidecar.ts';
import { runSizes } from './sizes.ts';

/**
 * `npm run bench`, or `npm run bench -- <name> …` for some of them. Each prints a table, one line a case. All speeds are
 * per second of CPU time, which other programs on the machine disturb least.
 */
const BENCHES: Readonly<Record<string, () => Promise<void>>> = {
  decode: runDecode,
  cycle: runCycle,
  encode: runEncode,
  sizes: runSizes,
  receivers: runReceivers,
  percentiles: runPercentiles,
  scale: runScale,
  sidecar: runSidecar,
};

const names = process.argv.slice(2);
const unknown = names.filter((name) => !Object.hasOwn(BENCHES, name));
if (unknown.length > 0) {
  const expected = Object.keys(BENCHES).join(', ');
  console.error(`expected names of benches (${expected}), got ${unknown.join(', ')}`);
  process.exit(2);
}

console.log(`${machine()}\n`);
for (const [name, run] of Object.entries(BENCHES)) {
  if (names.length === 0 || names.includes(name)) await run();
}
