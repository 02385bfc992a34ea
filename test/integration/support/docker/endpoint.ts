import { type Listening, listen } from '../http.ts';
import type { DockerEngine } from './engine.ts';

/** A container of the task, and the limits that the task definition would give it. */
export interface TaskContainer {
  readonly id: string;
  readonly name: string;
  /** CPU units. */
  readonly cpu?: number;
  /** MiB. */
  readonly memory?: number;
}

/** As far as the task's document follows it. */
interface Inspected {
  readonly State: {
    readonly Status: string;
    readonly ExitCode: number;
    readonly StartedAt: string;
    readonly FinishedAt: string;
  };
  readonly Created: string;
}

/** The task metadata endpoint of a task of real containers: its stats are the engine's own, as those of the ECS agent are. */
export interface EngineEndpoint extends Listening {
  /** Adds a container to the task. */
  add(container: TaskContainer): void;
  /** All stats that the engine gave of a container, oldest first. */
  stats(id: string): readonly unknown[];
}

export async function serveEngine(engine: DockerEngine): Promise<EngineEndpoint> {
  const containers: TaskContainer[] = [];
  const stats = new Map<string, unknown[]>();
  const listening = await listen(async (request, response) => {
    const document = request.url?.endsWith('/task/stats')
      ? await statsDocument()
      : await taskDocument();
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify(document));
  });

  async function taskDocument(): Promise<object> {
    return {
      Cluster: 'real',
      TaskARN: 'arn:aws:ecs:eu-west-1:123456789012:task/real/0a1b2c3d4e5f60718293a4b5c6d7e8f9',
      Family: 'loads',
      Revision: '1',
      DesiredStatus: 'RUNNING',
      KnownStatus: 'RUNNING',
      LaunchType: 'EC2',
      Containers: await Promise.all(containers.map(containerDocument)),
    };
  }

  async function containerDocument({ id, name, cpu = 2, memory = 0 }: TaskContainer) {
    const { State, Created } = (await engine.api(`/containers/${id}/json`)) as Inspected;
    const stopped = State.Status === 'exited';
    return {
      DockerId: id,
      Name: name,
      Image: name,
      DesiredStatus: 'RUNNING',
      KnownStatus: stopped ? 'STOPPED' : 'RUNNING',
      Limits: { CPU: cpu, Memory: memory },
      CreatedAt: Created,
      StartedAt: State.StartedAt,
      ...(stopped && { ExitCode: State.ExitCode, FinishedAt: State.FinishedAt }),
      Type: 'NORMAL',
      Networks: [{ NetworkMode: 'host' }],
    };
  }

  async function statsDocument(): Promise<object> {
    const running = new Set(
      ((await engine.api('/containers/json')) as { Id: string }[]).map(({ Id }) => Id),
    );
    return Object.fromEntries(
      containers.map(({ id }) => [id, running.has(id) ? (stats.get(id)?.at(-1) ?? {}) : {}]),
    );
  }

  return {
    ...listening,
    add(container) {
      containers.push(container);
      const seen: unknown[] = [];
      stats.set(container.id, seen);
      engine.stream(`/containers/${container.id}/stats?stream=true`, (document) =>
        seen.push(document),
      );
    },
    stats: (id) => stats.get(id) ?? [],
  };
}
