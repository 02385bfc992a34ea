import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { CycleReport } from '../../lambda/report/report.ts';
import { startReceiver } from '../outputs/push/receiver.ts';
import { type Folder, fargauge, jsonLines, temporaryFolder } from './fargauge.ts';
import { serveMetrics } from './target.ts';

let folder: Folder;

beforeEach(async () => {
  folder = await temporaryFolder();
});

afterEach(() => folder.remove());

const configured = (target: string, url: string) =>
  folder.file('fargauge.yaml', {
    scrape_configs: [{ job_name: 'web', static_configs: [{ targets: [target] }] }],
    outputs: [{ type: 'remote_write', name: 'amp', url }],
  });

describe('a single cycle whose receiver does not answer', () => {
  it('gives up, and says so, long before the cycle must end', async () => {
    await using target = await serveMetrics(() => '# TYPE threads gauge\nthreads 1\n');
    await using receiver = await startReceiver({ with: () => undefined });
    const config = await configured(target.address, receiver.url);
    const args = ['collect', '--config', config, '--give-up', '200ms'];

    const { code, stdout } = await fargauge(args);

    expect(code).toBe(1);
    expect(receiver.requests.length).toBeGreaterThan(0);
    expect(stdout).toContain(
      'amp: gave up 0.2 s after the last scrape, because this is the only cycle; --every goes on trying',
    );
    expect(stdout).toMatch(/ 5 rejected| 5 deadline/);
  });

  it('goes on trying for ten seconds unless the option says otherwise', async () => {
    const { stdout } = await fargauge(['collect', '--help']);
    expect(stdout.replace(/\s+/g, ' ')).toMatch(
      /--give-up <duration> time to wait for receivers .* \(default: 10s\)/,
    );
  });

  it('has a report without errors if the receiver answers', async () => {
    await using target = await serveMetrics(() => '# TYPE threads gauge\nthreads 1\n');
    await using receiver = await startReceiver({ status: 200 });
    const config = await configured(target.address, receiver.url);

    const { code, stdout } = await fargauge(['collect', '--config', config, '--json']);

    expect(code).toBe(0);
    const [report] = jsonLines<Pick<CycleReport, 'deliveries'>>(stdout);
    expect(report?.deliveries).toMatchObject([{ output: 'amp', rejected: {}, errors: [] }]);
  });
});
