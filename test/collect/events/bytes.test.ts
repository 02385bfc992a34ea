import { expect, it } from '@jest/globals';
import { Collector } from '../../../lambda/collect.ts';
import { eventBytes } from '../../../lambda/model/delivery/event-size.ts';
import type { EmfConfig } from '../../../lambda/model/settings/config.ts';
import {
  TASK_CPU_UTILIZATION,
  TASK_MEMORY_UTILIZATION,
} from '../../../lambda/model/settings/names.ts';
import { MemoryState } from '../../../lambda/state/memory.ts';
import { load } from '../../config/loading.ts';
import { labelled, MINUTE, series, target } from '../../series/samples.ts';
import { fixedDiscovery, scriptedScraper } from '../parts.ts';
import { recordingOutput } from '../recording-output.ts';

/** 150 tasks of 30 services, each with the six samples of a minute that Fargate has. */
const TASKS = 150;
const SERVICES = 30;
const BEGIN = Date.UTC(2026, 4, 1);

/** The figures of docs/configuration.md and docs/cost.md. */
it.each<[EmfConfig['events'], 'complete' | 'immediate', number, number]>([
  ['task', 'immediate', 300, 160],
  ['task', 'complete', 150, 86],
  ['service', 'immediate', 60, 59],
  ['service', 'complete', 30, 35],
])(
  'the built-in configuration, events: %s, %s, writes %d events of %d kB a minute',
  async (events, delivery, count, kilobytes) => {
    const config = await load({ env: { FARGAUGE_CLUSTER: 'shop' } });
    const output = recordingOutput();
    // The cycle is in the middle of a minute: samples at once are half of it and half of the one before.
    const first = BEGIN + (delivery === 'complete' ? 0 : MINUTE / 2);
    const collector = new Collector({
      config: { ...config, emf: { ...config.emf, events } },
      discovery: fixedDiscovery(Array.from({ length: TASKS }, (_, index) => task(index))),
      scraper: scriptedScraper(
        () => BEGIN + 2 * MINUTE,
        ({ labels }) => samplesOf(Number(labels.number), first),
      ),
      state: new MemoryState(),
      outputs: [output],
      now: () => BEGIN + 2 * MINUTE,
    });

    await collector.collect(60_000);

    const bytes = output.accepted.reduce((sum, { message }) => sum + eventBytes(message), 0);
    expect([output.accepted.length, Math.round(bytes / 1_000)]).toEqual([count, kilobytes]);
  },
);

function task(index: number) {
  const name = `service-${index % SERVICES}`;
  return target({
    id: `task ${index}`,
    labels: {
      ...{ job: 'fargauge-sidecar', instance: `10.0.0.${index}:9546`, number: `${index}` },
      ...{ ClusterName: 'shop', ServiceName: name, TaskDefinitionFamily: name },
      TaskId: index.toString(16).padStart(32, '0'),
    },
  });
}

function samplesOf(index: number, first: number) {
  return Array.from({ length: 6 }, (_, number) =>
    [TASK_CPU_UTILIZATION, TASK_MEMORY_UTILIZATION].map((name, place) => ({
      ...labelled(
        series(name, { labels: { container_name: '_task_' } }),
        (((index * 6 + number) * 2 + place + 1) * Math.E * 7.31) % 100,
      ),
      timestamp: first + number * 10_000,
    })),
  ).flat();
}
