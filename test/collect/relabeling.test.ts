import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Collector } from '../../lambda/collect.ts';
import { relabelConfig } from '../../lambda/config/prometheus/relabel-config.ts';
import { AnswerDecoder } from '../../lambda/decode/answer.ts';
import type { DropReason } from '../../lambda/model/samples/drops.ts';
import { Scraper } from '../../lambda/scrape/scrape.ts';
import { MemoryState } from '../../lambda/state/memory.ts';
import { documentOf, valuesOf } from '../emf/events.ts';
import { answering, type RawTarget, startTarget } from '../scrape/raw-target.ts';
import { MINUTE, target } from '../series/samples.ts';
import { configWith, fixedDiscovery } from './parts.ts';
import { type RecordingOutput, recordingOutput } from './recording-output.ts';

/** Whole cycles over real HTTP, of one target with `metric_relabel_configs`. */

let body: string;
let now: number;
let server: RawTarget;
let output: RecordingOutput;
let drops: [DropReason, string][];

beforeEach(async () => {
  now = Date.UTC(2026, 4, 1);
  output = recordingOutput();
  drops = [];
  server = await startTarget((socket) => answering(body)(socket));
});

afterEach(() => server.stop());

function collectorWith(...configs: object[]): Collector {
  const metricRelabeling = configs.map((config) => relabelConfig.parse(config));
  const labels = { job: 'app', instance: 'h:1', TaskId: 'abc' };
  return new Collector({
    config: { ...configWith({}), clusterName: 'shop' },
    discovery: fixedDiscovery([target({ url: server.url, labels, metricRelabeling })]),
    scraper: new Scraper(() => now, new AnswerDecoder()),
    state: new MemoryState(),
    outputs: [output],
    now: () => now,
    onDrop: (reason, { name }) => drops.push([reason, name]),
  });
}

/** One cycle a minute, in which the target gives this. */
async function cycle(collector: Collector, text: string) {
  body = text;
  now += MINUTE;
  return collector.collect(60_000);
}

/** What was published, without what is about the scrape itself. */
const published = () =>
  output.accepted
    .map((event) => ({ values: valuesOf(event), labels: documentOf(event) }))
    .filter(({ values }) => !('up' in values));

describe('metric relabeling in a cycle', () => {
  it('renames a counter whose differences go on', async () => {
    const collector = collectorWith({
      source_labels: ['__name__'],
      regex: 'hits_total',
      target_label: '__name__',
      replacement: 'renamed',
    });
    await cycle(collector, '# TYPE hits_total counter\nhits_total 10\n');
    await cycle(collector, '# TYPE hits_total counter\nhits_total 17\n');
    expect(published()).toMatchObject([
      { values: { renamed: 7 }, labels: { prom_metric_type: 'counter', ClusterName: 'shop' } },
    ]);
    expect(drops).toEqual([['first_sample', 'renamed']]);
  });

  it('keeps counters apart that it gives the same labels, and adds up what they grow by', async () => {
    const collector = collectorWith({ action: 'labeldrop', regex: 'worker' });
    const text = (a: number, b: number) =>
      `# TYPE hits counter\nhits{worker="a"} ${a}\nhits{worker="b"} ${b}\n`;
    await cycle(collector, text(100, 5));
    const { samples } = await cycle(collector, text(101, 9));
    expect(published()).toMatchObject([{ values: { hits: 5 } }]);
    expect(samples.dropped).toEqual({});
  });

  it('puts series into one event that have the same labels only now', async () => {
    const collector = collectorWith({ action: 'labeldrop', regex: 'worker' });
    await cycle(collector, 'load{worker="a"} 1\nidle 2\nbusy{worker="b"} 3\n');
    expect(published()).toMatchObject([{ values: { load: 1, idle: 2, busy: 3 } }]);
  });

  it('takes labels of the target away for good', async () => {
    const collector = collectorWith({ action: 'labeldrop', regex: 'TaskId|instance' });
    await cycle(collector, 'load 1\n');
    const [event] = published();
    expect(event?.labels).toMatchObject({ job: 'app', ClusterName: 'shop', load: 1 });
    expect(event?.labels).not.toHaveProperty('TaskId');
    expect(event?.labels).not.toHaveProperty('instance');
  });

  it('drops samples, which are counted and told of', async () => {
    const collector = collectorWith({
      action: 'drop',
      source_labels: ['__name__'],
      regex: 'go_.*',
    });
    const { samples, scrapes } = await cycle(collector, 'go_a 1\ngo_b 1\nload 1\n');
    expect(drops).toEqual([
      ['relabeled', 'go_a'],
      ['relabeled', 'go_b'],
    ]);
    expect(samples).toMatchObject({ scraped: 7, published: 5, dropped: { relabeled: 2 } });
    expect(scrapes).toMatchObject([{ scraped: 3, offered: 5, up: true }]);
  });

  it('fails a scrape of labels that are too long for an expression', async () => {
    const collector = collectorWith({ source_labels: ['a'], regex: '(.*)(x+)', target_label: 'a' });
    const line = `load{a="${'x'.repeat(65_000)}"} 1\n`;
    const { scrapes } = await cycle(collector, line.repeat(127));
    expect(scrapes).toMatchObject([
      { up: false, reason: 'label_value_length_limit', scraped: 127 },
    ]);
    expect(output.accepted.map(valuesOf)).toMatchObject([{ up: 0 }]);
  });

  it('leaves the series about the scrape alone', async () => {
    const collector = collectorWith({ action: 'drop', source_labels: ['job'], regex: 'app' });
    await cycle(collector, 'load 1\n');
    expect(output.accepted.map(valuesOf)).toMatchObject([
      { up: 1, scrape_samples_scraped: 1, scrape_samples_post_metric_relabeling: 0 },
    ]);
  });
});
