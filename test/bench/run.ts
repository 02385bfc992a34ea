import { runChaos } from './chaos.ts';
import { runChaosSidecar } from './chaos-sidecar/run.ts';
import { runCost } from './cost/cost.ts';
import { runCycle, runReceivers } from './cycle/cycle.ts';
import { runDecode } from './decode/decode.ts';
import { runEncode } from './encode/encode.ts';
import { runEvents } from './events/events.ts';
import { runExplore } from './explore/explore.ts';
import { machine } from './machine.ts';
import { runPercentiles } from './percentiles.ts';
import { runScale } from './scale/scale.ts';
import { runSidecar } from './sidecar/sidecar.ts';
import { runSizes } from './sizes.ts';
import { runSmall } from './small/small.ts';

/**
 * `npm run bench`, or `npm run bench -- <name> …` for some of them, or `<name>:<case>,…` for some cases of `chaos`, or
 * `receivers:duplicates` for a part of that. Each prints a table, one line a case. All speeds are per second of CPU time, which other programs on the machine disturb least.
 */
const BENCHES: Readonly<Record<string, (cases?: string) => Promise<void>>> = {
  decode: runDecode,
  cycle: runCycle,
  encode: runEncode,
  events: runEvents,
  explore: runExplore,
  sizes: runSizes,
  small: runSmall,
  cost: runCost,
  receivers: runReceivers,
  percentiles: runPercentiles,
  scale: runScale,
  sidecar: runSidecar,
  chaos: runChaos,
  'chaos-sidecar': runChaosSidecar,
};

const asked = new Map(
  process.argv.slice(2).map((name) => {
    const [bench = '', cases] = name.split(':');
    return [bench, cases];
  }),
);
const unknown = [...asked.keys()].filter((name) => !Object.hasOwn(BENCHES, name));
if (unknown.length > 0) {
  const expected = Object.keys(BENCHES).join(', ');
  console.error(`expected names of benches (${expected}), got ${unknown.join(', ')}`);
  process.exit(2);
}

console.log(`${machine()}\n`);
for (const [name, run] of Object.entries(BENCHES)) {
  if (asked.size === 0 || asked.has(name)) await run(asked.get(name));
}
