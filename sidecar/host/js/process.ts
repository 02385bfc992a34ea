import { EventEmitter } from './events.ts';
import { FAILED, host, listenTo, onSignal } from './host.ts';
import { systemError } from './system-error.ts';

/** As Linux counts them. The bench uses the second one. */
const SIGNALS: Readonly<Record<string, number>> = { SIGINT: 2, SIGUSR2: 12, SIGTERM: 15 };

/** Exit code of an error that nobody caught. */
const UNCAUGHT = 1;

type Done = (error?: Error) => void;

/** Standard output or standard error. What nobody takes waits. */
class Output extends EventEmitter {
  readonly #key: number;
  #waiting: Done[] = [];

  constructor(key: number) {
    super();
    this.#key = key;
    listenTo(key, (what, value) => this.#settle(what === FAILED ? value : 0));
  }

  write(text: string, done?: Done): boolean {
    if (done !== undefined) this.#waiting.push(done);
    const queued = host.write(this.#key, text, false);
    // Of an empty text nothing is told either.
    if (queued <= 0) queueMicrotask(() => this.#settle(queued));
    return queued === 0;
  }

  #settle(errno: number): void {
    const error = errno === 0 ? undefined : systemError(errno, 'write');
    for (const done of this.#waiting.splice(0)) done(error);
    if (error !== undefined) this.emit('error', error);
  }
}

class Process extends EventEmitter {
  /** The program, and the script that Node.js would run, stand before the arguments. */
  readonly argv = ['fargauge-sidecar', '', ...host.arguments];
  readonly env = host.environment;
  readonly release = { name: 'quickjs-ng' };
  readonly version = `v${host.version}`;
  readonly versions: { readonly node?: string } = {};
  readonly stdout = new Output(host.outputs[0]);
  readonly stderr = new Output(host.outputs[1]);

  override on(name: string, listener: () => void): this {
    const signal = SIGNALS[name];
    if (signal !== undefined) host.trap(signal);
    return super.on(name, listener);
  }

  /** Becomes the user, and the group of the same number. Node.js has a function for each. */
  becomeUser(id: number): void {
    const result = host.becomeUser(id);
    if (result < 0) throw systemError(result, 'setresuid');
  }

  exit(code: number): never {
    return host.exit(code);
  }
}

export const process = new Process();

onSignal((signal) => {
  const name = Object.keys(SIGNALS).find((each) => SIGNALS[each] === signal);
  if (name !== undefined) process.emit(name, name);
});

/** Rejected, and nobody has asked for the result yet. */
const rejected = new Map<Promise<unknown>, unknown>();

host.rejection = (promise, reason, handled) => {
  if (handled) rejected.delete(promise);
  else rejected.set(promise, reason);
};

host.unhandled = () => {
  for (const reason of rejected.values()) {
    const stack = reason instanceof Error ? `\n${reason.stack}` : '';
    // The engine throws null where it has no memory for an error.
    const text = reason === null ? 'out of memory' : `unhandled rejection: ${String(reason)}`;
    process.stderr.write(`fargauge sidecar: ${text}${stack}\n`);
    process.exit(UNCAUGHT);
  }
};
