import { inspect } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import { loadConfig } from '../../../lambda/config/load.ts';
import type { Config } from '../../../lambda/model/settings/config.ts';
import { Secret } from '../../../lambda/model/settings/secret.ts';
import { agentEnv, messagesOf, nativeEnv } from '../loading.ts';

const JOB = 'FARGAUGE_CONFIG: scrape_configs[0]';
const SECRET = 'hunter2';

type Resolve = (reference: string) => Promise<string>;

/** Loads a job with these keys, for which these files exist. */
function loadJob(entry: object, files: Record<string, string> = {}, resolveSecret?: Resolve) {
  const job = { job_name: 'a', static_configs: [{ targets: ['a:1'] }], ...entry };
  return loadConfig({
    env: nativeEnv({ scrape_configs: [job] }),
    readFile: async (path) => {
      const text = files[path];
      if (text === undefined) throw new Error('ENOENT: no such file or directory');
      return text;
    },
    resolveSecret,
  });
}

async function httpOf(loading: Promise<Config>) {
  const { jobs } = await loading;
  const { authorization, headers } = jobs[0]!.http;
  return {
    authorization: authorization?.reveal(),
    headers: headers.map(({ name, value }) => [name, value.reveal()]),
  };
}

const basic = (text: string) => `Basic ${Buffer.from(text).toString('base64')}`;

describe('the header Authorization', () => {
  it.each<[string, object, string]>([
    ['basic_auth', { basic_auth: { username: 'me', password: 'pä:ss' } }, basic('me:pä:ss')],
    ['basic_auth without a password', { basic_auth: { username: 'me' } }, basic('me:')],
    ['bearer_token', { bearer_token: 't' }, 'Bearer t'],
    ['authorization', { authorization: { credentials: 't' } }, 'Bearer t'],
    ['a type', { authorization: { type: ' Token ', credentials: 't' } }, 'Token t'],
    [
      'files, without their last line break',
      { basic_auth: { username_file: '/u', password_file: '/p' } },
      basic('me:pass'),
    ],
    ['bearer_token_file', { bearer_token_file: '/p' }, 'Bearer pass'],
    ['credentials_file', { authorization: { credentials_file: '/p' } }, 'Bearer pass'],
    ['a file beside the document', { bearer_token_file: 'relative' }, 'Bearer near'],
    ['references', { bearer_token: 'aws:ssm:/my/token' }, 'Bearer <aws:ssm:/my/token>'],
    [
      'references to a secret',
      {
        basic_auth: {
          username: 'me',
          password: 'aws:secretsmanager:arn:aws:secretsmanager:eu-west-1:123456789012:secret:x',
        },
      },
      basic('me:<aws:secretsmanager:arn:aws:secretsmanager:eu-west-1:123456789012:secret:x>'),
    ],
    ['what only looks like a reference', { bearer_token: 'aws:other:x' }, 'Bearer aws:other:x'],
  ])('comes from %s', async (_, entry, expected) => {
    const files = { '/u': 'me\n', '/p': 'pass\n', relative: 'near' };
    const loading = loadJob(entry, files, async (reference) => `<${reference}>`);
    expect(await httpOf(loading)).toEqual({ authorization: expected, headers: [] });
  });

  it.each([
    ['nothing', {}],
    ['empty texts', { bearer_token: '', authorization: { credentials: '' } }],
    ['a type alone', { authorization: { type: 'Bearer' } }],
  ])('is not sent where there is %s', async (_, entry) => {
    expect((await httpOf(loadJob(entry))).authorization).toBeUndefined();
  });

  it('may look like a number', async () => {
    const yaml = `
      scrape_configs:
        - { job_name: a, basic_auth: { username: 007, password: 0123 } }
        - { job_name: b, authorization: { credentials: 1e3 } }
        - { job_name: c, bearer_token: 12 }`;
    const { jobs } = await loadConfig({ env: nativeEnv(yaml), readFile: async () => '' });
    expect(jobs.map(({ http }) => http.authorization?.reveal())).toEqual([
      basic('007:0123'),
      'Bearer 1e3',
      'Bearer 12',
    ]);
  });
});

it('http_headers come from values, secrets, references and files', async () => {
  const http_headers = {
    'X-Tenant': { values: ['a', 'b'] },
    'X-Key': { secrets: ['k', 'aws:ssm:key'], files: ['/f'] },
  };
  const loading = loadJob({ http_headers }, { '/f': 'file\n' }, async () => 'resolved');
  expect((await httpOf(loading)).headers).toEqual([
    ['X-Tenant', 'a'],
    ['X-Tenant', 'b'],
    ['X-Key', 'k'],
    ['X-Key', 'resolved'],
    ['X-Key', 'file'],
  ]);
});

