import { DescribeTaskDefinitionCommand, type TaskDefinition } from '@aws-sdk/client-ecs';
import type { ApiCalls } from '../../aws/api-calls.ts';
import type { EcsSender } from '../../aws/clients.ts';
import { nameIn } from './described-task.ts';

/** Definitions that are remembered although no task uses them now, as many as the CloudWatch Agent remembers. */
const MAX_KNOWN = 2000;

/** Reads each task definition once: a revision never changes. */
export class TaskDefinitions {
  readonly #ecs: EcsSender;
  readonly #known = new Map<string, TaskDefinition>();
  /** What was asked for in this refresh, whatever came of it. */
  readonly #asked = new Map<string, Promise<void>>();

  constructor(ecs: EcsSender) {
    this.#ecs = ecs;
  }

  /** Resolves when those of these definitions were read that can be. One that cannot is tried again in the next refresh. */
  async read(arns: Iterable<string>, calls: ApiCalls): Promise<void> {
    const readings = Array.from(new Set(arns), (arn) => {
      if (this.#known.has(arn)) return undefined;
      const reading = this.#asked.get(arn) ?? this.#readOne(arn, calls);
      this.#asked.set(arn, reading);
      return reading;
    });
    await Promise.all(readings);
  }

  get(arn: string): TaskDefinition | undefined {
    return this.#known.get(arn);
  }

  /** Ends a refresh; where too much is remembered, what is not in use is forgotten. */
  endRefresh(inUse: ReadonlySet<string>): void {
    this.#asked.clear();
    if (this.#known.size <= MAX_KNOWN) return;
    for (const arn of this.#known.keys()) if (!inUse.has(arn)) this.#known.delete(arn);
  }

  async #readOne(arn: string, calls: ApiCalls): Promise<void> {
    const command = new DescribeTaskDefinitionCommand({ taskDefinition: arn });
    const answer = await calls.call(
      'DescribeTaskDefinition',
      (options) => this.#ecs.send(command, options),
      [nameIn(arn) ?? arn],
    );
    const [definition] = calls.entries<TaskDefinition>(
      'DescribeTaskDefinition',
      'taskDefinition',
      answer?.taskDefinition && [answer.taskDefinition],
    );
    if (definition !== undefined) this.#known.set(arn, definition);
  }
}
