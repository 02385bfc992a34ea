import { host } from './host.ts';

/** As Node.js has it: less becomes this. */
const LEAST_MS = 1;

/** More than this becomes the least: https://nodejs.org/api/timers.html#settimeoutcallback-delay-args */
const MOST_MS = 2 ** 31 - 1;

/** The engine's, also where a bundle has a clock of its own: the bench's shows time that has not passed. */
const now = () => globalThis.performance.now();

interface Timer {
  readonly at: number;
  readonly run: () => void;
}

/** By key, in the order in which they were set. There are few. */
const timers = new Map<number, Timer>();
const immediates: (() => void)[] = [];
let lastKey = 0;
let turnAt = 0;

export function setTimeout(run: () => void, milliseconds = LEAST_MS): number {
  const delay = milliseconds >= LEAST_MS && milliseconds <= MOST_MS ? milliseconds : LEAST_MS;
  lastKey += 1;
  timers.set(lastKey, { at: now() + Math.trunc(delay), run });
  return lastKey;
}

export function clearTimeout(key: number | undefined): void {
  if (key !== undefined) timers.delete(key);
}

/** Runs after the events that are there already. */
export function setImmediate(run: () => void): void {
  immediates.push(run);
}

host.turn = () => {
  turnAt = now();
};

host.timer = () => {
  let next: [number, Timer] | undefined;
  for (const entry of timers) {
    if (next === undefined || entry[1].at < next[1].at) next = entry;
  }
  if (next === undefined) return -1;
  const [key, { at, run }] = next;
  // What is set meanwhile has to wait for the next turn.
  if (at > turnAt) return Math.max(at - now(), Number.MIN_VALUE);
  timers.delete(key);
  run();
  return 0;
};

host.immediates = () => immediates.length;

host.immediate = () => immediates.shift()?.();
