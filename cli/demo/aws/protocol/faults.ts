/** How many events of a PutLogEvents are rejected, counted from the oldest (`tooOld`, `expired`) or newest (`tooNew`). */
export interface Rejection {
  readonly tooOld?: number;
  readonly expired?: number;
  readonly tooNew?: number;
}

/** What goes wrong with a call. */
export type Fault =
  /** Answers `ThrottlingException`. */
  | { readonly kind: 'throttle' }
  /** Answers `AccessDeniedException` that names the action. */
  | { readonly kind: 'deny' }
  /** Answers any error; 5xx are retried by the SDKs. */
  | {
      readonly kind: 'error';
      readonly status: number;
      readonly type: string;
      readonly message?: string;
    }
  /** Never answers, until the fault is lifted: then the call goes on as if nothing had been. */
  | { readonly kind: 'hang' }
  /** Resets the connection: before the operation, or after it (`applied`), when only its answer is lost. */
  | { readonly kind: 'reset'; readonly applied?: boolean }
  /** PutLogEvents takes the request and rejects some of its events. */
  | ({ readonly kind: 'reject' } & Rejection);

/** Which calls a fault is for. */
export interface FaultScope {
  /** How many calls it hits. @default Infinity */
  readonly times?: number;
  /** Only calls whose input passes. @default all calls */
  readonly when?: (input: Readonly<Record<string, unknown>>) => boolean;
}

/** An injected fault that is in force. */
export interface InjectedFault {
  readonly fault: Fault;
  /** Resolves when the fault is lifted. */
  readonly lifted: Promise<void>;
  /** Ends the fault; calls that hang on it go on. */
  lift(): void;
}

interface Entry extends InjectedFault {
  readonly when: (input: Readonly<Record<string, unknown>>) => boolean;
  left: number;
}

/** The faults that are injected, by operation. The first one that is for a call hits it. */
export class Faults {
  readonly #entries = new Map<string, Set<Entry>>();

  /** Lets calls of an operation, such as `PutLogEvents`, go wrong from now on. */
  inject(
    operation: string,
    fault: Fault,
    { times = Infinity, when = () => true }: FaultScope = {},
  ): InjectedFault {
    const { promise, resolve } = Promise.withResolvers<void>();
    const entries = this.#entries.get(operation) ?? new Set();
    this.#entries.set(operation, entries);
    const entry: Entry = {
      fault,
      when,
      left: times,
      lifted: promise,
      lift: () => {
        entries.delete(entry);
        resolve();
      },
    };
    entries.add(entry);
    return entry;
  }

  /** Lifts every fault. */
  clear(): void {
    for (const entries of this.#entries.values()) {
      for (const entry of entries) entry.lift();
    }
  }

  /** The fault that hits this call. */
  take(
    operation: string,
    input: Readonly<Record<string, unknown>>,
  ): Pick<InjectedFault, 'fault' | 'lifted'> | undefined {
    for (const entry of this.#entries.get(operation) ?? []) {
      if (entry.left <= 0 || !entry.when(input)) continue;
      entry.left -= 1;
      return entry;
    }
    return undefined;
  }
}
