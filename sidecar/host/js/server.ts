import { EventEmitter } from './events.ts';
import { type Address, closeChannel, host, listenTo } from './host.ts';
import { Socket, type SocketOptions } from './socket.ts';
import { listenError } from './system-error.ts';

/** Connections that are accepted in one turn, so that those that are there get theirs too. */
const MOST_AT_ONCE = 64;

/** A server for TCP. */
export class Server extends EventEmitter {
  readonly #options: SocketOptions;
  #key: number | undefined;

  constructor(options: SocketOptions) {
    super();
    this.#options = options;
  }

  /** @param to without a host: all interfaces, of both families. Node.js knows no namespace. */
  listen(to: {
    readonly port: number;
    readonly host?: string | undefined;
    readonly namespace?: string | undefined;
  }): this {
    const address = to.host ?? '';
    const key =
      to.namespace === undefined
        ? host.listen(address, to.port)
        : host.listenIn(to.namespace, to.port);
    if (key < 0) {
      const error = listenError(key, `${address === '' ? '::' : address}:${to.port}`);
      queueMicrotask(() => this.emit('error', error));
      return this;
    }
    this.#key = key;
    listenTo(key, () => this.#accept(key));
    queueMicrotask(() => this.emit('listening'));
    return this;
  }

  address(): Address | null {
    const address = this.#key === undefined ? -1 : host.localAddress(this.#key);
    return typeof address === 'number' ? null : address;
  }

  /** No new connections; those that are there go on. */
  close(): this {
    if (this.#key !== undefined) closeChannel(this.#key, false);
    this.#key = undefined;
    return this;
  }

  #accept(listening: number): void {
    for (let count = 0; count < MOST_AT_ONCE && this.#key === listening; count += 1) {
      const key = host.accept(listening);
      // What failed is the connection's own: the next one may be fine.
      if (key < 0) return;
      this.emit('connection', new Socket(key, this.#options));
    }
  }
}
