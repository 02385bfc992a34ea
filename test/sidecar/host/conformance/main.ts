/**
 * Runs a scenario on whatever runtime this is, and writes down what it sees: `main.ts <scenario>`. The lines must be the same on Node.js and on
 * the sidecar's host.
 */
import { bytes } from './bytes.ts';
import { language } from './language.ts';
import type { Scenarios } from './scenario.ts';
import { sockets } from './sockets.ts';
import { surroundings } from './surroundings.ts';

const scenarios: Scenarios = { ...bytes, ...language, ...sockets, ...surroundings };

const name = process.argv[2] ?? '';
const scenario = scenarios[name];
if (scenario === undefined) {
  process.stdout.write(`${Object.keys(scenarios).join('\n')}\n`, () => process.exit(0));
} else {
  await scenario((line) => process.stdout.write(`${line}\n`));
  process.stdout.write('over\n', () => process.exit(0));
}
