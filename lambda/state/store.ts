import type { StateFormatError } from './format.ts';

/** A stored object. */
export interface StoredObject {
  readonly bytes: Uint8Array;
  /** Names this content among all that were ever there. */
  readonly version: string;
}

/** One object in a place that outlives the process. All of it rejects with a `StateStoreError`. */
export interface StateStore {
  /** Whether other processes may use it at the same time. */
  readonly isShared: boolean;
  /** The object; `undefined` where there is none, `unchanged` where it is still of the version that is known. */
  read(signal: AbortSignal, known?: string): Promise<StoredObject | 'unchanged' | undefined>;
  /**
   * Replaces the object of this version, whole or not at all; `undefined` where there must be none yet.
   *
   * @returns the new version, or `conflict` where somebody else has written meanwhile
   */
  write(
    bytes: Uint8Array,
    version: string | undefined,
    signal: AbortSignal,
  ): Promise<{ readonly version: string } | 'conflict'>;
  /**
   * Keeps a copy of an object that could not be understood under another name.
   *
   * @param now milliseconds since the epoch
   * @returns the name
   */
  setAside(
    object: StoredObject,
    kind: StateFormatError['kind'],
    now: number,
    signal: AbortSignal,
  ): Promise<string>;
}

/** A store that did not do what it was asked. The message is for the log. */
export class StateStoreError extends Error {
  override readonly name = 'StateStoreError';
}

/** What a place calls the copy of an object that was set aside. */
export function asideName(name: string, kind: StateFormatError['kind'], now: number): string {
  return `${name}.${kind}-${new Date(now).toISOString().replaceAll(':', '')}`;
}
