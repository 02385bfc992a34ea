import {
  MessageChannel,
  type MessagePort,
  receiveMessageOnPort,
  Worker,
} from 'node:worker_threads';

/** Milliseconds that an answer may take; it takes a fraction of a second. */
const TIMEOUT_MS = 60_000;

/** Milliseconds after its last answer when the thread ends, whose memory nobody needs then. */
const IDLE_MS = 1_000;

/** How the two threads speak with each other. It is the `workerData` of the program. */
export interface Line {
  readonly port: MessagePort;
  /** 1 when there is an answer. */
  readonly answered: Int32Array;
}

/** The answer of the program, or its failure. */
export type Reply<Answer> = { readonly answer: Answer } | { readonly failure: string };

/** A program in a thread of its own. The caller waits for its answers, although it makes them asynchronously. */
export class AnsweringThread<Question, Answer> {
  readonly #program: string;
  readonly #timeoutMs: number;
  #started: Started | undefined;
  #end: NodeJS.Timeout | undefined;

  /** @param program path of a file that answers each message with a `Reply`, and never fails to */
  constructor(program: string, timeoutMs: number = TIMEOUT_MS) {
    this.#program = program;
    this.#timeoutMs = timeoutMs;
  }

  /** @throws Error where the program fails, or does not answer in time */
  ask(question: Question): Answer {
    clearTimeout(this.#end);
    this.#started ??= start(this.#program);
    const { port, answered } = this.#started;
    Atomics.store(answered, 0, 0);
    port.postMessage(question);
    const isLate = Atomics.wait(answered, 0, 0, this.#timeoutMs) === 'timed-out';
    const reply: Reply<Answer> | undefined = receiveMessageOnPort(port)?.message;
    if (isLate || reply === undefined) {
      this.#stop();
      throw new Error(`expected an answer within ${this.#timeoutMs} ms, got none`);
    }
    this.#end = setTimeout(() => this.#stop(), IDLE_MS).unref();
    if ('failure' in reply) throw new Error(reply.failure);
    return reply.answer;
  }

  #stop(): void {
    void this.#started?.thread.terminate();
    this.#started = undefined;
  }
}

interface Started extends Line {
  readonly thread: Worker;
}

function start(program: string): Started {
  const { port1, port2 } = new MessageChannel();
  const answered = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));
  const line: Line = { port: port2, answered };
  const thread = new Worker(program, {
    workerData: line,
    transferList: [port2],
    // Options that are meant for the app, such as loaders, do not concern the program.
    execArgv: [],
    env: { ...process.env, NODE_OPTIONS: '' },
  });
  thread.unref();
  return { thread, port: port1, answered };
}
