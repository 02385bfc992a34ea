import { expect, it } from '@jest/globals';
import { Collector } from '../../../lambda/collect.ts';
import {
  TASK_CPU_UTILIZATION,
  TASK_MEMORY_UTILIZATION,
} from '../../../lambda/model/settings/names.ts';
import { MemoryState } from '../../../lambda/state/memory.ts';
import { load } from '../../config/loading.ts';
import { documentOf } from '../../emf/events.ts';
import { labelled, series, target } from '../../series/samples.ts';
import { fixedDiscovery, scriptedScraper } from '../parts.ts';
import { recordingOutput } from '../recording-output.ts';

/** The labels of a sidecar's series, and those of discovery. */
const OF_SERIES = {
  container_name: '_task_',
  container_id: 'c0ffee',
  base: 'task',
  task_revision: '7',
};
const OF_TARGET = {
  job: 'fargauge-sidecar',
  instance: '10.0.0.1:9546',
  ClusterName: 'shop',
  ServiceName: 'web',
  TaskDefinitionFamily: 'web',
  TaskRevision: '7',
  TaskId: '0123456789abcdef0123456789abcdef',
  LaunchType: 'FARGATE',
};

it('the built-in configuration keeps of an event what its queries read, and five digits of a percentage', async () => {
  const now = Date.UTC(2026, 4, 1);
  const output = recordingOutput();
  const collector = new Collector({
    config: await load({ env: { FARGAUGE_CLUSTER: 'shop' } }),
    discovery: fixedDiscovery([target({ labels: OF_TARGET })]),
    scraper: scriptedScraper(
      () => now,
      () => [
        labelled(series(TASK_CPU_UTILIZATION, { labels: OF_SERIES }), 4.053497314453125),
        labelled(series(TASK_MEMORY_UTILIZATION, { labels: OF_SERIES }), 50),
      ],
    ),
    state: new MemoryState(),
    outputs: [output],
    now: () => now,
  });

  await collector.collect(60_000);

  expect(output.events.map(documentOf)).toEqual([
    {
      _aws: {
        Timestamp: now,
        CloudWatchMetrics: [expect.objectContaining({ Namespace: 'Fargauge' })],
      },
      ClusterName: 'shop',
      ServiceName: 'web',
      TaskDefinitionFamily: 'web',
      TaskId: OF_TARGET.TaskId,
      [TASK_CPU_UTILIZATION]: 4.0535,
      [TASK_MEMORY_UTILIZATION]: 50,
    },
  ]);
});
