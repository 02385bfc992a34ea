import { once } from 'node:events';
import { chmod, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { delimiter } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { startAws } from '../../../cli/demo/aws/server.ts';
import { openBrowser } from '../../../cli/explore/browser.ts';
import type { Recording } from '../../../cli/recording/format.ts';
import { definition, task } from '../../discovery/ecs/cluster/cluster-of.ts';
import {
  credentialsFor,
  type Folder,
  fargauge,
  startFargauge,
  temporaryFolder,
} from '../fargauge.ts';
import { serveMetrics } from '../target.ts';
import { PAGE, RULES, recordingOf, target } from './recording.ts';

/** Starting three tasks on a busy machine. */
const DEMO_TIMEOUT_MS = 60_000;

let folder: Folder;

beforeEach(async () => {
  folder = await temporaryFolder();
});

afterEach(() => folder.remove());

/** The first visit of the page, and what it may ask for afterwards. */
async function visited(printed: string) {
  const url = new URL(printed);
  const first = await fetch(url);
  const [cookie = ''] = (first.headers.get('set-cookie') ?? '').split(';');
  return { first, get: (path: string) => fetch(new URL(path, url), { headers: { cookie } }) };
}

describe('`fargauge explore`', () => {
  it('serves the built page, its engine and a recording, until it is stopped', async () => {
    const recording = recordingOf([target(PAGE)]);
    const path = await folder.file('cycle.json', recording);
    await using explore = startFargauge(['explore', '--no-open', '--recording', path]);
    const [address] = await explore.says(/http\S+/);
    const { first, get } = await visited(address);
    const page = await first.text();
    const files = Array.from(page.matchAll(/(?:src|href)="([^"]+)"/g), ([, file = '']) => file);
    expect(files).toEqual(expect.arrayContaining(['page.js', 'style.css', 'icon.svg']));
    for (const file of [...files, 'engine.js']) {
      const answer = await get(`/${file}`);
      expect({ file, status: answer.status }).toEqual({ file, status: 200 });
      expect((await answer.arrayBuffer()).byteLength).toBeGreaterThan(100);
    }
    expect(await (await get('/recording')).json()).toEqual(recording);
    await explore.stop();
    expect(await explore.ended).toBe(0);
  });

  it('lets other rules take the place of the recorded ones', async () => {
    const path = await folder.file('cycle.json', recordingOf([target(PAGE)]));
    const config = folder.path('rules.yaml');
    await writeFile(config, RULES.replace('metric_namespace: Shop', 'metric_namespace: Other'));
    await using explore = startFargauge([
      ...['explore', '--no-open', '--recording', path, '--config', config],
    ]);
    const [address] = await explore.says(/http\S+/);
    const { get } = await visited(address);
    const { configuration } = (await (await get('/recording')).json()) as {
      configuration: string;
    };
    expect(configuration).toContain('metric_namespace: Other');
  });

  it('shows the tasks of a cluster, and scrapes them anew each time that the page is loaded', async () => {
    await using target = await serveMetrics((scrape) => `queue_length ${scrape}\n`);
    const aws = await startAws();
    try {
      const dockerLabels = { ECS_PROMETHEUS_EXPORTER_PORT: String(target.port) };
      const portMappings = [{ containerPort: target.port }];
      aws.ecs.putTaskDefinition(definition('web', [{ name: 'app', dockerLabels, portMappings }]));
      aws.ecs.putTaskDefinition(definition('closed', [{ name: 'app', dockerLabels }]));
      aws.ecs.putTask(task('1', '127.0.0.1', { group: 'service:web' }));
      const { taskDefinitionArn } = definition('closed');
      aws.ecs.putTask(task('2', '127.0.0.2', { taskDefinitionArn, group: 'service:closed' }));
      const config = await folder.file('rules.json', {
        ecs_service_discovery: { docker_label: {} },
        scrape_configs: [{ job_name: 'apps', ecs_discovered: true }],
      });
      const args = ['--no-open', '--config', config, '--cluster', 'demo'];
      await using explore = startFargauge(
        ['explore', ...args, '--endpoint-url', aws.url],
        credentialsFor(aws),
      );
      const [address] = await explore.says(/http\S+/);
      const { get } = await visited(address);
      for (const scrape of [1, 2]) {
        const { targets, leftOut } = (await (await get('/recording')).json()) as Recording;
        expect(targets).toEqual([
          expect.objectContaining({
            url: `http://${target.address}/metrics`,
            labels: expect.objectContaining({ ServiceName: 'web', TaskId: '1' }),
            page: `queue_length ${scrape}\n`,
          }),
        ]);
        expect(leftOut).toEqual([
          expect.objectContaining({ reason: 'unmapped_port', remedy: expect.any(String) }),
        ]);
      }
    } finally {
      await aws.close();
    }
  });

  it('ends with the reason where the recording is none', async () => {
    const path = await folder.file('cycle.json', { format: 'other' });
    const { code, stdout, stderr } = await fargauge(['explore', '--recording', path]);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain('expected "fargauge-recording"');
  });
});

describe('`fargauge demo --explore`', () => {
  it(
    'serves the tasks of the demo with the history of their sidecars, until SIGINT',
    async () => {
      await using demo = startFargauge([
        ...['demo', '--explore', '--no-open', '--json', '--interval', '300ms'],
      ]);
      const [address] = await demo.says(/http:\S+token=\S+/);
      const { first, get } = await visited(address);
      expect(first.status).toBe(200);
      // A task has a history once its sidecar has figures of two times.
      let histories = 0;
      for (let cycles = 3; histories < 3; cycles++) {
        await demo.says(new RegExp(`(}\\n[\\s\\S]*){${cycles}}`));
        const { targets } = (await (await get('/recording')).json()) as Recording;
        expect(targets.map(({ labels, down }) => [labels.ServiceName, down]).sort()).toEqual([
          ...['web', 'web', 'web', 'worker'].map((service) => [service, undefined]),
        ]);
        const points = targets.map(({ page }) =>
          Array.from(page?.matchAll(/^ee_task_cpu_utilization_percent\{.* \d/gm) ?? []),
        );
        histories = points.filter(({ length }) => length > 1).length;
      }
      process.kill(demo.pid, 'SIGINT');
      expect(await demo.ended).toBe(0);
    },
    DEMO_TIMEOUT_MS,
  );
});

describe('the opening of a browser', () => {
  it('gives the address to the opener of the desktop, without a shell', async () => {
    const page = createServer((_, response) => response.end()).listen(0, '127.0.0.1');
    await once(page, 'listening');
    const opener = await folder.file('xdg-open', `#!${process.execPath}\nfetch(process.argv[2])\n`);
    await chmod(opener, 0o755);
    const { port } = page.address() as AddressInfo;
    const { PATH } = process.env;
    process.env.PATH = [folder.path('.'), PATH].join(delimiter);
    try {
      const asked = once(page, 'request');
      expect(await openBrowser(`http://127.0.0.1:${port}/?token=a&b=$(c)`, 'linux')).toBe(true);
      const [{ url }] = (await asked) as [IncomingMessage];
      expect(url).toBe('/?token=a&b=$(c)');
    } finally {
      process.env.PATH = PATH;
      page.close();
    }
  });

  it('says that there is no opener', async () => {
    const { PATH } = process.env;
    process.env.PATH = folder.path('nothing');
    try {
      expect(await openBrowser('http://127.0.0.1:1/', 'linux')).toBe(false);
    } finally {
      process.env.PATH = PATH;
    }
  });
});