it('a reference is resolved once, however often it is used', async () => {
  const references: string[] = [];
  const jobs = ['a', 'b'].map((job_name) => ({ job_name, bearer_token: 'aws:ssm:x' }));
  await loadConfig({
    env: nativeEnv({ scrape_configs: jobs }),
    readFile: async () => '',
    resolveSecret: async (reference) => {
      references.push(reference);
      return 'x';
    },
  });
  expect(references).toEqual(['aws:ssm:x']);
});

describe('a secret that cannot be had', () => {
  it('is one in a file that cannot be read', async () => {
    expect(await messagesOf(loadJob({ basic_auth: { password_file: '/p' } }))).toEqual([
      `${JOB}.basic_auth.password_file: expected a file that can be read, given "/p" (string): ENOENT: no such file or directory`,
    ]);
  });

  it('is a reference that nothing resolves', async () => {
    expect(await messagesOf(loadJob({ bearer_token: 'aws:ssm:/x' }))).toEqual([
      `${JOB}.bearer_token: expected the secret itself, because this program resolves no references, given "aws:ssm:/x" (string)`,
    ]);
  });

  it('is a reference that does not lead anywhere', async () => {
    const loading = loadJob({ authorization: { credentials: 'aws:ssm:/x' } }, {}, async () => {
      throw new Error('ParameterNotFound');
    });
    expect(await messagesOf(loading)).toEqual([
      `${JOB}.authorization.credentials: expected a reference to a secret that can be read, given "aws:ssm:/x" (string): ParameterNotFound`,
    ]);
  });
});

describe('a secret is not shown', () => {
  it.each<[string, object]>([
    ['basic_auth: expected an object, given a string', { basic_auth: SECRET }],
    [
      'basic_auth.password: expected a string, given a list',
      { basic_auth: { password: [SECRET] } },
    ],
    [
      'basic_auth.passwort: expected the key "password", given an unknown key',
      { basic_auth: { passwort: SECRET } },
    ],
    ['authorization: expected an object, given a string', { authorization: SECRET }],
    [
      'authorization.credentials: expected a string, given an object',
      { authorization: { credentials: { [SECRET]: SECRET } } },
    ],
    ['bearer_token: expected a string, given a list', { bearer_token: [SECRET] }],
    ['tls_config: expected an object, given a string', { tls_config: SECRET }],
    [
      'tls_config.key: expected a string, given a list',
      { tls_config: { cert: 'c', key: [SECRET] } },
    ],
    ['http_headers: expected an object, given a string', { http_headers: SECRET }],
    ['http_headers.X: expected an object, given a string', { http_headers: { X: SECRET } }],
    [
      'http_headers.X.secrets: expected a list, given a string',
      { http_headers: { X: { secrets: SECRET } } },
    ],
    [
      'oauth2: expected no such key (Prometheus has it, this version of Fargauge does not support it yet), given a string',
      { oauth2: SECRET },
    ],
    [
      'proxy_url: expected no such key (Prometheus has it, this version of Fargauge does not support it yet), given a string',
      { proxy_url: `http://me:${SECRET}@proxy` },
    ],
    [
      'bearer_token: expected a valid value of an HTTP header, given an invalid value, which is not shown',
      { bearer_token: `${SECRET}\nX: y` },
    ],
    [
      'http_headers.X.secrets[0]: expected a valid value of an HTTP header, given an invalid value, which is not shown',
      { http_headers: { X: { secrets: [`${SECRET}\r\nY: z`] } } },
    ],
    [
      'bearer_token: expected either this key or basic_auth, given both',
      { basic_auth: {}, bearer_token: SECRET },
    ],
  ])('in the message %j', async (complaint, entry) => {
    const messages = await messagesOf(loadJob(entry));
    expect(messages).toEqual([`${JOB}.${complaint}`]);
    expect(messages.join()).not.toContain(SECRET);
  });

  it('in a configuration that is printed', async () => {
    const config = await loadJob({
      basic_auth: { username: 'me', password: SECRET },
      http_headers: { X: { secrets: [SECRET] } },
    });
    for (const printed of [JSON.stringify(config), inspect(config, { depth: null })]) {
      expect(printed).not.toContain(SECRET);
      expect(printed).not.toContain(Buffer.from(`me:${SECRET}`).toString('base64'));
      expect(printed).toContain('<secret>');
    }
  });

  it('in a warning', async () => {
    const env = agentEnv({}, { scrape_configs: [{ job_name: 'a', bearer_token: SECRET }] });
    const { warnings } = await loadConfig({ env, readFile: async () => '' });
    expect(warnings).toEqual(['PROMETHEUS_CONFIG_CONTENT: scrape_configs[0]: has no targets']);
  });

  it('whatever prints it', () => {
    const secret = new Secret(SECRET);
    const printed = [String(secret), `${secret}`, JSON.stringify({ secret }), inspect([secret])];
    expect(printed).toEqual(['<secret>', '<secret>', '{"secret":"<secret>"}', '[ <secret> ]']);
    expect(Object.entries(secret)).toEqual([]);
    expect(secret.reveal()).toBe(SECRET);
  });
});
