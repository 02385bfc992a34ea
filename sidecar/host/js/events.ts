import type * as node from 'node:events';
import type { Like } from './like.ts';

// biome-ignore lint/suspicious/noExplicitAny: an event carries what its emitter likes, as in Node.js.
type Listener = (...values: any[]) => void;

export class EventEmitter implements Like<node.EventEmitter, 'emit' | 'on' | 'once' | 'off'> {
  readonly #listeners = new Map<string | symbol, Listener[]>();

  on(name: string | symbol, listener: Listener): this {
    // Anew, as those that are told just now are not to change.
    this.#listeners.set(name, [...(this.#listeners.get(name) ?? []), listener]);
    return this;
  }

  once(name: string | symbol, listener: Listener): this {
    const told = (...values: unknown[]) => {
      this.off(name, told);
      listener.apply(this, values);
    };
    return this.on(name, Object.assign(told, { listener }));
  }

  off(name: string | symbol, listener: Listener): this {
    const all = this.#listeners.get(name) ?? [];
    const at = all.findLastIndex(
      (each) => each === listener || ('listener' in each && each.listener === listener),
    );
    if (at < 0) return this;
    if (all.length === 1) this.#listeners.delete(name);
    else this.#listeners.set(name, all.toSpliced(at, 1));
    return this;
  }

  /** @throws what `error` carries, where nobody listens for that */
  emit(name: string | symbol, ...values: unknown[]): boolean {
    const listeners = this.#listeners.get(name);
    if (listeners === undefined) {
      if (name === 'error') throw values[0];
      return false;
    }
    for (const listener of listeners) listener.apply(this, values);
    return true;
  }
}

/** Resolves with what the next such event carries; rejects with an error that comes first. */
export function once(emitter: EventEmitter, name: string | symbol): Promise<unknown[]> {
  const { promise, resolve, reject } = Promise.withResolvers<unknown[]>();
  const settle = (...values: unknown[]) => {
    emitter.off('error', fail);
    resolve(values);
  };
  const fail = (error: unknown) => {
    emitter.off(name, settle);
    reject(error);
  };
  emitter.once(name, settle);
  if (name !== 'error') emitter.once('error', fail);
  return promise;
}
