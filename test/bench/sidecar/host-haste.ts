/**
 * The globals of the sidecar's host, in haste as `haste.ts` has it on Node.js: there a global is replaced when the program runs, here
 * when it is bundled.
 */
import { Buffer } from '../../../sidecar/host/js/buffer.ts';
import { process } from '../../../sidecar/host/js/process.ts';
import {
  clearTimeout,
  setTimeout as later,
  setImmediate,
} from '../../../sidecar/host/js/timers.ts';
import { URL, URLSearchParams } from '../../../sidecar/host/js/url.ts';

/** As in `haste.ts`. */
const LONGEST_PAUSE_MS = 2_000;
const INSTANCE_PAUSE_MS = 9_500;
const HASTE = 100;

const now = Date.now;
let haste = HASTE;
let lead = 0;

process.once('SIGUSR2', () => {
  haste = 1;
});
Date.now = () => now() + lead;

const performance = { now: () => globalThis.performance.now() + lead };

function setTimeout(callback: () => void, milliseconds = 1): number {
  const isPause = milliseconds <= LONGEST_PAUSE_MS || milliseconds === INSTANCE_PAUSE_MS;
  const shortened = isPause ? milliseconds / haste : milliseconds;
  return later(() => {
    lead += milliseconds - shortened;
    callback();
  }, shortened);
}

export {
  Buffer,
  clearTimeout,
  performance,
  process,
  setImmediate,
  setTimeout,
  URL,
  URLSearchParams,
};
