import { syncBuiltinESMExports } from 'node:module';
import promises from 'node:timers/promises';

/**
 * Loaded into the sidecar before itself: pauses take a hundredth of their time and the clock that never goes back runs as much
 * faster, until SIGUSR2.
 */
const HASTE = 100;

const pause = promises.setTimeout;
const elapsed = performance.now.bind(performance);
let haste = HASTE;
/** What was gained so far. */
let lead = 0;

process.once('SIGUSR2', () => {
  lead = elapsed() * (haste - 1);
  haste = 1;
});
performance.now = () => elapsed() * haste + lead;
promises.setTimeout = (milliseconds, value, options) =>
  pause((milliseconds ?? 0) / haste, value, options);
syncBuiltinESMExports();
