import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import {
  MetadataEndpoint,
  MetadataTask,
  type TaskDescription,
} from '../../../../cli/demo/task/metadata.ts';
import { epochSeconds } from '../../../../sidecar/documents/instant.ts';
import { objectOf } from '../../../../sidecar/documents/json.ts';
import { readStats } from '../../../../sidecar/documents/stats.ts';
import { readTask } from '../../../../sidecar/documents/task.ts';
import { createEndpoint, type DocumentPath } from '../../../../sidecar/sampling/endpoint.ts';

const DESCRIPTION: TaskDescription = {
  clusterArn: 'arn:aws:ecs:us-east-1:123456789012:cluster/demo',
  taskArn: 'arn:aws:ecs:us-east-1:123456789012:task/demo/a1a1',
  family: 'web',
  revision: '7',
  serviceName: 'web',
  cpu: 1,
  memory: 512,
  address: '127.0.9.1',
};

const MIB = 1_048_576;

let endpoint: MetadataEndpoint;
let task: MetadataTask;
let uri: string;
let child: ChildProcess;

beforeEach(async () => {
  endpoint = await MetadataEndpoint.start();
  task = new MetadataTask(DESCRIPTION);
  uri = endpoint.add('a1a1', task);
  child = fork(join(import.meta.dirname, 'usage-reporter.ts'));
  await once(child, 'message');
});

afterEach(() => {
  child.kill();
  endpoint.close();
});

/** Reads both documents as the real sidecar does. */
async function readBySidecar(base = uri) {
  const sidecar = createEndpoint({ uri: base });
  const read = async (path: DocumentPath) => {
    const answer = await sidecar.read(path);
    if (!answer.ok) throw new Error(`${path}: ${answer.reason}`);
    return objectOf(answer.document);
  };
  const described = readTask(await read('/task'));
  const stats = readStats(await read('/task/stats'), described.launchType);
  return { task: described, stats };
}

describe('the task metadata endpoint of the demo, as the sidecar reads it', () => {
  it('describes the task and its containers', async () => {
    task.add('app', child.pid!);
    task.add('sidecar', process.pid);

    const { task: read } = await readBySidecar();

    expect(read).toMatchObject({
      cluster: 'demo',
      arn: DESCRIPTION.taskArn,
      id: 'a1a1',
      family: 'web',
      revision: '7',
      knownStatus: 'RUNNING',
      launchType: 'FARGATE',
      serviceName: 'web',
      networkMode: 'awsvpc',
      cpuLimit: 1,
      memoryLimit: 512 * MIB,
    });
    expect(
      read.containers.map(({ name, knownStatus, internal }) => [name, knownStatus, internal]),
    ).toEqual([
      ['app', 'RUNNING', false],
      ['sidecar', 'RUNNING', false],
    ]);
    expect(new Set(read.containers.map(({ id }) => id)).size).toBe(2);
    const age = Date.now() / 1000 - epochSeconds(read.containers[0]!.startedAt!);
    expect(Math.abs(age)).toBeLessThan(60);
  });

  it('has no figures before the containers are measured', async () => {
    task.add('app', child.pid!);
    await task.sample();
    expect((await readBySidecar()).stats.size).toBe(0);
  });

  it('renews the figures as often as it was told', async () => {
    const quick = await MetadataEndpoint.start(10);
    try {
      task.add('app', child.pid!);
      task.beginSampling();
      const base = quick.add('a1a1', task);
      // Once in a second would be the default; on a busy machine some of them come late.
      const gaps: number[] = [];
      while (!gaps.some((seconds) => seconds < 0.5) && gaps.length < 50) {
        const [container] = (await readBySidecar(base)).stats.values();
        if (container?.preread === undefined) continue;
        gaps.push(epochSeconds(container.read) - epochSeconds(container.preread));
      }
      expect(Math.min(...gaps)).toBeLessThan(0.5);
    } finally {
      quick.close();
    }
  });

  it('has the figures of the real process, and those of the sample before', async () => {
    task.add('app', child.pid!);
    task.beginSampling();

    await task.sample();
    const first = await readBySidecar();
    const [{ id } = { id: '' }] = first.task.containers;
    const one = first.stats.get(id)!;
    expect(one.preread).toBeUndefined();
    expect(one.cpu.total).toBeGreaterThan(200_000_000);
    expect(one.memory.anon).toBeGreaterThan(MIB);
    expect(one.memory.usage).toBe(one.memory.anon! + one.memory.inactiveFile!);

    await task.sample();
    const two = (await readBySidecar()).stats.get(id)!;
    expect(two.preread).toBe(one.read);
    expect(two.read >= one.read).toBe(true);
    expect(two.cpu.previousTotal).toBe(one.cpu.total);
    expect(two.cpu.total).toBeGreaterThanOrEqual(one.cpu.total!);
  });

  it('shows a container whose process has ended as stopped, without figures', async () => {
    task.add('app', child.pid!);
    task.add('sidecar', process.pid);
    task.beginSampling();
    await task.sample();
    child.kill('SIGKILL');
    await once(child, 'exit');
    await task.sample();

    const { task: read, stats } = await readBySidecar();

    expect(read.containers.map(({ name, knownStatus }) => [name, knownStatus])).toEqual([
      ['app', 'STOPPED'],
      ['sidecar', 'RUNNING'],
    ]);
    expect([...stats.keys()]).toEqual([read.containers[1]?.id]);
  });

  it('knows no other task', async () => {
    const other = uri.replace('a1a1', 'b2b2');
    await expect(readBySidecar(other)).rejects.toThrow('HTTP 404');
  });
});
