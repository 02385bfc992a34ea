import type * as node from 'node:net';
import { Buffer } from './buffer.ts';
import { EventEmitter } from './events.ts';
import {
  CONNECTED,
  closeChannel,
  FAILED,
  FLUSHED,
  host,
  listenTo,
  READABLE,
  type What,
} from './host.ts';
import type { Like } from './like.ts';
import { type SystemError, systemError } from './system-error.ts';
import { clearTimeout, setImmediate, setTimeout } from './timers.ts';

/** From so many waiting bytes on a writer is to wait: as Node.js has it. */
const HIGH_WATER_MARK = 65_536;

/** Read at once. */
const READ_BYTES = 32_768;

const EAGAIN = -11;

/** All sockets read into the same memory, one after the other. */
const incoming = Buffer.alloc(READ_BYTES);

/** What the sidecar uses of `net.Socket`, beside events. */
type Used =
  | 'cork'
  | 'destroy'
  | 'destroyed'
  | 'pause'
  | 'readableEnded'
  | 'remoteAddress'
  | 'resetAndDestroy'
  | 'resume'
  | 'setTimeout'
  | 'uncork'
  | 'writableFinished'
  | 'writableNeedDrain';

export interface SocketOptions {
  /** Whether this side stays open when the other one ends. */
  readonly allowHalfOpen?: boolean;
  /** Memory to read into, and who is told of what came into it: then there are no `data` events. */
  readonly onread?: {
    readonly buffer: Uint8Array;
    readonly callback: (bytes: number, buffer: Uint8Array) => void;
  };
}

export interface ConnectOptions extends SocketOptions {
  readonly host: string;
  readonly port: number;
}

/** A connection that behaves as `net.Socket` does. */
export class Socket extends EventEmitter implements Like<node.Socket, Used> {
  readonly #options: SocketOptions;
  #key: number | undefined;
  #connecting = false;
  #paused = false;
  #needsDrain = false;
  #queued = 0;
  #ending = false;
  #idleMs = 0;
  #activeAt = 0;
  #idleTimer: number | undefined;

  destroyed = false;
  readableEnded = false;
  writableFinished = false;

  /** @param key of a connection that stands */
  constructor(key: number | undefined, options: SocketOptions) {
    super();
    this.#options = options;
    if (key !== undefined) this.#attach(key);
  }

  /** Absent once the connection is closed. */
  get remoteAddress(): string | undefined {
    const peer = this.#key === undefined ? undefined : host.peerAddress(this.#key);
    return typeof peer === 'object' ? peer.address : undefined;
  }

  /** Whether a writer is to wait for `drain`. */
  get writableNeedDrain(): boolean {
    return this.#needsDrain && !this.destroyed && !this.#ending;
  }

  connect({ host: name, port }: ConnectOptions): this {
    // To ask a name server would stop all else.
    const address = name === 'localhost' ? '127.0.0.1' : host.canonical(name);
    if (address === '') {
      const error = new Error(`getaddrinfo ENOTFOUND ${name}`);
      return this.destroy(Object.assign(error, { code: 'ENOTFOUND', syscall: 'getaddrinfo' }));
    }
    const failed = (errno: number) =>
      this.destroy(systemError(errno, 'connect', ` ${address}:${port}`));
    const key = host.connect(address, port);
    if (key < 0) return failed(key);
    this.#connecting = true;
    this.#attach(key, failed);
    return this;
  }

