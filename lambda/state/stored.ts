import type {
  Advance,
  CycleEnd,
  KnownMetrics,
  SeenTarget,
  State,
  StateReport,
  TargetPast,
} from '../model/delivery/state.ts';
import { withHelp } from '../model/targets/help.ts';
import { decodeState, encodeState, StateFormatError } from './format.ts';
import { MemoryState, type Snapshot } from './memory.ts';
import { type StateStore, StateStoreError } from './store.ts';

/** Conflicts of one cycle's writes, before the next cycle continues. */
export const MAX_CONFLICTS = 3;

/**
 * Milliseconds for which a cycle of another collector can go on that began later.
 * https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html: a function runs for 15 minutes at most.
 */
const LONGEST_CYCLE_MS = 15 * 60_000;

type Counts = Pick<StateReport, 'reads' | 'writes' | 'conflicts' | 'failures' | 'setAside'>;

/** The beginning of a state without a stored object. */
export interface Inheritance {
  readonly snapshots: readonly Snapshot[];
  /** One text for each missing part, for the log. */
  readonly missing: readonly string[];
}

export interface StoredStateOptions {
  /** Milliseconds until an unseen series is forgotten. @default 24 hours */
  readonly forgetAfterMs?: number | undefined;
  /** Limit of the state in bytes. @default 64 MiB */
  readonly capacity?: number | undefined;
  /** Called without a stored object. It has a time limit of its own. Rejects with a `StateStoreError`. @default nothing */
  readonly inherit?: (() => Promise<Inheritance>) | undefined;
}

/**
 * A state that outlives the process. It checks the object when a cycle begins and after a conflict, because another
 * process may have replaced it, and writes once a cycle.
 *
 * If it cannot be read, the past is unknown: a cycle then publishes nothing cumulative and commits nothing, so that the
 * first cycle that can read it again covers the gap.
 */
export class StoredState implements State {
  readonly #store: StateStore;
  readonly #now: () => number;
  readonly #options: StoredStateOptions;
  #memory: MemoryState;
  /** Whether the memory is newer than the stored object. */
  #isAhead = false;
  #isKnown = false;
  #version: string | undefined;
  #bytes = 0;
  #counts = noCounts();
  #errors: string[] = [];

  /** @param now milliseconds since the epoch */
  constructor(store: StateStore, now: () => number, options: StoredStateOptions = {}) {
    this.#store = store;
    this.#now = now;
    this.#options = options;
    this.#memory = new MemoryState(options.forgetAfterMs, options.capacity);
  }

  get isKnown(): boolean {
    return this.#isKnown;
  }

  get overlapMs(): number {
    return this.#store.isShared ? LONGEST_CYCLE_MS : 0;
  }

  get knownMetrics(): KnownMetrics | undefined {
    return this.#memory.knownMetrics;
  }

  async begin(signal: AbortSignal): Promise<void> {
    this.#counts = noCounts();
    this.#errors = [];
    const isRead = await this.#tried(() => this.#read(signal));
    // The known state goes on; the write detects another writer.
    this.#isKnown ||= isRead;
  }

  see(targets: Iterable<SeenTarget>, now: number): void {
    if (!this.#isKnown) return;
    this.#memory.see(targets, now);
    this.#isAhead = true;
  }

  of(targetId: string): TargetPast {
    return this.#memory.of(targetId);
  }

  commit(targetId: string, advance: Advance): void {
    if (this.#isKnown) this.#memory.commit(targetId, advance);
  }

  async end(cycle: CycleEnd, signal: AbortSignal): Promise<StateReport> {
    if (this.#isKnown) {
      this.#memory.advance(cycle);
      await this.#tried(() => this.#write(signal));
    }
    const sizes = this.#memory.sizes;
    const { forgotten, errors } = this.#memory.forgotten();
    const report = { ...sizes, bytes: this.#bytes, ...this.#counts, forgotten };
    return { ...report, errors: [...this.#errors, ...errors] };
  }

  /** Whether the work succeeded; the report has the reason of a failure. */
  async #tried(work: () => Promise<void>): Promise<boolean> {
    try {
      await work();
      return true;
    } catch (error) {
      if (!(error instanceof StateStoreError)) throw error;
      this.#counts.failures += 1;
      this.#errors.push(error.message);
      return false;
    }
  }

  async #read(signal: AbortSignal): Promise<void> {
    this.#counts.reads += 1;
    const object = await this.#store.read(signal, this.#version);
    if (object === 'unchanged') return;
    if (object === undefined) {
      if (!this.#isKnown) await this.#inherit();
    } else {
      try {
        this.#absorb(await decodeState(object.bytes));
      } catch (error) {
        if (!(error instanceof StateFormatError)) throw error;
        // The content may be overwritten only when it is safe under another name.
        const name = await this.#store.setAside(object, error.kind, this.#now(), signal);
        this.#counts.setAside += 1;
        this.#errors.push(
          `The state begins anew; the old one is kept as ${name}. ${error.message}`,
        );
      }
    }
    this.#version = object?.version;
    this.#bytes = object?.bytes.byteLength ?? 0;
  }

  #absorb(snapshot: Snapshot): void {
    const { forgetAfterMs, capacity } = this.#options;
    // The other writer began with the stored part of this memory.
    if (!this.#isAhead) this.#memory = new MemoryState(forgetAfterMs, capacity);
    this.#memory.absorb(snapshot);
  }

  async #inherit(): Promise<void> {
    const { snapshots = [], missing = [] } = (await this.#options.inherit?.()) ?? {};
    for (const snapshot of snapshots) this.#memory.absorb(snapshot);
    this.#errors.push(...missing);
  }

  async #write(signal: AbortSignal): Promise<void> {
    for (let conflicts = 0; conflicts <= MAX_CONFLICTS; conflicts++) {
      const bytes = await encodeState(this.#memory.snapshot);
      const outcome = await this.#store.write(bytes, this.#version, signal);
      if (outcome !== 'conflict') {
        this.#version = outcome.version;
        this.#bytes = bytes.byteLength;
        this.#counts.writes += 1;
        this.#isAhead = false;
        return;
      }
      this.#counts.conflicts += 1;
      await this.#read(signal);
    }
    const message = `Another writer replaced the state ${MAX_CONFLICTS + 1} times before this write`;
    throw new StateStoreError(withHelp(message, 'stateConflicts'));
  }
}

function noCounts(): { -readonly [Name in keyof Counts]: number } {
  return { reads: 0, writes: 0, conflicts: 0, failures: 0, setAside: 0 };
}
