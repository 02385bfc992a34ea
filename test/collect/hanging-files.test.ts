import { execFileSync } from 'node:child_process';
import { closeSync, mkdirSync, openSync } from 'node:fs';
import { mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { PassThrough } from 'node:stream';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { LiveConfig } from '../../lambda/config/live.ts';
import { fileOutput } from '../../lambda/outputs/file.ts';
import { stdoutOutput } from '../../lambda/outputs/stdout.ts';
import { failureOf } from '../../lambda/report/log.ts';
import { fileStore } from '../../lambda/state/file.ts';
import { StoredState } from '../../lambda/state/stored.ts';
import { assemble } from '../../lambda/wiring/assemble.ts';
import { serveMetrics } from '../cli/target.ts';

const TIMEOUT_MS = 10_000;

let folder: string;
let pipes: string[];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fargauge-hanging-'));
  pipes = [];
});

afterEach(async () => {
  // Both ends are there for a moment: what waits for the other one goes on.
  for (const pipe of pipes) closeSync(openSync(pipe, 'r+'));
  await rm(folder, { recursive: true });
});

/** A pipe without another end: whoever opens it waits, as for a file of a server that is gone. */
function hanging(name: string): string {
  const path = join(folder, name);
  mkdirSync(dirname(path), { recursive: true });
  execFileSync('mkfifo', [path]);
  pipes.push(path);
  return path;
}

const stores = {
  object: () => Promise.reject(new Error('not there')),
  parameter: () => Promise.reject(new Error('not there')),
  secret: () => Promise.reject(new Error('not there')),
};

function documentFor(address: string, job: object): string {
  const declaration = { source_labels: ['job'], dimensions: [['job']], metric_selectors: ['^q$'] };
  return JSON.stringify({
    log_group_name: '/shop',
    scrape_configs: [
      { job_name: 'healthy', static_configs: [{ targets: [address] }] },
      { job_name: 'other', ...job },
    ],
    emf_processor: { metric_namespace: 'Shop', metric_declaration: [declaration] },
  });
}

async function loaded(document: string): Promise<LiveConfig> {
  return LiveConfig.load(
    { env: { FARGAUGE_CONFIG: document }, readFile: (path) => readFile(path, 'utf8') },
    stores,
  );
}

