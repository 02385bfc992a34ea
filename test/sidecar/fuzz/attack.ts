import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import fc from 'fast-check';
import { readValue } from '../exposition/read-text.ts';
import { sampleStats, sampleTask } from '../sample-documents.ts';
import { sampleInstance } from '../sample-instance.ts';
import { type SidecarProcess, startSidecar } from '../sidecar-process.ts';
import { type Delivery, deliver, delivered } from './delivery.ts';
import { BROKEN_DOCUMENT, BROKEN_INSTANCE } from './documents.ts';
import { startHostileServer } from './hostile-server.ts';
import { BROKEN_REQUEST, brokenAnswer } from './messages.ts';

/** Inputs of a round, of each kind. */
const REQUESTS = 64;
const ANSWERS = 32;

const CLIENTS = 8;

/** So long a client waits for the end of its connection. */
const PATIENCE_MS = 150;

/** Rounds between two looks whether good documents still become figures. */
const ROUNDS = 100;

/** How long it may take until it is healthy, and until it has figures: failed polls are 10 s apart at last. */
const HEALTH_SECONDS = 20;
const RECOVERY_SECONDS = 60;

const REQUEST = delivered(BROKEN_REQUEST);
const ANSWERS_OF = {
  task: delivered(brokenAnswer(BROKEN_DOCUMENT)),
  // Its own task too: it asks for that as well.
  instance: delivered(brokenAnswer(fc.oneof(BROKEN_INSTANCE, BROKEN_DOCUMENT))),
};

/** Of an instance whose documents are good. */
const GOOD_TASKS = 3;

/** What was done to a sidecar. */
export interface Tally {
  readonly rounds: number;
  readonly requests: number;
  /** Answers of the task metadata endpoint and of the application. */
  readonly documents: number;
  readonly pages: number;
  /** Times that good documents became figures. */
  readonly recoveries: number;
}

export interface AttackOptions {
  /** All that is sent follows from it, but not when it comes. */
  readonly seed: number;
  readonly seconds: number;
  /** Whether the sidecar is that of a task, or the daemon of an instance. @default task */
  readonly scope?: keyof typeof ANSWERS_OF | undefined;
  readonly env?: Readonly<Record<string, string>>;
}

/**
 * Starts a sidecar and sends it broken requests, while its task metadata endpoint and its application give broken answers. Now and then, and
 * at last, good documents must become figures; then the sidecar must end as it is told.
 *
 * @throws Error with the seed of the round and the sidecar's last words, where it ends, answers its health check no more, or does not recover
 */
export async function attack(
  command: readonly string[],
  { seed, seconds, scope = 'task', env = {} }: AttackOptions,
): Promise<Tally> {
  let round = 0;
  const answer = ANSWERS_OF[scope];
  let documents = new Endless(sample(answer, ANSWERS));
  let pages = documents;
  let truce = false;
  await using metadata = await startHostileServer((path) =>
    truce ? goodAnswer(path) : documents.next(),
  );
  await using application = await startHostileServer(() => pages.next());
  await using sidecar = startSidecar(
    {
      ECS_CONTAINER_METADATA_URI_V4: `http://127.0.0.1:${metadata.port}/v4/0`,
      FARGAUGE_TARGETS: `app=http://127.0.0.1:${application.port}/metrics`,
      FARGAUGE_DOCUMENTS: 'on',
      FARGAUGE_SCOPE: scope,
      ...env,
    },
    { command },
  );
  const url = await sidecar.url();
  const until = performance.now() + seconds * 1_000;
  let recoveries = 0;
  try {
    while (performance.now() < until) {
      round += 1;
      const answers = sample(answer, 2 * ANSWERS);
      documents = new Endless(answers.slice(ANSWERS));
      pages = new Endless(answers.slice(0, ANSWERS));
      await besiege(url, sample(REQUEST, REQUESTS));
      await waitFor('a healthy answer', HEALTH_SECONDS, () => isHealthy(url));
      if (round % ROUNDS === 0) await recover();
    }
    await recover();
    await end(sidecar);
  } catch (error) {
    throw new Error(await obituary(sidecar, seed + round, error));
  }
  return {
    rounds: round,
    requests: round * REQUESTS,
    documents: metadata.requests,
    pages: application.requests,
    recoveries,
  };

  function sample<T>(arbitrary: fc.Arbitrary<T>, numRuns: number): T[] {
    return fc.sample(arbitrary, { numRuns, seed: seed + round });
  }

  async function recover(): Promise<void> {
    truce = true;
    await waitFor('figures of good documents', RECOVERY_SECONDS, () => hasFigures(url));
    truce = false;
    recoveries += 1;
  }
}

