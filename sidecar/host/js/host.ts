/** What the Rust side gives and takes: `src/engine.rs` makes it, `src/main.rs` calls it. */
export interface Host extends Callbacks {
  readonly arguments: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  /** Of the engine. */
  readonly version: string;
  /** Keys of standard output and standard error. */
  readonly outputs: readonly [number, number];
  exit(code: number): never;
  /** Signals of this number become events. */
  trap(signal: number): number;
  /** If it is root, becomes a user and a group for good, without capabilities. 0, or the number of the error, below 0. */
  becomeUser(id: number): number;
  /** The content, or the number of the error, below 0. */
  readFile(path: string): Uint8Array<ArrayBuffer> | number;
  /** An IP address in its usual form, or an empty text for what is none. */
  canonical(address: string): string;
  /** The key of a channel, or the number of the error, below 0. An empty host: all interfaces. */
  listen(host: string, port: number): number;
  /** The same on all interfaces of another network namespace, by its file. */
  listenIn(namespace: string, port: number): number;
  connect(host: string, port: number): number;
  accept(key: number): number;
  localAddress(key: number): Address | number;
  peerAddress(key: number): Address | number;
  watch(key: number, reading: boolean): void;
  /** How many bytes, 0 at the end, or the number of the error, below 0. */
  read(key: number, into: Uint8Array): number;
  /** How many bytes wait now, or the number of the error, below 0. */
  write(key: number, data: string | Uint8Array, latin1: boolean): number;
  shutdown(key: number): number;
  close(key: number, reset: boolean): void;
  decode(bytes: Uint8Array, latin1: boolean): string;
  encode(text: string, latin1: boolean): Uint8Array<ArrayBuffer>;
  byteLength(text: string): number;
  /** Bytes up to a character that is not complete yet. */
  completeLength(bytes: Uint8Array): number;
  find(bytes: Uint8Array, needle: Uint8Array): number;
}

export interface Address {
  readonly address: string;
  readonly family: 'IPv4' | 'IPv6';
  readonly port: number;
}

/** What the loop calls; each is put in its place by the module that has it. */
interface Callbacks {
  /** Something happened to a channel. */
  event: (key: number, what: What, value: number) => void;
  /** A turn begins. */
  turn: () => void;
  /** Runs one timer that is due: 0. Otherwise milliseconds until the next one, below 0 where there is none. */
  timer: () => number;
  immediates: () => number;
  /** Runs the oldest one. */
  immediate: () => void;
  /** A promise was rejected that has no handler, or has got one now. */
  rejection: (promise: Promise<unknown>, reason: unknown, handled: boolean) => void;
  /** Ends the process where rejections have no handler. */
  unhandled: () => void;
}

/** As `src/kernel.rs` counts them. */
export const READABLE = 0;
export const FLUSHED = 1;
export const CONNECTED = 2;
export const FAILED = 3;
export const SIGNAL = 4;

export type What =
  | typeof READABLE
  | typeof FLUSHED
  | typeof CONNECTED
  | typeof FAILED
  | typeof SIGNAL;

export const { host } = globalThis as unknown as { host: Host };

/** Told of what happens to a channel. */
export type Listener = (what: What, value: number) => void;

const listeners = new Map<number, Listener>();

/** From now on the listener is told what happens to the channel. */
export function listenTo(key: number, listener: Listener): void {
  listeners.set(key, listener);
}

/** Closes a channel; what happened to it before is not told any more. */
export function closeChannel(key: number, reset: boolean): void {
  listeners.delete(key);
  host.close(key, reset);
}

/** Told of signals by their number. */
let signalled: (signal: number) => void = () => undefined;

export function onSignal(listener: (signal: number) => void): void {
  signalled = listener;
}

host.event = (key, what, value) => {
  if (what === SIGNAL) signalled(value);
  else listeners.get(key)?.(what, value);
};
