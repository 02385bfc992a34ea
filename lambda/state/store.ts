import type { StateFormatError } from './format.ts';

/** A stored object. */
export interface StoredObject {
  readonly bytes: Uint8Array;
  /** Identifies this content among all earlier ones. */
  readonly version: string;
}

/** One object in a place that outlives the process. All methods reject with a `StateStoreError`. */
export interface StateStore {
  /** Whether other processes may use it at the same time. */
  readonly isShared: boolean;
  /** The object; `undefined` without one, `unchanged` if it still has the known version. */
  read(signal: AbortSignal, known?: string): Promise<StoredObject | 'unchanged' | undefined>;
  /**
   * Replaces the object of this version as a whole, or not at all; `undefined` if there must be none yet.
   *
   * @returns the new version, or `conflict` if another writer was faster
   */
  write(
    bytes: Uint8Array,
    version: string | undefined,
    signal: AbortSignal,
  ): Promise<{ readonly version: string } | 'conflict'>;
  /**
   * Copies an unreadable object to another name.
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

/** A failed operation of a store. The message is for the log. */
export class StateStoreError extends Error {
  override readonly name = 'StateStoreError';
}

/** The name of the copy of an object that was set aside. */
export function asideName(name: string, kind: StateFormatError['kind'], now: number): string {
  return `${name}.${kind}-${new Date(now).toISOString().replaceAll(':', '')}`;
}
