/**
 * The globals of the sidecar's host where time passes faster: all pauses and all limits of time are so many times shorter, so that documents
 * are asked for far more often than once a second.
 */
import { Buffer } from '../../../sidecar/host/js/buffer.ts';
import { process } from '../../../sidecar/host/js/process.ts';
import {
  clearTimeout,
  setTimeout as later,
  setImmediate,
} from '../../../sidecar/host/js/timers.ts';
import { URL, URLSearchParams } from '../../../sidecar/host/js/url.ts';

const HURRY = 50;

const performance = { now: () => globalThis.performance.now() * HURRY };

function setTimeout(callback: () => void, milliseconds = 1): number {
  return later(callback, milliseconds / HURRY);
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
