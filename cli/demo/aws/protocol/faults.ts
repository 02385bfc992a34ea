/** Number of rejected events of a PutLogEvents, counted from the oldest (`tooOld`, `expired`) or newest (`tooNew`). */
export interface Rejection {
  readonly tooOld?: number;
  readonly expired?: number;
  readonly tooNew?: number;
}

/** A fault of a call. */
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
  /** Never answers until the fault is lifted; then the call continues. */
  | { readonly kind: 'hang' }
  /** Resets the connection: before the operation, or after it (`applied`), when only its answer is lost. */
  | { readonly kind: 'reset'; readonly applied?: boolean }
  /** PutLogEvents accepts the request and rejects some of its events. */
  | ({ readonly kind: 'reject' } & Rejection);

/** The calls that a fault affects. */
export interface FaultScope {
  /** Number of affected calls. @default Infinity */
  readonly times?: number;
  /** Only calls whose input passes. @default all calls */
  readonly when?: (input: Readonly<Record<string, unknown>>) => boolean;
}

/** An active fault. */
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

/** The active faults, by operation. The first one that matches a call affects it. */
export class Faults {
  readonly #entries = new Map<string, Set<Entry>>();

  /** Adds a fault to the calls of an operation, such as `PutLogEvents`. */
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

  /** The fault that affects this call. */
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
