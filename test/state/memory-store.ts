import { asideName, type StateStore, StateStoreError } from '../../lambda/state/store.ts';

/** What of a store can be made to fail. */
export type Operation = 'read' | 'write' | 'setAside';

/** A store that outlives the states of a test. */
export class MemoryStore implements StateStore {
  readonly isShared = true;
  bytes: Uint8Array | undefined;
  /** By name. */
  readonly aside = new Map<string, Uint8Array>();
  readonly failing = new Set<Operation>();
  /** Called before a write looks at the version: the place for another writer. */
  beforeWrite: () => Promise<void> = async () => {};
  readonly #calls: string[] = [];
  #version = 0;

  /** What was asked since the last time. */
  takeCalls(): string[] {
    return this.#calls.splice(0);
  }

  /** What another writer puts there. */
  put(bytes: Uint8Array): void {
    this.bytes = bytes;
    this.#version += 1;
  }

  async read(_signal?: AbortSignal, known?: string) {
    const isUnchanged = this.bytes !== undefined && known === String(this.#version);
    this.#call('read', isUnchanged ? ' unchanged' : '');
    if (isUnchanged) return 'unchanged' as const;
    return this.bytes && { bytes: this.bytes, version: String(this.#version) };
  }

  async write(
    bytes: Uint8Array,
    version: string | undefined,
  ): Promise<{ readonly version: string } | 'conflict'> {
    this.#call('write');
    await this.beforeWrite();
    const current = this.bytes && String(this.#version);
    if (version !== current) return 'conflict';
    this.put(bytes);
    return { version: String(this.#version) };
  }

  async setAside(...[{ bytes }, kind, now]: Parameters<StateStore['setAside']>) {
    this.#call('setAside');
    const name = asideName('state', kind, now);
    this.aside.set(name, bytes);
    return name;
  }

  #call(operation: Operation, outcome = ''): void {
    this.#calls.push(`${operation}${outcome}`);
    if (this.failing.has(operation)) throw new StateStoreError(`${operation} failed`);
  }
}
