import { type ChildProcess, fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { extname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { TaskAddress } from './addresses.ts';
import { EC2_REFRESH_MS, type Measure, type MetadataEndpoint, MetadataTask } from './metadata.ts';

/** The plan of a task of the demo. */
export interface TaskPlan {
  readonly taskId: string;
  readonly service: string;
  /** Task definition family. */
  readonly family: string;
  readonly revision: number;
  /** Share of one CPU that its container burns. */
  readonly share: number;
  /** Whether the container is the instrumented web application rather than a plain load. */
  readonly instrumented: boolean;
}

/** vCPU and MiB of every task. */
export const TASK_CPU = 1;
export const TASK_MEMORY = 512;

/** Name of the container that carries the load, and of the sidecar. */
export const APP_CONTAINER = 'app';
export const SIDECAR_CONTAINER = 'fargauge-sidecar';

/**
 * Milliseconds until a sidecar must answer, and further refreshes until it must have the figures: two would do if it
 * polled at once.
 */
const START_TIMEOUT_MS = 20_000;
const REFRESHES = 4;
const POLL_MS = 100;

/** The programs of a task: sources in the repository, beside the bundle in the package. */
const HERE = import.meta.dirname;
const EXTENSION = extname(import.meta.filename);
const APP = join(HERE, `app${EXTENSION}`);
const LOAD = join(HERE, `load${EXTENSION}`);
const SIDECAR = join(HERE, EXTENSION === '.ts' ? '../../../sidecar/main.ts' : 'sidecar.mjs');

/** The place of a task in the demo's cluster. */
export interface Placement {
  readonly clusterArn: string;
  readonly taskArn: string;
}

export interface TaskOptions {
  /** As of `MetadataTask`. */
  readonly measure?: Measure | undefined;
  /** Program and arguments that run the sidecar. @default its sources on Node.js, which need no build */
  readonly sidecar?: readonly [string, ...string[]] | undefined;
}

/** A task made of real processes: a container that burns CPU, and the real sidecar beside it. */
export class SimulatedTask {
  readonly plan: TaskPlan;
  readonly address: TaskAddress;
  readonly #metadata: MetadataTask;
  readonly #app: ChildProcess;
  readonly #sidecar: ChildProcess;
  /** Aborted when one of the processes has ended. */
  readonly #ended = new AbortController();
  #said = '';

  /**
   * Starts the processes.
   *
   * @throws if one cannot be started
   */
  constructor(
    plan: TaskPlan,
    address: TaskAddress,
    endpoint: MetadataEndpoint,
    place: Placement,
    { measure, sidecar: [program, ...args] = [process.execPath, SIDECAR] }: TaskOptions = {},
  ) {
    this.plan = plan;
    this.address = address;
    const description = {
      ...place,
      family: plan.family,
      revision: String(plan.revision),
      serviceName: plan.service,
      cpu: TASK_CPU,
      memory: TASK_MEMORY,
      address: address.host,
    };
    this.#metadata = new MetadataTask(description, measure);
    const share = String(plan.share);
    this.#app = plan.instrumented
      ? fork(APP, [address.host, String(address.appPort), share])
      : fork(LOAD, [share]);
    this.#sidecar = spawn(program, args, {
      stdio: ['ignore', 'ignore', 'pipe'],
      env: {
        ...process.env,
        ECS_CONTAINER_METADATA_URI_V4: endpoint.add(plan.taskId, this.#metadata),
        ECS_METRICS_EXPORTER_HOST: address.host,
        ECS_METRICS_EXPORTER_PORT: String(address.sidecarPort),
      },
    });
    this.#sidecar.stderr?.on('data', (text) => {
      this.#said += text;
    });
    // Not 'exit', because its output must have been read.
    this.#sidecar.once('close', () => this.#ended.abort());
    this.#app.once('exit', () => this.#ended.abort());
    this.#metadata.add(APP_CONTAINER, this.appPid);
    this.#metadata.add(SIDECAR_CONTAINER, this.sidecarPid);
  }

  get appPid(): number {
    return pidOf(this.#app, this.plan);
  }

  get sidecarPid(): number {
    return pidOf(this.#sidecar, this.plan);
  }

  /**
   * Waits until both processes are up, begins to measure them, and waits until the sidecar shows `metric`.
   *
   * @param refreshMs milliseconds after which the figures are renewed
   * @throws with the sidecar's output if one of them ends, or if that takes longer than 20 s and four refreshes
   */
  async measured(
    metric: string,
    stop: AbortSignal,
    refreshMs: number = EC2_REFRESH_MS,
  ): Promise<void> {
    const timeoutMs = START_TIMEOUT_MS + REFRESHES * refreshMs;
    const late = AbortSignal.timeout(timeoutMs);
    const signal = AbortSignal.any([stop, late, this.#ended.signal]);
    try {
      await Promise.all([
        once(this.#app, 'message', { signal }),
        this.#sidecarShows('/health', () => true, signal),
      ]);
      this.#metadata.beginSampling();
      await this.#sidecarShows('/metrics', (text) => text.includes(`\n${metric}{`), signal);
    } catch (error) {
      if (stop.aborted) return;
      const { host, sidecarPort } = this.address;
      const when = late.aborted ? `within ${timeoutMs} ms` : 'before its task ended';
      const message = `the sidecar at ${host}:${sidecarPort} gave no ${metric} ${when}; it said: ${this.#said}`;
      throw new Error(message, { cause: error });
    }
  }

  /** Asks the sidecar repeatedly until it returns the wanted text. Rejects when aborted. */
  async #sidecarShows(
    path: string,
    wanted: (text: string) => boolean,
    signal: AbortSignal,
  ): Promise<void> {
    const url = `http://${this.address.host}:${this.address.sidecarPort}${path}`;
    for (;;) {
      signal.throwIfAborted();
      const response = await fetch(url, { signal }).catch(() => undefined);
      if (response?.ok && wanted(await response.text())) return;
      await sleep(POLL_MS, undefined, { signal });
    }
  }

  /** Ends both processes and waits for their end. */
  async stop(): Promise<void> {
    await Promise.all([end(this.#app), end(this.#sidecar)]);
  }
}

function pidOf(child: ChildProcess, { taskId }: TaskPlan): number {
  if (child.pid === undefined) throw new Error(`cannot start a process of task ${taskId}`);
  return child.pid;
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  child.kill('SIGTERM');
  await exited;
}
