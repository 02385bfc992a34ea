import { spawnSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { PROMTOOL } from '../support/places.ts';
import { startSidecar } from '../support/sidecar.ts';

const ADDRESS = '127.84.0.2';

/** A sample without a time of its own, which Prometheus's importer asks for. */
const TIMELESS = /^([a-z_]+(?:\{.*\})?) (\S+)$/gm;

const NOW = 1_777_615_200;

describe("Prometheus's reader of OpenMetrics", () => {
  it.each(['web', 'legacy', 'none'])('takes both pages of the task "%s"', async (task) => {
    await using sidecar = await startSidecar(task, ADDRESS);
    await sidecar.metrics();
    const ask = async (query: string) =>
      (
        await fetch(`http://${ADDRESS}:9546/metrics${query}`, {
          headers: { accept: 'application/openmetrics-text' },
        })
      ).text();
    const [latest, history] = [await ask(''), await ask('?since=0')];

    // A point has a time of its own.
    expect(/^ee_task_memory_utilized_bytes\{.*\} \d+ \d+(?:\.\d+)?$/m.test(history)).toBe(
      task !== 'none',
    );
    expect(await read(latest)).toBe('');
    expect(await read(history)).toBe('');
  });

  it('would find what is wrong', async () => {
    expect(await read('# TYPE a gauge\na 1\n')).toContain('does not end with # EOF');
    expect(await read('# TYPE a gauge\na{b=1} 1\n# EOF\n')).toContain('expected label value');
  });
});

/** What is wrong with a page; empty where nothing is. */
async function read(page: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'fargauge-openmetrics-'));
  const file = join(folder, 'page');
  await writeFile(file, page.replace(TIMELESS, `$1 $2 ${NOW}`));
  const args = ['tsdb', 'create-blocks-from', 'openmetrics', file, join(folder, 'tsdb')];
  const { error, status, stderr } = spawnSync(PROMTOOL, args, { encoding: 'utf8' });
  await rm(folder, { recursive: true });
  if (error !== undefined) throw error;
  return status === 0 ? '' : stderr || `exit code ${status}`;
}
