import type { Socket } from 'node:net';

/** Answers at the same time, far more than the scrapers of one task ask for. What is made for each costs memory of the task. */
const MAX_ANSWERS = 64;

/** Connections without a complete request cost little. So many leave a scraper on a busy machine the time to ask, whatever a crowd does. */
const MAX_SILENT = 128;

/** A collector asks one task for its own figures and for 32 applications at most, at the same time. The rest is for other peers. */
const MAX_OF_PEER = 56;

/** Connections that came in one turn of the event loop are too many for a moment: nobody could read their requests yet. */
const MAX_FOR_A_MOMENT = 256;

/**
 * What a connection does, in the order in which connections give way: `answered`, where only its end is missing; `silent`, without
 * a complete request; `asked`, where an answer is under way.
 */
const STATES = ['answered', 'silent', 'asked'] as const;

export type ConnectionState = (typeof STATES)[number];

interface Connection {
  readonly socket: Socket;
  readonly peer: string;
  state: ConnectionState;
}

/**
 * The open connections of a server. A new one is always taken in; where they are too many then, some give way: the oldest ones of the peer that
 * has most. Silent ones give way to silent ones and answers to answers, so neither a crowd that says nothing nor one that does not take its
 * answers keeps another peer out.
 */
export class Connections {
  /** Oldest first. */
  readonly #open = new Map<Socket, Connection>();
  /** How many each peer has. */
  readonly #ofPeer = new Map<string, number>();
  readonly #displaced = new Map<ConnectionState, number>();
  #isTrimDue = false;

  /** How many gave way before they had an answer, by what they did. */
  get displaced(): ReadonlyMap<ConnectionState, number> {
    return this.#displaced;
  }

  /** Takes a connection in, which is silent, until it is closed. */
  admit(socket: Socket): void {
    // Of one that is closed already there is no address.
    const peer = socket.remoteAddress ?? '';
    this.#open.set(socket, { socket, peer, state: 'silent' });
    this.#ofPeer.set(peer, (this.#ofPeer.get(peer) ?? 0) + 1);
    socket.on('close', () => this.#forget(socket));
    if (this.#open.size > MAX_FOR_A_MOMENT) this.#displace(STATES);
    this.#trimSoon();
  }

  /** Notes what a connection does from now on. */
  note(socket: Socket, state: ConnectionState): void {
    const connection = this.#open.get(socket);
    if (connection === undefined) return;
    connection.state = state;
    this.#trimSoon();
  }

  /** After the next turn, in which all that has come is read. */
  #trimSoon(): void {
    if (this.#isTrimDue) return;
    this.#isTrimDue = true;
    setImmediate(() =>
      setImmediate(() => {
        this.#isTrimDue = false;
        this.#trim();
      }),
    );
  }

  #trim(): void {
    for (const [peer, count] of [...this.#ofPeer]) {
      for (let excess = count - MAX_OF_PEER; excess > 0; excess -= 1) this.#displace(STATES, peer);
    }
    this.#bound(['silent'], MAX_SILENT);
    this.#bound(['answered', 'asked'], MAX_ANSWERS);
  }

  #bound(states: readonly ConnectionState[], most: number): void {
    let excess = -most;
    for (const { state } of this.#open.values()) if (states.includes(state)) excess += 1;
    for (; excess > 0; excess -= 1) this.#displace(states);
  }

  /** One gives way: in the first of the states that any is in, the oldest one of the peer that has most connections, or of this peer. */
  #displace(states: readonly ConnectionState[], ofPeer?: string): void {
    let found: Connection | undefined;
    let most = 0;
    for (const state of states) {
      for (const connection of this.#open.values()) {
        if (connection.state !== state || connection.peer !== (ofPeer ?? connection.peer)) continue;
        const count = this.#ofPeer.get(connection.peer) ?? 0;
        if (count > most) [found, most] = [connection, count];
      }
      if (found !== undefined) break;
    }
    if (found === undefined) return;
    const { socket, state } = found;
    // Its 'close' event comes later.
    this.#forget(socket);
    if (state === 'answered') {
      socket.destroy();
      return;
    }
    // The client must see that something is missing, and the kernel need not remember the connection.
    socket.resetAndDestroy();
    this.#displaced.set(state, (this.#displaced.get(state) ?? 0) + 1);
  }

  #forget(socket: Socket): void {
    const connection = this.#open.get(socket);
    if (connection === undefined) return;
    this.#open.delete(socket);
    const left = (this.#ofPeer.get(connection.peer) ?? 0) - 1;
    if (left > 0) this.#ofPeer.set(connection.peer, left);
    else this.#ofPeer.delete(connection.peer);
  }
}
