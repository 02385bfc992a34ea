import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { METRIC_NAME, relabel } from '../../lambda/model/samples/relabel.ts';
import { labelsOf } from '../../lambda/model/samples/sample.ts';
import { load } from './loading.ts';

const ROOT = join(import.meta.dirname, '../..');
const PATH = 'examples/adot-eight-metrics.yaml';
const GUIDE = readFileSync(join(ROOT, 'docs/migrate-adot.md'), 'utf8');

/** The part that sets each metric beside the sidecar's. */
const EACH_METRIC = GUIDE.slice(GUIDE.indexOf('## Each metric'));

/** The eight that the filter of docs/migrate-adot.md names, and what it says replaces them. */
const EIGHT = {
  'ecs.task.memory.utilized': 'ee_task_memory_utilized_bytes',
  'ecs.task.memory.reserved': 'ee_task_memory_limit_byte',
  'ecs.task.cpu.utilized': 'ee_task_cpu_utilized_units',
  'ecs.task.cpu.reserved': 'ee_task_cpu_reserved_units',
  'ecs.task.network.rate.rx': 'ee_task_network_receive_bytes_per_second',
  'ecs.task.network.rate.tx': 'ee_task_network_transmit_bytes_per_second',
  'ecs.task.storage.read_bytes': 'ee_task_block_read_bytes_total',
  'ecs.task.storage.write_bytes': 'ee_task_block_write_bytes_total',
};

describe(PATH, () => {
  it('keeps the eight figures of the sidecar, and all of an application', async () => {
    const text = readFileSync(join(ROOT, PATH), 'utf8');
    const config = await load({ config: PATH, files: { [PATH]: text } });
    expect(config.warnings).toEqual([]);
    const rules = config.jobs[0]?.metricRelabeling ?? [];
    const kept = (job: string, name: string) =>
      relabel(labelsOf({ job, [METRIC_NAME]: name }), rules);

    for (const name of Object.values(EIGHT)) {
      expect(kept('fargauge-sidecar', name)).toEqual(
        labelsOf({ job: 'fargauge-sidecar', [METRIC_NAME]: name }),
      );
    }
    expect(kept('fargauge-sidecar', 'ee_task_info')).toBeUndefined();
    expect(kept('fargauge-sidecar', 'ee_container_pids')).toBeUndefined();
    expect(kept('shop', 'requests_total')).toBeDefined();
  });
});

describe('docs/migrate-adot.md', () => {
  it.each(Object.entries(EIGHT))('says that %s becomes %s', (theirs, ours) => {
    const row = EACH_METRIC.split('\n').find((line) => line.startsWith(`| ${theirs} |`));
    expect(row).toContain(`\`${ours}\``);
  });

  it('has a row for each of the 54 metrics of a task and of a container', () => {
    const rows = [...EACH_METRIC.matchAll(/^\| ((?:ecs\.task|container)\.[\w.]+) \|/gm)];
    const names = rows.map(([, name]) => name!).filter((name) => name !== 'container.duration');
    expect(new Set(names).size).toBe(54);
    expect(names).toHaveLength(54);
  });

  it('names series that the sidecar has', () => {
    const sources = ['seed', 'cpu', 'memory', 'network', 'resources', 'life']
      .map((name) => readFileSync(join(ROOT, `sidecar/catalogue/${name}.ts`), 'utf8'))
      .join();
    const named = new Set(
      [...GUIDE.matchAll(/\bee_(?:task|container)_\w+/g)].map(([name]) => name),
    );
    // Those of the network are put together from a direction and a unit.
    const literal = [...named].filter(
      (name) => !/_network_(receive|transmit)_\w+_total$/.test(name),
    );
    expect(literal.filter((name) => !sources.includes(name))).toEqual([]);
  });
});