  /** What is written in one turn of the loop goes out together, at its end. */
  write(data: string | Uint8Array, encoding?: BufferEncoding): boolean {
    if (this.#ending) {
      const error = Object.assign(new Error('write after end'), {
        code: 'ERR_STREAM_WRITE_AFTER_END',
      });
      this.destroy(error);
      return false;
    }
    if (this.#key === undefined || data.length === 0) return !this.#needsDrain;
    this.#isActive();
    const queued = host.write(this.#key, data, encoding === 'latin1');
    if (queued < 0) {
      this.#fail(queued, 'write');
      return false;
    }
    this.#queued = queued;
    if (queued >= HIGH_WATER_MARK) this.#needsDrain = true;
    return queued < HIGH_WATER_MARK;
  }

  end(data: string | Uint8Array = '', encoding?: BufferEncoding): this {
    if (this.#ending || this.destroyed) return this;
    if (data.length > 0) this.write(data, encoding);
    this.#ending = true;
    if (this.#queued === 0 && !this.#connecting) queueMicrotask(() => this.#finish());
    return this;
  }

  /** Nothing is sent before the turn ends: see `write`. */
  cork(): void {}

  uncork(): void {}

  pause(): this {
    this.#paused = true;
    this.#watch();
    return this;
  }

  resume(): this {
    this.#paused = false;
    this.#watch();
    return this;
  }

  /** Emits `timeout` after so many milliseconds without a byte in any direction; 0: never. */
  setTimeout(milliseconds: number, listener?: () => void): this {
    if (listener !== undefined) this.once('timeout', listener);
    clearTimeout(this.#idleTimer);
    this.#idleMs = milliseconds;
    this.#isActive();
    if (milliseconds > 0) this.#awaitIdleness(milliseconds);
    return this;
  }

  /** The other side sees a connection that is reset, and what was not sent is forgotten. */
  resetAndDestroy(): this {
    return this.#close(undefined, true);
  }

  destroy(error?: Error): this {
    return this.#close(error, false);
  }

  #attach(key: number, failed: (errno: number) => void = () => undefined): void {
    this.#key = key;
    listenTo(key, (what, value) => this.#note(what, value, failed));
    if (!this.#connecting) this.#watch();
  }

  #note(what: What, value: number, failed: (errno: number) => void): void {
    this.#isActive();
    if (what === READABLE) this.#read();
    else if (what === FLUSHED) this.#flushed();
    else if (what === FAILED) this.#fail(value, 'write');
    else if (what === CONNECTED && value !== 0) failed(value);
    else if (what === CONNECTED) this.#connected();
  }

  #connected(): void {
    this.#connecting = false;
    this.#watch();
    this.emit('connect');
    if (this.#ending && this.#queued === 0) this.#finish();
  }

  #read(): void {
    if (this.#key === undefined || this.#paused) return;
    const { onread } = this.#options;
    const count = host.read(this.#key, onread?.buffer ?? incoming);
    if (count === EAGAIN) return;
    if (count < 0) this.#fail(count, 'read');
    else if (count === 0) this.#ended();
    else if (onread !== undefined) onread.callback(count, onread.buffer);
    else this.emit('data', incoming.slice(0, count));
  }

  #ended(): void {
    this.readableEnded = true;
    this.#watch();
    this.emit('end');
    if (this.writableFinished) this.destroy();
    else if (this.#options.allowHalfOpen !== true) this.end();
  }

  #flushed(): void {
    this.#queued = 0;
    if (this.#ending) {
      this.#finish();
      return;
    }
    if (!this.#needsDrain) return;
    this.#needsDrain = false;
    this.emit('drain');
  }

  #finish(): void {
    if (this.#key === undefined || this.writableFinished) return;
    // Where the other side is gone already, it need not be told.
    host.shutdown(this.#key);
    this.writableFinished = true;
    this.emit('finish');
    if (this.readableEnded) this.destroy();
  }

  #fail(errno: number, syscall: string): void {
    this.destroy(systemError(errno, syscall));
  }

  #close(error: Error | SystemError | undefined, reset: boolean): this {
    if (this.destroyed) return this;
    this.destroyed = true;
    clearTimeout(this.#idleTimer);
    if (this.#key !== undefined) closeChannel(this.#key, reset);
    this.#key = undefined;
    if (error !== undefined) queueMicrotask(() => this.emit('error', error));
    setImmediate(() => this.emit('close', error !== undefined));
    return this;
  }

  #watch(): void {
    if (this.#key === undefined || this.#connecting) return;
    host.watch(this.#key, !this.#paused && !this.readableEnded);
  }

  #isActive(): void {
    if (this.#idleMs > 0) this.#activeAt = performance.now();
  }

  #awaitIdleness(milliseconds: number): void {
    this.#idleTimer = setTimeout(() => {
      const left = this.#activeAt + this.#idleMs - performance.now();
      if (left > 0) this.#awaitIdleness(left);
      else this.emit('timeout');
    }, Math.ceil(milliseconds));
  }
}
