import { expect, it } from '@jest/globals';
import { assemble } from '../../lambda/assemble.ts';
import type { Config } from '../../lambda/model/config.ts';
import { serveMetrics } from '../cli/target.ts';
import { loadNative } from '../config/loading.ts';
import { valuesOf } from '../emf/events.ts';
import { recordingOutput } from './recording-output.ts';

it('a collector goes on under another configuration with the metrics that its budget knows', async () => {
  const pages = ['known 1\n', 'new 2\nknown 1\n'];
  await using target = await serveMetrics((scrape) => pages[scrape - 1] ?? '');
  const configOf = (group: string): Promise<Config> =>
    loadNative({
      log_group_name: group,
      scrape_configs: [{ job_name: 'app', static_configs: [{ targets: [target.address] }] }],
      emf_processor: {
        metric_budget: 1,
        metric_declaration: [
          { source_labels: ['job'], metric_selectors: ['^known$|^new$'], dimensions: [['job']] },
        ],
      },
    });
  const output = recordingOutput();
  const collector = assemble({
    config: await configOf('/one'),
    clientsOf: () => {
      throw new Error('expected no discovery');
    },
    outputsFor: () => [output],
  });
  await collector.collect(10_000);
  collector.reconfigure(await configOf('/other'));
  const { budget } = await collector.collect(10_000);

  expect(output.events.map((event) => [event.logGroup, valuesOf(event)])).toEqual([
    ['/one', { known: 1 }],
    ['/other', { known: 1 }],
  ]);
  expect(budget).toMatchObject({ known: 1, heldBack: 1 });
});
