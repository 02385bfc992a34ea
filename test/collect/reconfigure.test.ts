import { expect, it } from '@jest/globals';
import type { Config } from '../../lambda/model/settings/config.ts';
import { createOutputs } from '../../lambda/outputs/outputs.ts';
import { assemble } from '../../lambda/wiring/assemble.ts';
import { serveMetrics } from '../cli/target.ts';
import { loadNative } from '../config/loading.ts';
import { valuesOf } from '../emf/events.ts';
import { startReceiver } from '../outputs/push/receiver.ts';
import { readSymbolRequest } from '../outputs/remote-write/v2/symbol-request.ts';
import {
  nameOf,
  readWriteRequest,
  type WrittenSeries,
} from '../outputs/remote-write/write-request.ts';
import { answering, startTarget } from '../scrape/raw-target.ts';
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

it('a collector under another configuration has what only that selects', async () => {
  await using target = await serveMetrics(() => 'one 1\nother 2\nneither 3\n');
  const configOf = (selector: string): Promise<Config> =>
    loadNative({
      scrape_configs: [{ job_name: 'app', static_configs: [{ targets: [target.address] }] }],
      emf_processor: {
        metric_declaration: [
          { source_labels: ['job'], metric_selectors: [selector], dimensions: [['job']] },
        ],
      },
    });
  const output = recordingOutput();
  const collector = assemble({
    config: await configOf('^one$'),
    clientsOf: () => {
      throw new Error('expected no discovery');
    },
    outputsFor: () => [output],
  });
  await collector.collect(10_000);
  const before = await collector.collect(10_000);
  collector.reconfigure(await configOf('^other$'));
  const after = await collector.collect(10_000);

  expect(output.events.map(valuesOf)).toEqual([{ one: 1 }, { one: 1 }, { other: 2 }]);
  for (const { samples } of [before, after]) {
    expect(samples).toMatchObject({
      scraped: 7,
      published: 1,
      rejected: 0,
      dropped: { no_declaration: 6 },
    });
  }
});

it('a collector under another configuration sends texts and exemplars that the one before did not need', async () => {
  const page = [
    '# TYPE orders counter',
    '# HELP orders Those that were paid.',
    'orders_total 1 # {trace_id="a"} 1',
    '# EOF\n',
  ].join('\n');
  await using receiver = await startReceiver();
  const target = await startTarget(
    answering(page, { 'content-type': 'application/openmetrics-text; version=1.0.0' }),
  );
  const { host } = new URL(target.url);
  const configOf = (more: object): Promise<Config> =>
    loadNative({
      scrape_configs: [{ job_name: 'app', static_configs: [{ targets: [host] }] }],
      remote_write: [{ url: receiver.url, metadata_config: { send: false }, ...more }],
    });
  const unexpected = () => {
    throw new Error('expected nothing of AWS');
  };
  const collector = assemble({
    config: await configOf({}),
    clientsOf: unexpected,
    outputsFor: ({ outputs }) =>
      createOutputs(
        (outputs ?? []).filter(({ type }) => type === 'remote_write'),
        { logsClient: unexpected, signing: unexpected, stdout: process.stdout },
      ),
  });
  await collector.collect(10_000);
  await collector.collect(10_000);
  collector.reconfigure(
    await configOf({
      protobuf_message: 'io.prometheus.write.v2.Request',
      send_exemplars: true,
      metadata_config: undefined,
    }),
  );
  await collector.collect(10_000);
  await target.stop();

  const [plain, , all] = receiver.requests.map(({ body }) => body);
  const [before] = readWriteRequest(plain!).filter(isOfOrders);
  expect(before?.samples).toMatchObject([{ value: 1 }]);
  expect(before).not.toHaveProperty('exemplars');
  const [orders] = readSymbolRequest(all!).series.filter(isOfOrders);
  expect(orders?.metadata).toMatchObject({ help: 'Those that were paid.' });
  expect(orders?.exemplars).toMatchObject([{ labels: [['trace_id', 'a']], value: 1 }]);
});

function isOfOrders(series: WrittenSeries): boolean {
  return nameOf(series).startsWith('orders_total');
}
