import { DescribeTaskDefinitionCommand, type TaskDefinition } from '@aws-sdk/client-ecs';
import pMap from 'p-map';
import { REQUEST_CONCURRENCY } from './ecs.ts';
import type { EcsCalls, EcsSender } from './ecs-calls.ts';

/** Definitions that are remembered although no task uses them now, as many as the CloudWatch Agent remembers. */
const MAX_KNOWN = 2000;

/** Reads each task definition once: a revision never changes. */
export class TaskDefinitions {
  readonly #ecs: EcsSender;
  readonly #known = new Map<string, TaskDefinition>();

  constructor(ecs: EcsSender) {
    this.#ecs = ecs;
  }

  /** The definitions with these ARNs. One that could not be read is missing, and is tried again the next time. */
  async read(
    arns: ReadonlySet<string>,
    calls: EcsCalls,
  ): Promise<ReadonlyMap<string, TaskDefinition>> {
    const unknown = [...arns].filter((arn) => !this.#known.has(arn));
    await pMap(unknown, (arn) => this.#readOne(arn, calls), { concurrency: REQUEST_CONCURRENCY });
    if (this.#known.size > MAX_KNOWN) {
      for (const arn of this.#known.keys()) if (!arns.has(arn)) this.#known.delete(arn);
    }
    return this.#known;
  }

  async #readOne(arn: string, calls: EcsCalls): Promise<void> {
    const command = new DescribeTaskDefinitionCommand({ taskDefinition: arn });
    const answer = await calls.call('DescribeTaskDefinition', (options) =>
      this.#ecs.send(command, options),
    );
    if (answer?.taskDefinition !== undefined) this.#known.set(arn, slim(answer.taskDefinition));
  }
}

/** Only what discovery reads: a definition with its environment and secrets is many times larger. */
function slim({ family, revision, networkMode, containerDefinitions }: TaskDefinition) {
  return {
    family,
    revision,
    networkMode,
    containerDefinitions: containerDefinitions?.map(({ name, dockerLabels, portMappings }) => ({
      name,
      dockerLabels,
      portMappings,
    })),
  } satisfies TaskDefinition;
}
