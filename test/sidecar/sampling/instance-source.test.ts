import { describe, expect, it } from '@jest/globals';
import { FollowedTasks, MAX_TASKS } from '../../../sidecar/figures/followed-tasks.ts';
import { createEndpoint } from '../../../sidecar/sampling/endpoint.ts';
import { InstanceSource } from '../../../sidecar/sampling/instance-source.ts';
import { type InstanceDocuments, startMetadataStandIn, status } from '../metadata-stand-in.ts';
import { idsOf, instanceEntry, instanceTask, sampleInstance, taskId } from '../sample-instance.ts';

/** Bytes of an array that is refused. */
const HUGE = 50 * 1024 * 1024;

const ELEMENT = `{"TaskARN":"${'a'.repeat(1_009)}"},`;

describe('The documents of all tasks of an instance', () => {
  it('give each task its own statistics, in whatever order they come', async () => {
    const { tasks, stats, truth } = sampleInstance(40, 10);
    const { reading } = await read({ tasks, stats: stats.toReversed() });

    expect(reading.map(({ key }) => key)).toEqual(truth.map(({ id }) => id));
    for (const [n, { stats: found }] of reading.entries()) {
      expect([...found.keys()]).toEqual(idsOf(n));
      expect([...found.values()].map(({ cpu }) => cpu.total)).toEqual(
        Array(2).fill(110 * (n + 1) * 1e6),
      );
    }
  });

  it.each<[string, unknown, string]>([
    ['null', null, 'no_object'],
    ['a text', 'V4 task metadata handler: unable to generate metadata', 'no_object'],
    ['an array', [instanceTask(9)], 'no_object'],
    ['without a TaskARN', instanceTask(9, 2, { TaskARN: undefined }), 'no_task_arn'],
    ['an empty object', {}, 'no_task_arn'],
    ['a task that was listed before', instanceTask(1), 'same_task'],
  ])('lose no task to an element that is %s', async (_, element, reason) => {
    const { tasks, stats } = sampleInstance(3, 0);
    const { reading, skipped } = await read({ tasks: [...tasks, element, instanceTask(3)], stats });

    expect(reading.map(({ key }) => key)).toEqual([0, 1, 2, 3].map(taskId));
    expect(skipped).toEqual({ [reason]: 1 });
  });

  it('lose no task to statistics that are null or no object', async () => {
    const { tasks, stats } = sampleInstance(3, 0);
    const [first, , last] = stats;
    const { reading, skipped } = await read({ tasks, stats: [first, null, 'x', last] });

    expect(reading.map(({ stats: found }) => found.size)).toEqual([2, 0, 2]);
    expect(skipped).toEqual({ no_object: 2 });
  });

  it.each<[string, unknown]>([
    ['half a document', { TaskARN: instanceTask(1).TaskARN }],
    ['one with containers that are null', instanceTask(1, 2, { Containers: [null, 7, {}] })],
  ])('have a task without containers for %s', async (_, element) => {
    const { tasks, stats } = sampleInstance(3, 0);
    const { reading } = await read({ tasks: [tasks[0], element, tasks[2]], stats });

    expect(reading.map(({ task }) => task.containers.length)).toEqual([2, 0, 2]);
    expect(reading.map(({ stats: found }) => found.size)).toEqual([2, 0, 2]);
  });

  it('have tasks without figures where the statistics are fewer', async () => {
    const { tasks, stats } = sampleInstance(5, 0);
    const { reading } = await read({ tasks, stats: stats.slice(0, 2) });

    expect(reading.map(({ stats: found }) => found.size)).toEqual([2, 2, 0, 0, 0]);
  });

  it('have the figures of a container, whatever another entry of its task is', async () => {
    const { tasks, stats } = sampleInstance(2, 0);
    const [first = '', second = ''] = idsOf(1);
    const broken = { [first]: null, [second]: instanceEntry(1, 0), unknown: instanceEntry(1, 0) };
    const { reading } = await read({ tasks, stats: [stats[0], broken] });

    expect([...(reading[1]?.stats.keys() ?? [])]).toEqual([second]);
  });

  it('have a container of two tasks in the one that its id begins with', async () => {
    const { tasks, stats } = sampleInstance(3, 0);
    const [one, two] = [instanceTask(1), instanceTask(2)];
    const both = [...(two.Containers as object[]), ...(one.Containers as object[])];
    const { reading, skipped } = await read({
      tasks: [tasks[0], { ...two, Containers: both }, { ...one, Containers: both }],
      stats,
    });

    const containers = reading.map(({ task }) => task.containers.map(({ id }) => id));
    expect(containers).toEqual([idsOf(0), idsOf(2), idsOf(1)]);
    expect(skipped).toEqual({ container_elsewhere: 4 });
  });

  it('have a container whose id begins like no task in the first one by id, always', async () => {
    const shared = { Containers: [{ DockerId: 'shared', Name: 'app' }] };
    const tasks = [instanceTask(2, 2, shared), instanceTask(1, 2, shared)];
    for (const listed of [tasks, tasks.toReversed()]) {
      const { reading } = await read({ tasks: listed, stats: [{ shared: instanceEntry(1, 0) }] });

      const owners = reading.filter(({ task }) => task.containers.length > 0);
      expect(owners.map(({ key }) => key)).toEqual([taskId(1)]);
    }
  });

  it('keep no more of 10,000 tasks than there is room for, those that are followed first', async () => {
    const followed = new FollowedTasks();
    followed.take((await read(sampleInstance(2, 0, { from: 9_000 }))).reading, true, 0);
    const tasks = Array.from({ length: 10_000 }, (_, n) => ({
      TaskARN: instanceTask(n).TaskARN,
      Containers: [{ DockerId: `${taskId(n)}-1`, Name: 'app' }],
    }));
    const { reading, skipped } = await read({ tasks, stats: [] }, followed);

    expect(reading).toHaveLength(MAX_TASKS + 2);
    expect(reading.map(({ key }) => key)).toContain(taskId(9_000));
    expect(skipped).toEqual({ too_many_tasks: 10_000 - MAX_TASKS - 2 });
  });

  it.each(['/tasks', '/tasks/stats'] as const)('are refused where %s has 50 MB', async (path) => {
    await using standIn = await startMetadataStandIn();
    standIn.serveInstance(sampleInstance(3, 0));
    standIn.answer(path, status(200, `[${ELEMENT.repeat(HUGE / ELEMENT.length)}{}]`));
    const endpoint = createEndpoint({ uri: standIn.uri });

    expect(await new InstanceSource(endpoint, new FollowedTasks()).read()).toEqual({
      ok: false,
      reason: `${path}: more than 8388608 bytes`,
    });
  });

  it.each<[string, string, string]>([
    [
      'ends too early',
      JSON.stringify([instanceTask(0)]).slice(0, -1),
      '/tasks: expected a JSON array, to its end',
    ],
    ['has too many elements', `[${'{},'.repeat(30_000)}{}]`, '/tasks: more than 20000 elements'],
    ['is an object', JSON.stringify(instanceTask(0)), '/tasks: expected a JSON array, to its end'],
    ['lists no task, not even the own one', '[null]', '/tasks: expected tasks, got none'],
  ])('are not known where the array %s', async (_, text, reason) => {
    await using standIn = await startMetadataStandIn();
    standIn.serveInstance(sampleInstance(3, 0));
    standIn.answer('/tasks', status(200, text));
    const endpoint = createEndpoint({ uri: standIn.uri });

    expect(await new InstanceSource(endpoint, new FollowedTasks()).read()).toEqual({
      ok: false,
      reason,
    });
    expect(endpoint.traffic().requests[0]).toMatchObject({ path: '/tasks' });
  });
});

/** The tasks that are read, and the counts of skipped elements by reason. */
async function read(documents: InstanceDocuments, followed: FollowedTasks = new FollowedTasks()) {
  await using standIn = await startMetadataStandIn();
  standIn.serveInstance(documents);
  const source = new InstanceSource(createEndpoint({ uri: standIn.uri }), followed);
  const reading = await source.read();
  if (!reading.ok) throw new Error(reading.reason);
  return { reading: reading.tasks, skipped: Object.fromEntries(source.skipped) };
}
