import { cp, readFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startAws } from '../../cli/demo/aws/server.ts';
import type { Bundle } from '../../infra/build/bundle.ts';
import { cliBundle } from '../bundles.ts';
import { type Finished, runToEnd, start } from '../integration/support/child.ts';
import { ROOT } from '../integration/support/places.ts';
import { type Folder, jsonLines, temporaryFolder } from './fargauge.ts';
import { serveMetrics } from './target.ts';

let folder: Folder;
let bundle: Bundle;

beforeAll(async () => {
  folder = await temporaryFolder();
  const { file, ...made } = await cliBundle();
  await cp(dirname(file), folder.path('cli'), { recursive: true });
  bundle = { ...made, file: join(folder.path('cli'), basename(file)) };
});

afterAll(() => folder.remove());

const run = (...args: string[]): Promise<Finished> =>
  runToEnd(process.execPath, [bundle.file, ...args], { HOME: '/nonexistent' });

describe('the command line without the repository', () => {
  it('needs nothing but Node.js', () => {
    expect(bundle.missing).toEqual([]);
  });

  it('collects', async () => {
    await using target = await serveMetrics(() => '# TYPE load gauge\nload 5\n');
    const config = await folder.file('fargauge.yaml', {
      log_group_name: 'test',
      scrape_configs: [{ job_name: 'app', static_configs: [{ targets: [target.address] }] }],
    });
    const { code, stdout } = await run('collect', '--config', config);
    expect(code).toBe(0);
    expect(jsonLines(stdout)).toEqual([expect.objectContaining({ load: 5, up: 1, job: 'app' })]);
  });

  it('runs the demo, with the sidecar that is beside it', async () => {
    const { code, stdout } = await run('demo', '--once', '--json');
    expect(code).toBe(0);
    expect(jsonLines(stdout)).toEqual([
      expect.objectContaining({ report: expect.objectContaining({ discoveryErrors: [] }) }),
    ]);
  });

  it('has the page of explore', async () => {
    await using child = start(process.execPath, [
      ...[bundle.file, 'explore', '--no-open', '--config', join(ROOT, 'examples/static.yaml')],
    ]);
    const [url] = await child.says(/http:\/\/\S+/);
    const answer = await fetch(url);
    expect({ status: answer.status, page: await answer.text() }).toEqual({
      status: 200,
      page: expect.stringContaining('<!doctype html>'),
    });
  });

  it.each(['14.21.3', '18.20.8'])('says in one line that Node.js %s is too old', async (node) => {
    const old = `Object.defineProperty(process, 'versions', { value: { node: '${node}' } })`;
    const { code, stdout, stderr } = await runToEnd(process.execPath, [
      `--import=data:text/javascript,${encodeURIComponent(old)}`,
      ...[bundle.file, 'demo'],
    ]);
    expect({ code, stdout, stderr }).toEqual({
      code: 2,
      stdout: '',
      stderr: `fargauge needs Node.js 20 or newer; this is ${node}, ${process.execPath}\n`,
    });
  });

  it.each([
    ['of a profile', 'other', 0],
    ['of no profile that is not there', 'none', 1],
  ])('writes with the credentials %s', async (_, AWS_PROFILE, code) => {
    const aws = await startAws();
    await using target = await serveMetrics(() => '# TYPE load gauge\nload 5\n');
    const profile = '[other]\naws_access_key_id = k\naws_secret_access_key = s\n';
    const config = await folder.file('profile.yaml', {
      log_group_name: 'test',
      outputs: [{ type: 'cloudwatch-logs' }],
      scrape_configs: [{ job_name: 'app', static_configs: [{ targets: [target.address] }] }],
    });
    const args = [bundle.file, 'collect', '--config', config, '--endpoint-url', aws.url];
    const finished = await runToEnd(process.execPath, [...args, '--region', aws.region], {
      HOME: '/nonexistent',
      AWS_EC2_METADATA_DISABLED: 'true',
      AWS_PROFILE,
      AWS_SHARED_CREDENTIALS_FILE: await folder.file('aws', profile),
    });
    const delivered = aws.logs.events({ group: 'test' }).length;
    await aws.close();
    expect(finished.code).toBe(code);
    expect(delivered).toBe(code === 0 ? 1 : 0);
  });
});

describe('the image of it', () => {
  let instructions: string[];

  beforeAll(async () => {
    const text = await readFile(join(ROOT, 'cli/Dockerfile'), 'utf8');
    instructions = text.split('\n').filter((line) => /^[A-Z]/.test(line));
  });

  const instruction = (name: string) =>
    instructions.findLast((line) => line.startsWith(`${name} `))?.slice(name.length + 1) ?? '';

  it('runs the file by its entry point, with arguments that it takes', async () => {
    expect(instruction('COPY')).toBe('dist/cli /fargauge');
    const entryPoint = ['node', `/fargauge/${basename(bundle.file)}`];
    expect(JSON.parse(instruction('ENTRYPOINT'))).toEqual(entryPoint);
    const args = JSON.parse(instruction('CMD')) as string[];
    const { code, stderr } = await run(...args);
    expect({ code, stderr }).toEqual({
      code: 2,
      stderr: expect.stringContaining('"/etc/fargauge/fargauge.yaml" (string): ENOENT'),
    });
  });

  it('keeps its state where the volume is', () => {
    const args = JSON.parse(instruction('CMD')) as string[];
    expect(args[args.indexOf('--state') + 1]).toMatch(new RegExp(`^${instruction('VOLUME')}/`));
  });

  it('runs as a user that is not root, by number, on each platform', () => {
    expect(instruction('USER')).toMatch(/^[1-9]\d*:[1-9]\d*$/);
    expect(instructions.filter((line) => /--platform|amd64|arm64|x64/.test(line))).toEqual([]);
  });
});
