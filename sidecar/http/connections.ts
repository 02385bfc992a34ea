import type { Socket } from 'node:net';

/** Far more than the scrapers of one task; each connection costs memory of the task. */
const MAX_CONNECTIONS = 64;

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
 * The open connections of a server. A new one is always taken in; where they are too many then, of a peer or all together, some give way:
 * of those in the first state that any is in, the oldest one of the peer that has most of them. So a crowd displaces its own
 * connections, and silence never ends an answer while any connection is silent.
 */
export class Connections {
  /** Oldest first. */
  readonly #open = new Map<Socket, Connection>();
  readonly #displaced = new Map<ConnectionState, number>();
  #isTrimDue = false;

  /** How many gave way before they had an answer, by what they did. */
  get displaced(): ReadonlyMap<ConnectionState, number> {
    return this.#displaced;
  }

  /** Takes a connection in, which is silent, until it is closed. */
  admit(socket: Socket): void {
    // Of one that is closed already there is no address.
    this.#open.set(socket, { socket, peer: socket.remoteAddress ?? '', state: 'silent' });
    socket.on('close', () => this.#open.delete(socket));
    if (this.#open.size > MAX_FOR_A_MOMENT) this.#trim(MAX_FOR_A_MOMENT);
    if (this.#isTrimDue) return;
    this.#isTrimDue = true;
    // After the next turn, in which all that has come is read.
    setImmediate(() =>
      setImmediate(() => {
        this.#isTrimDue = false;
        this.#trim(MAX_CONNECTIONS);
      }),
    );
  }

  /** Notes what a connection does from now on. */
  note(socket: Socket, state: ConnectionState): void {
    const connection = this.#open.get(socket);
    if (connection !== undefined) connection.state = state;
  }

  #trim(most: number): void {
    for (const ofPeer of Map.groupBy(this.#open.values(), ({ peer }) => peer).values()) {
      for (let excess = ofPeer.length - MAX_OF_PEER; excess > 0; excess -= 1) {
        this.#displaceOneOf(ofPeer.filter(({ socket }) => this.#open.has(socket)));
      }
    }
    while (this.#open.size > most) this.#displaceOneOf([...this.#open.values()]);
  }

  #displaceOneOf(candidates: readonly Connection[]): void {
    const state = STATES.find((each) => candidates.some((candidate) => candidate.state === each));
    const peers = Map.groupBy(
      candidates.filter((candidate) => candidate.state === state),
      ({ peer }) => peer,
    );
    const most = [...peers.values()].reduce((a, b) => (b.length > a.length ? b : a));
    const [{ socket }] = most as [Connection];
    // Its 'close' event comes later.
    this.#open.delete(socket);
    if (state === 'answered') {
      socket.destroy();
      return;
    }
    // The client must see that something is missing, and the kernel need not remember the connection.
    socket.resetAndDestroy();
    if (state !== undefined) this.#displaced.set(state, (this.#displaced.get(state) ?? 0) + 1);
  }
}
