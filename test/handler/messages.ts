import type { summaryOf } from '../../lambda/report/log.ts';

/** To the process: loads a function. */
export interface Loading {
  /** A program whose exports are the handlers. */
  readonly file: string;
  /** All variables that it has. */
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** What the process writes when a function has ended whose place another one may take. */
export const END_OF_OUTPUT = '\u0004\n';

/** To the process: invokes the function that it has loaded. */
export interface Invocation {
  /** Milliseconds until the invocation's deadline. */
  readonly remainingMs: number;
  /** @default 'handler' */
  readonly handler?: 'handler' | 'discover';
  /** @default the schedule's */
  readonly event?: unknown;
}

/** From the process. */
export type Answer =
  | { readonly kind: 'ready' }
  | { readonly kind: 'result'; readonly result: ReturnType<typeof summaryOf> }
  | { readonly kind: 'error'; readonly message: string; readonly name?: string };
