import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PROMETHEUS } from '../places.ts';
import { type Prometheus, startPrometheus } from './prometheus.ts';

/** An endpoint, and what the discovery of ECS knows of it. */
export interface ScrapedTarget {
  readonly job: string;
  readonly address: string;
  readonly metaLabels: Readonly<Record<string, string>>;
}

/** A Prometheus that scrapes by itself, without a collector; ends with `await using`. */
export interface ScrapingPrometheus extends Prometheus {
  /** Scrapes these each second, from now on. */
  scrape(targets: readonly ScrapedTarget[]): Promise<void>;
}

/** Starts one with a job for each name, all with the same `relabel_configs`. */
export async function startScrapingPrometheus(
  jobs: readonly string[],
  relabeling: readonly object[],
): Promise<ScrapingPrometheus> {
  const folder = await mkdtemp(join(tmpdir(), 'fargauge-scraped-'));
  const fileOf = (job: string) => join(folder, `${job}.json`);
  const config = {
    global: { scrape_interval: '1s', scrape_timeout: '1s' },
    scrape_configs: jobs.map((job) => ({
      job_name: job,
      file_sd_configs: [{ files: [fileOf(job)], refresh_interval: '1s' }],
      relabel_configs: relabeling,
    })),
  };
  const prometheus = await startPrometheus(PROMETHEUS, [], JSON.stringify(config));
  return {
    ...prometheus,
    scrape: async (targets) => {
      for (const [job, ofJob] of Map.groupBy(targets, (target) => target.job)) {
        const groups = ofJob.map(({ address, metaLabels }) => ({
          targets: [address],
          labels: metaLabels,
        }));
        // Never half of it.
        await writeFile(join(folder, 'next'), JSON.stringify(groups));
        await rename(join(folder, 'next'), fileOf(job));
      }
    },
    [Symbol.asyncDispose]: async () => {
      await prometheus[Symbol.asyncDispose]();
      await rm(folder, { recursive: true });
    },
  };
}