describe('files on a file system that hangs', () => {
  it('cost neither the targets nor the other outputs anything, cycle after cycle', async () => {
    await using target = await serveMetrics(() => 'q 1\n');
    const list = hanging('targets.json');
    const state = hanging('state');
    const output = hanging('events.jsonl');
    const lines = new PassThrough({ encoding: 'utf8' });
    // A name, which is resolved by the threads that files are read by.
    const address = target.address.replace('127.0.0.1', 'localhost');
    const { config } = await loaded(documentFor(address, { file_sd_configs: [{ files: [list] }] }));
    const collector = assemble({
      config,
      clientsOf: () => {
        throw new Error('no ECS here');
      },
      outputsFor: () => [stdoutOutput(lines), fileOutput(output)],
      state: new StoredState(fileStore(state), Date.now),
    });

    for (let cycle = 1; cycle <= 6; cycle++) {
      const report = await collector.collect(TIMEOUT_MS);
      expect(report.targets).toMatchObject({ discovered: 1, up: 1 });
      expect(report.durationMs).toBeLessThan(TIMEOUT_MS);
      expect(report.discoveryErrors).toEqual([
        `file_sd: ${list}: reading ${list} did not end in time: the file system may hang`,
      ]);
      expect(report.deliveries).toMatchObject([
        { events: 1, rejected: {} },
        {
          events: 0,
          rejected: { unavailable: 1 },
          errors: [expect.stringContaining(`opening ${output} did not end in time`)],
        },
      ]);
      expect(report.state).toMatchObject({
        failures: 1,
        errors: [expect.stringContaining(`Reading the state ${state} failed.`)],
      });
      expect(failureOf(report)).toBeUndefined();
    }
    expect(lines.read().trim().split('\n')).toHaveLength(6);
  }, 120_000);

  it('leave a thread for the names of targets, however many of them hang', async () => {
    await using target = await serveMetrics(() => 'q 1\n');
    const files = [hanging('one.json'), hanging('two.json'), hanging('three.json')];
    const outputs = [hanging('events.jsonl'), hanging('others.jsonl')];
    const lines = new PassThrough({ encoding: 'utf8' });
    const address = target.address.replace('127.0.0.1', 'localhost');
    const { config } = await loaded(documentFor(address, { file_sd_configs: [{ files }] }));
    const collector = assemble({
      config,
      clientsOf: () => {
        throw new Error('no ECS here');
      },
      outputsFor: () => [stdoutOutput(lines), ...outputs.map((path) => fileOutput(path))],
      state: new StoredState(fileStore(hanging('state')), Date.now),
    });

    for (let cycle = 1; cycle <= 2; cycle++) {
      const { targets, durationMs, scrapes } = await collector.collect(TIMEOUT_MS);
      expect(scrapes).toEqual([expect.not.objectContaining({ reason: expect.anything() })]);
      expect(targets).toMatchObject({ discovered: 1, up: 1 });
      expect(durationMs).toBeLessThan(TIMEOUT_MS);
    }
    expect(lines.read().trim().split('\n')).toHaveLength(2);
  }, 60_000);

  it.each([
    ['in one folder cost no file in another anything', ['gone/1', 'gone/2', 'gone/3'], []],
    [
      'in two folders keep all others from being read, of which what was read last counts, and the report names each',
      ['gone/1', 'lost/1'],
      ['healthy'],
    ],
  ])(
    '%s',
    async (_, names, unread) => {
      await using target = await serveMetrics(() => 'q 1\n');
      const list = join(folder, 'there', 'healthy.json');
      mkdirSync(dirname(list));
      await writeFile(list, JSON.stringify([{ targets: [target.address] }]));
      const paths = names.map((name) => join(folder, `${name}.json`));
      const config = { file_sd_configs: [{ files: [...paths, list], refresh_interval: '1ms' }] };
      const lines = new PassThrough({ encoding: 'utf8' });
      const { config: read } = await loaded(documentFor('127.0.0.1:9', config));
      const collector = assemble({
        config: { ...read, jobs: read.jobs.filter(({ name }) => name === 'other') },
        clientsOf: () => {
          throw new Error('no ECS here');
        },
        outputsFor: () => [stdoutOutput(lines)],
      });
      // Not there yet, so that the healthy list is read once.
      const first = await collector.collect(TIMEOUT_MS);
      expect(first.targets).toMatchObject({ discovered: 1, up: 1 });
      for (const name of names) hanging(`${name}.json`);

      for (let cycle = 1; cycle <= 2; cycle++) {
        const { targets, discoveryErrors } = await collector.collect(TIMEOUT_MS);
        expect(targets).toMatchObject({ discovered: 1, up: 1 });
        const expected = [...paths, ...unread.map((name) => join(folder, 'there', `${name}.json`))];
        expect(discoveryErrors.toSorted()).toEqual(
          expected.map((path) => expect.stringContaining(`reading ${path} did not end in time`)),
        );
      }
    },
    60_000,
  );

  it('leave the configuration as it was where a password is on it', async () => {
    const password = join(folder, 'password');
    await writeFile(password, 'hunter2');
    const basic_auth = { username: 'me', password_file: password };
    const live = await loaded(documentFor('127.0.0.1:9', { basic_auth }));
    await rename(hanging('pipe'), password);
    pipes = [password];

    for (let cycle = 1; cycle <= 3; cycle++) {
      expect(await live.refresh(TIMEOUT_MS)).toEqual({
        config: live.config,
        changed: false,
        unread: [`${password}: reading ${password} did not end in time: the file system may hang`],
      });
    }
  }, 60_000);

  it('end the start where there is no earlier configuration', async () => {
    const password = hanging('password');
    const basic_auth = { username: 'me', password_file: password };
    await expect(loaded(documentFor('127.0.0.1:9', { basic_auth }))).rejects.toThrow(
      `reading ${password} did not end in time`,
    );
  }, 60_000);
});
