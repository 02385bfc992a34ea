import { PutLogEventsCommand } from '@aws-sdk/client-cloudwatch-logs';
import { ListTasksCommand } from '@aws-sdk/client-ecs';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type Aws, startAws } from '../../../../../cli/demo/aws/server.ts';
import { clientsOf } from '../clients.ts';

let aws: Aws;
let closers: (() => void)[];

beforeEach(async () => {
  closers = [];
  aws = await startAws({ ecs: { clusters: ['demo', 'blue'] } });
});

afterEach(async () => {
  for (const close of closers) close();
  await aws.close();
});

function clients(maxAttempts: number) {
  const { ecs, logs } = clientsOf(aws, { maxAttempts });
  closers.push(
    () => ecs.destroy(),
    () => logs.destroy(),
  );
  return { ecs, logs };
}

const list = (cluster = 'demo') => new ListTasksCommand({ cluster });
const put = (...messages: string[]) =>
  new PutLogEventsCommand({
    logGroupName: 'g',
    logStreamName: 's',
    logEvents: messages.map((message) => ({ timestamp: Date.now(), message })),
  });

describe('a fault', () => {
  it('throttles as often as it is told, and the SDK gets through by its retries', async () => {
    aws.faults.inject('ListTasks', { kind: 'throttle' }, { times: 1 });
    const answer = await clients(2).ecs.send(list());
    expect(answer.$metadata.attempts).toBe(2);
    expect(aws.calls.count('ListTasks')).toBe(2);
  });

  it.each([
    [{ kind: 'throttle' }, 'ThrottlingException', 400],
    [{ kind: 'deny' }, 'AccessDeniedException', 400],
    [
      { kind: 'error', status: 503, type: 'ServiceUnavailableException' },
      'ServiceUnavailableException',
      503,
    ],
  ] as const)('%j is an error of the SDK', async (fault, name, httpStatusCode) => {
    aws.faults.inject('ListTasks', fault);
    await expect(clients(1).ecs.send(list())).rejects.toMatchObject({
      name,
      $metadata: { httpStatusCode, requestId: expect.any(String) },
    });
  });

  it('names the action that is denied', async () => {
    aws.faults.inject('ListTasks', { kind: 'deny' });
    await expect(clients(1).ecs.send(list())).rejects.toThrow(
      'is not authorized to perform: ecs:ListTasks on resource',
    );
  });

  it('hits only the calls that it is for, until it is lifted', async () => {
    const { ecs } = clients(1);
    const { lift } = aws.faults.inject(
      'ListTasks',
      { kind: 'deny' },
      { when: ({ cluster }) => cluster === 'blue' },
    );
    await expect(ecs.send(list('blue'))).rejects.toMatchObject({ name: 'AccessDeniedException' });
    await expect(ecs.send(list('demo'))).resolves.toMatchObject({ taskArns: [] });
    lift();
    await expect(ecs.send(list('blue'))).resolves.toMatchObject({ taskArns: [] });
  });

  it('hangs until it is lifted, and then the call goes on', async () => {
    const fault = aws.faults.inject('ListTasks', { kind: 'hang' });
    const arrived = aws.calls.next('ListTasks');
    const answer = clients(1).ecs.send(list());
    await expect(arrived).resolves.toMatchObject({ input: { cluster: 'demo' } });
    fault.lift();
    await expect(answer).resolves.toMatchObject({ taskArns: [] });
  });

  it('does not do later what its caller gave up', async () => {
    aws.logs.putStream('g', 's');
    const fault = aws.faults.inject('PutLogEvents', { kind: 'hang' });
    const abort = new AbortController();
    const arrived = aws.calls.next('PutLogEvents');
    const answer = clients(1).logs.send(put('x'), { abortSignal: abort.signal });
    const { ended } = await arrived;
    abort.abort();
    await expect(answer).rejects.toMatchObject({ name: 'AbortError' });
    await ended;
    fault.lift();
    await clients(1).logs.send(put('y'));
    expect(aws.logs.events().map(({ message }) => message)).toEqual(['y']);
  });

  it('resets the connection, before the operation or after it', async () => {
    aws.logs.putStream('g', 's');
    aws.faults.inject('PutLogEvents', { kind: 'reset' }, { times: 1 });
    aws.faults.inject('PutLogEvents', { kind: 'reset', applied: true }, { times: 1 });
    const { $metadata } = await clients(3).logs.send(put('x'));
    expect($metadata.attempts).toBe(3);
    expect(aws.logs.events()).toHaveLength(2);
  });

  it('rejects events of a batch', async () => {
    aws.logs.putStream('g', 's');
    aws.faults.inject('PutLogEvents', { kind: 'reject', tooOld: 1, tooNew: 1 }, { times: 1 });
    const { rejectedLogEventsInfo } = await clients(1).logs.send(put('old', 'good', 'new'));
    expect(rejectedLogEventsInfo).toEqual({
      tooOldLogEventEndIndex: 1,
      tooNewLogEventStartIndex: 2,
    });
    expect(aws.logs.events().map(({ message }) => message)).toEqual(['good']);
  });
});

it('counts the calls of each operation and how many ran at once', async () => {
  const { ecs } = clients(1);
  const { lift } = aws.faults.inject('ListTasks', { kind: 'hang' });
  const arrived = aws.calls.next('ListTasks');
  const first = ecs.send(list());
  await arrived;
  const second = ecs.send(list());
  await aws.calls.next('ListTasks');
  lift();
  await Promise.all([first, second]);
  expect(aws.calls.count('ListTasks')).toBe(2);
  expect(aws.calls.peak('ListTasks')).toBe(2);
  aws.calls.reset();
  expect(aws.calls.count('ListTasks')).toBe(0);
});
