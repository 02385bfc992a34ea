import type { MaybeTerminal } from './colours.ts';

/** Milliseconds of waiting after which the line appears, and from one change of it to the next. */
const QUIET_MS = 2_000;
const STEP_MS = 1_000;

/** Erases the line: ECMA-48, EL. */
const CLEAR = '\r\u001b[K';

/** A terminal, and its clock. */
export interface ProgressOptions {
  /** @default standard error */
  readonly terminal?: MaybeTerminal & { write(text: string): unknown };
  readonly quietMs?: number;
  readonly stepMs?: number;
}

/**
 * Waits for work. On a terminal a line says after two seconds what for and how long; it is gone when the work is done.
 *
 * @param what such as `waiting for the targets`
 */
export async function withProgress<T>(
  what: string,
  work: Promise<T>,
  { terminal = process.stderr, quietMs = QUIET_MS, stepMs = STEP_MS }: ProgressOptions = {},
): Promise<T> {
  if (!terminal.isTTY) return work;
  const began = performance.now();
  let isShown = false;
  const show = () => {
    const seconds = Math.round((performance.now() - began) / 1_000);
    terminal.write(`${CLEAR}${what}, ${seconds} s`);
    isShown = true;
  };
  let repeating: NodeJS.Timeout | undefined;
  const first = setTimeout(() => {
    show();
    repeating = setInterval(show, stepMs);
  }, quietMs);
  try {
    return await work;
  } finally {
    clearTimeout(first);
    clearInterval(repeating);
    if (isShown) terminal.write(CLEAR);
  }
}
