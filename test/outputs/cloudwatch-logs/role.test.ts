import { createServer, type Server } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type Aws, startAws } from '../../../cli/demo/aws/server.ts';
import type { AssumedRole } from '../../../lambda/model/settings/credentials.ts';
import { cloudWatchLogsOutput } from '../../../lambda/outputs/cloudwatch-logs/cloudwatch-logs.ts';
import { logsClients } from '../../../lambda/wiring/logs-clients.ts';
import { logEvent } from '../events.ts';

const ROLE = 'arn:aws:iam::210987654321:role/writer';
const LOGS = { group: 'g' };

let aws: Aws;
let deadline: AbortController;

beforeEach(async () => {
  process.env.AWS_ACCESS_KEY_ID = 'own';
  process.env.AWS_SECRET_ACCESS_KEY = 'secret';
  aws = await startAws();
  aws.logs.putStream('g', 's');
  aws.roles.put(ROLE, 'shop');
  deadline = new AbortController();
});

afterEach(async () => {
  delete process.env.AWS_ACCESS_KEY_ID;
  delete process.env.AWS_SECRET_ACCESS_KEY;
  await aws.close();
});

/** What becomes of an event that is written as a role. */
async function deliver(role: AssumedRole, options: { endpoint?: string; maxAttempts?: number }) {
  const { endpoint = aws.url, maxAttempts = 1 } = options;
  const client = logsClients(
    { region: aws.region, endpoint },
    LOGS,
  )({
    type: 'cloudwatch-logs',
    role,
  });
  const output = cloudWatchLogsOutput({ client, name: 'central', maxAttempts, random: () => 0 });
  const delivery = output.open(deadline.signal);
  const written = delivery.write([logEvent({ timestamp: Date.now() })]);
  const report = await delivery.close();
  client.destroy();
  return { ...report, rejected: Object.fromEntries((await written).rejected) };
}

describe('CloudWatch Logs of another account', () => {
  it('is written to with the credentials of the role', async () => {
    const put = aws.calls.next('PutLogEvents');
    const report = await deliver({ arn: ROLE, externalId: 'shop' }, {});
    expect(report).toMatchObject({ output: 'central', events: 1, errors: [] });
    expect((await put).account).toBe('210987654321');
  });

  it.each<[string, AssumedRole]>([
    ['with another external id', { arn: ROLE, externalId: 'other' }],
    ['without its external id', { arn: ROLE }],
    ['that is missing', { arn: 'arn:aws:iam::210987654321:role/none', externalId: 'shop' }],
  ])('takes nothing of a role %s, which is said once and not tried again', async (_, role) => {
    const report = await deliver(role, { maxAttempts: 5 });
    expect(report).toMatchObject({ events: 0, requests: 1, rejected: { access_denied: 1 } });
    expect(report.errors).toEqual([
      `PutLogEvents on log group "g" failed because of its credentials. AssumeRoleError: the role ${role.arn} cannot be assumed. AccessDenied: User: fargauge is not authorized to perform: sts:AssumeRole on resource: ${role.arn}. Check that the role exists, that its trust policy allows this caller with this external id, and that this caller may call sts:AssumeRole.`,
    ]);
  });

  it('is tried again where AWS STS is out of reach', async () => {
    const closed = await listening();
    const { endpoint } = closed;
    await closed.close();
    const report = await deliver({ arn: ROLE, externalId: 'shop' }, { endpoint, maxAttempts: 2 });
    expect(report).toMatchObject({ requests: 2, rejected: { unavailable: 1 } });
    expect(report.errors).toEqual([
      expect.stringMatching(
        `^PutLogEvents on log group "g" failed. AssumeRoleError: the role ${ROLE} cannot be assumed. .*ECONNREFUSED`,
      ),
    ]);
  });

  it('does not hold up the cycle where AWS STS hangs', async () => {
    await using silent = await listening();
    void silent.connected.then(() => deadline.abort());
    const report = await deliver({ arn: ROLE, externalId: 'shop' }, { endpoint: silent.endpoint });
    expect(report).toMatchObject({ rejected: { deadline: 1 } });
    expect(report.errors).toEqual(['PutLogEvents on log group "g" did not end by the deadline']);
  });
});

/** A server that takes connections and says nothing. */
async function listening() {
  const connected = Promise.withResolvers<void>();
  const sockets = new Set<{ destroy(): void }>();
  const server: Server = createServer((socket) => {
    sockets.add(socket.on('error', () => {}));
    connected.resolve();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  const close = async () => {
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  };
  return {
    endpoint: `http://127.0.0.1:${port}`,
    connected: connected.promise,
    close,
    [Symbol.asyncDispose]: close,
  };
}
