import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { ConfigError } from '../../../lambda/config/findings/errors.ts';
import { LiveConfig } from '../../../lambda/config/live.ts';
import { awsStores } from '../../../lambda/config/sources/aws-stores.ts';

const ARN = 'arn:aws:secretsmanager:us-east-1:123456789012:secret:x';
const GOOD = {
  GetParameter: { Parameter: { Value: 'Bearer-1', Version: 1 } },
  GetSecretValue: { SecretString: 'hunter2' },
};

let server: Server;
let answers: Readonly<Record<string, unknown>>;
let endpoint: string;

beforeAll(async () => {
  process.env.AWS_ACCESS_KEY_ID = 'test';
  process.env.AWS_SECRET_ACCESS_KEY = 'test';
  server = createServer((request, response) => {
    request.resume().once('end', () => {
      const operation = String(request.headers['x-amz-target']).split('.')[1] ?? '';
      response.writeHead(200, { 'content-type': 'application/x-amz-json-1.1' });
      response.end(JSON.stringify(answers[operation]));
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});

afterAll(() => {
  delete process.env.AWS_ACCESS_KEY_ID;
  delete process.env.AWS_SECRET_ACCESS_KEY;
  server.close();
  server.closeAllConnections();
});

const document = JSON.stringify({
  scrape_configs: [
    {
      job_name: 'shop',
      basic_auth: { username: 'me', password: `aws:secretsmanager:${ARN}` },
      http_headers: { 'x-token': { secrets: ['aws:ssm:/shop/token'] } },
      static_configs: [{ targets: ['a:1'] }],
    },
  ],
});

const load = () =>
  LiveConfig.load(
    { env: { FARGAUGE_CONFIG: document }, readFile: () => Promise.reject(new Error('none')) },
    awsStores({ region: 'us-east-1', endpoint }),
  );

const odd = fc.constantFrom<unknown>(undefined, null, 0, true, [], {}, [null], { x: null });
const parameter = fc.oneof(
  odd,
  fc.record({ Parameter: fc.oneof(odd, fc.record({ Value: odd })) }, { requiredKeys: [] }),
);
const secret = fc.oneof(odd, fc.record({ SecretString: odd }, { requiredKeys: [] }));

describe('answers of Systems Manager and Secrets Manager', () => {
  it('that are as documented give the credentials', async () => {
    answers = GOOD;
    const { config } = await load();
    expect(config.jobs[0]?.http.headers[0]?.value.reveal()).toBe('Bearer-1');
  });

  it('of another form are errors that name the key, and never a credential', async () => {
    await fc.assert(
      fc.asyncProperty(parameter, secret, async (GetParameter, GetSecretValue) => {
        answers = { GetParameter, GetSecretValue };
        const error = await load().catch((reason: unknown) => reason);
        expect(error).toBeInstanceOf(ConfigError);
        expect((error as ConfigError).issues.map(({ message }) => message)).toEqual([
          expect.stringContaining('scrape_configs[0].basic_auth.password'),
          expect.stringContaining('scrape_configs[0].http_headers'),
        ]);
      }),
      { numRuns: 60 },
    );
  }, 60_000);

  it('that become odd later leave the configuration as it was', async () => {
    answers = GOOD;
    const live = await load();
    answers = {};
    expect((await live.refresh(10_000)).config).toBe(live.config);
  });
});
