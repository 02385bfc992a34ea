import { historyPage, latestPage, type PageSource } from '../../../sidecar/catalogue/page.ts';
import { recordPoll } from '../../../sidecar/catalogue/recording.ts';
import type { JsonObject } from '../../../sidecar/documents/json.ts';
import { readStats } from '../../../sidecar/documents/stats.ts';
import { readTask } from '../../../sidecar/documents/task.ts';
import { writeOpenMetrics } from '../../../sidecar/exposition/open-metrics.ts';
import { writeText } from '../../../sidecar/exposition/text.ts';
import { type Observation, observe } from '../../../sidecar/figures/observation.ts';
import { History } from '../../../sidecar/history/history.ts';
import { readPosition, writePosition } from '../../../sidecar/history/position.ts';
import type { Contents } from '../../../sidecar/serving/pages.ts';
import { START, sampleContainer, sampleEntry, sampleTask } from '../../sidecar/sample-documents.ts';

/** Seconds between two polls on Fargate, and between two scrapes. */
const POLL = 10;
const CYCLE = 60;

/** Where in a minute of the clock a cycle begins, in seconds. */
const PHASE = 25;

/** When the n-th scrape is, from 1: milliseconds since the epoch. */
export function scrapeTime(scrape: number): number {
  return (START + PHASE + CYCLE * scrape) * 1_000;
}

/** The sidecar of a task whose figures change from poll to poll. Each scrape is a minute after the last one. */
export class SimulatedSidecar {
  readonly #names: readonly string[];
  readonly #taskId: string;
  readonly #random: () => number;
  readonly #history = new History(START * 1_000);
  /** Nanoseconds of CPU by container. */
  readonly #used: number[];
  #observation: Observation | undefined;
  #second: number;
  #scrapes = 0;

  /** @param random from 0 to 1 */
  constructor(taskId: string, containers: number, random: () => number) {
    this.#taskId = taskId;
    this.#random = random;
    this.#names = Array.from({ length: containers }, (_, index) => `container-${index + 1}`);
    this.#used = this.#names.map(() => 1e10);
    // Tasks are not polled at the same time.
    this.#second = random() * POLL;
  }

  /** What its pages are made of: the bodies are those of the sidecar's own code. */
  contents(): Contents {
    return {
      text: async () => writeText(latestPage(this.#next())),
      openMetrics: async () => writeOpenMetrics(latestPage(this.#next())),
      history: async (cursor, wholeMinutes) => {
        const position = readPosition(cursor);
        if (position === undefined) return undefined;
        const source = this.#next();
        const excerpt = this.#history.excerpt(position, wholeMinutes ? source.now : undefined);
        const body = writeOpenMetrics(historyPage(source, excerpt));
        const until = writePosition(excerpt.until);
        return { ...excerpt, until, body, taken: () => excerpt.take() };
      },
      applications: new Map(),
    };
  }

  #next(): PageSource {
    this.#scrapes += 1;
    const now = scrapeTime(this.#scrapes);
    while ((START + this.#second) * 1_000 < now) this.#poll();
    const { live } = this.#known();
    return {
      known: { live, isWhole: false },
      ended: [],
      scope: 'task',
      history: this.#history,
      traffic: { requests: [], durations: [] },
      losses: { connections: new Map(), points: this.#history.lost, elements: new Map() },
      now,
    };
  }

  #poll(): void {
    const ids = this.#names.map((name) => `${this.#taskId}-${name}`);
    const task = readTask(
      sampleTask({
        TaskARN: `arn:aws:ecs:eu-west-1:123456789012:task/shop/${this.#taskId}`,
        Containers: ids.map((id, index) => sampleContainer(id, this.#names[index] ?? '')),
      }),
    );
    const entries = Object.fromEntries(ids.map((id, index) => [id, this.#entry(index)]));
    const now = (START + this.#second) * 1_000;
    const stats = readStats(entries, task.launchType);
    this.#observation = observe(this.#observation, task, stats, now);
    const known = this.#known();
    recordPoll(
      this.#history,
      { changed: known.live, forgotten: [], settled: true, known },
      'task',
      now,
    );
    this.#second += POLL;
  }

  #known() {
    const observation = this.#observation;
    const live =
      observation === undefined ? [] : [{ key: this.#taskId, observation, listed: true }];
    return { live, ended: [], isWhole: false };
  }

  /** A container that uses some CPU and some memory, both by chance. */
  #entry(index: number): JsonObject {
    const before = this.#used[index] ?? 0;
    const after = before + Math.round(this.#random() * 1e9);
    this.#used[index] = after;
    const cpu = (total: number) => ({
      cpu_usage: { total_usage: total },
      throttling_data: { periods: 0 },
    });
    const anon = Math.round(50_000_000 + this.#random() * 50_000_000);
    return sampleEntry(this.#second, {
      cpu_stats: cpu(after),
      precpu_stats: cpu(before),
      memory_stats: {
        usage: anon + 80_000_000,
        limit: 2 ** 63,
        stats: { anon, file: 80_000_000, inactive_file: 50_000_000, pgfault: 10 },
      },
    });
  }
}
