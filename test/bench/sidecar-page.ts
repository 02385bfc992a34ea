import { objectOf } from '../../sidecar/documents/json.ts';
import { readStats } from '../../sidecar/documents/stats.ts';
import { readTask } from '../../sidecar/documents/task.ts';
import { type Observation, observe } from '../../sidecar/figures/observation.ts';
import { START, sampleContainer, sampleEntry, sampleTask } from '../sidecar/sample-documents.ts';
import { pageOf } from '../sidecar/sample-page.ts';

/** Between two pages, as between two scrapes. */
const INTERVAL_SECONDS = 60;

/** What a sidecar exposes, made by its own code of documents as the task metadata endpoint gives them. */
export class SidecarPage {
  readonly #taskId: string;
  readonly #containers: readonly string[];
  #observation: Observation | undefined;
  #second = 0;

  constructor(taskId: string, containers: number) {
    this.#taskId = taskId;
    this.#containers = Array.from({ length: containers }, (_, i) => `container-${i + 1}`);
    this.#observe();
  }

  /** The page a minute after the last one. */
  next(): string {
    this.#second += INTERVAL_SECONDS;
    const now = this.#observe();
    return pageOf(this.#observation, now);
  }

  /** @returns milliseconds since the epoch */
  #observe(): number {
    const now = (START + this.#second) * 1000;
    const ids = this.#containers.map((name) => [name, `${this.#taskId}-${name}`] as const);
    const task = readTask(
      sampleTask({
        TaskARN: `arn:aws:ecs:eu-west-1:123456789012:task/shop/${this.#taskId}`,
        Containers: ids.map(([name, id]) => sampleContainer(id, name)),
      }),
    );
    const stats = Object.fromEntries(ids.map(([, id]) => [id, sampleEntry(this.#second)]));
    const entries = readStats(objectOf(stats), task.launchType);
    this.#observation = observe(this.#observation, task, entries, now);
    return now;
  }
}