/** Values one after the other, and again from the first. */
class Endless<T> {
  readonly #values: readonly T[];
  #given = 0;

  constructor(values: readonly T[]) {
    this.#values = values;
  }

  next(): T {
    const value = this.#values[this.#given % this.#values.length];
    if (value === undefined) throw new Error('asked before there was anything');
    this.#given += 1;
    return value;
  }
}

/** Some clients at a time, each with the next of the requests. */
async function besiege(url: string, requests: readonly Delivery[]): Promise<void> {
  const waiting = requests.values();
  const client = async () => {
    for (const request of waiting) await send(url, request);
  };
  await Promise.all(Array.from({ length: CLIENTS }, client));
}

async function send(url: string, request: Delivery): Promise<void> {
  const socket = connect({ port: Number(new URL(url).port), host: '127.0.0.1' });
  const { promise: closed, resolve } = Promise.withResolvers<void>();
  socket.on('error', () => undefined).on('close', () => resolve());
  await deliver(socket, request);
  await Promise.race([closed, sleep(PATIENCE_MS)]);
  socket.destroy();
}

/** Asks until it is so. Where time passes faster, a busy machine is at times too slow for a request. */
async function waitFor(what: string, seconds: number, isSo: () => Promise<boolean>): Promise<void> {
  const latest = performance.now() + seconds * 1_000;
  while (!(await isSo().catch(() => false))) {
    if (performance.now() > latest) throw new Error(`${what}: not within ${seconds} s`);
    await sleep(50);
  }
}

async function isHealthy(url: string): Promise<boolean> {
  const response = await fetch(`${url}/health`, { signal: AbortSignal.timeout(5_000) });
  return (await response.text()) !== '' && response.status === 200;
}

async function hasFigures(url: string): Promise<boolean> {
  const response = await fetch(`${url}/metrics`, { signal: AbortSignal.timeout(5_000) });
  return readValue(await response.text(), 'ee_ecs_metrics_exporter_success') === 1;
}

/** All documents, as good as they come. */
function goodAnswer(path: string): Delivery {
  const body = JSON.stringify(goodDocument(path));
  const text = `HTTP/1.1 200 OK\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`;
  return { bytes: Buffer.from(text), pieces: [], ending: 'nothing' };
}

function goodDocument(path: string): unknown {
  const second = Date.now() / 1_000;
  const [name = ''] = path.split('/').slice(3);
  if (name !== 'tasks') return path.endsWith('/stats') ? sampleStats(second) : sampleTask();
  const { tasks, stats } = sampleInstance(GOOD_TASKS, second);
  return path.endsWith('/stats') ? stats : tasks;
}

async function end(sidecar: SidecarProcess): Promise<void> {
  sidecar.process.kill('SIGTERM');
  const { code, signal } = await sidecar.ending;
  if (code !== 0) throw new Error(`ended with ${signal ?? `exit code ${code}`}`);
}

/** What is known of a sidecar that failed. */
async function obituary(sidecar: SidecarProcess, seed: number, cause: unknown): Promise<string> {
  // A report takes its time.
  const ended = await Promise.race([sidecar.ending, sleep(5_000, undefined)]);
  sidecar.process.kill('SIGKILL');
  const { code, signal, lines } = ended ?? {
    ...(await sidecar.ending),
    code: 'none, it was alive',
  };
  const words = [
    `${String(cause)} in the round of seed ${seed}`,
    `exit code ${code}, signal ${signal}`,
  ];
  return [...words, ...lines.slice(-80)].join('\n');
}
