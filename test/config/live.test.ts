import { beforeEach, describe, expect, it } from '@jest/globals';
import { LiveConfig } from '../../lambda/config/live.ts';
import type { AwsStores } from '../../lambda/config/sources/aws-stores.ts';
import { SECRET_GOOD_FOR_MS } from '../../lambda/config/sources/watched-texts.ts';
import { errorOf } from './loading.ts';

const MAIN = 's3://conf/fargauge.yaml';
const SECRET = 'arn:aws:secretsmanager:eu-west-1:123456789012:secret:x';

/** What lies at each location; an error is thrown. */
let stored: Map<string, string | Error>;
let asked: string[];
let now: number;

beforeEach(() => {
  stored = new Map();
  asked = [];
  now = 1_000_000;
});

function at(name: string): string {
  const found = stored.get(name) ?? new Error('not there');
  if (found instanceof Error) throw found;
  return found;
}

const stores: AwsStores = {
  async object(bucket, key, known) {
    asked.push(`${bucket}/${key}${known === undefined ? '' : ' if changed'}`);
    const text = at(`s3://${bucket}/${key}`);
    return known === text ? undefined : { text, version: text };
  },
  async parameter(name) {
    asked.push(name);
    const text = at(`ssm:${name}`);
    return { text, version: text };
  },
  async secret(arn) {
    asked.push(arn);
    return at(arn);
  },
};

const load = (env: Record<string, string>) =>
  LiveConfig.load({ env, readFile: async (path) => at(path) }, stores, () => now);

const job = (name: string, more: object = {}) =>
  JSON.stringify({
    scrape_configs: [{ job_name: name, static_configs: [{ targets: ['a:1'] }], ...more }],
  });
const jobsOf = ({ config }: Pick<LiveConfig, 'config'>) => config.jobs.map(({ name }) => name);

describe('where a configuration lies', () => {
  it.each([
    ['the variable of the native document', { FARGAUGE_CONFIG: MAIN }, MAIN],
    ['with blanks around it', { FARGAUGE_CONFIG: ` ${MAIN}\n` }, MAIN],
    ['the variable of its path', { FARGAUGE_CONFIG_FILE: MAIN }, MAIN],
    ['a parameter', { FARGAUGE_CONFIG: 'ssm:/shop/fargauge' }, 'ssm:/shop/fargauge'],
    ['a Prometheus file', { PROMETHEUS_CONFIG_CONTENT: MAIN }, MAIN],
  ])('may be in %s', async (_, env, source) => {
    stored.set(source, job('a'));
    const live = await load(env as Record<string, string>);
    expect(jobsOf(live)).toEqual(['a']);
    expect(live.config.source).toBe(source);
  });

  it.each(['PROMETHEUS_CONFIG_CONTENT', 'prometheus_config_path'])(
    'may be in both documents of the agent, by %s',
    async (by) => {
      const path = by === 'prometheus_config_path' ? 'ssm:prometheus' : undefined;
      const prometheus = { log_group_name: 'g', prometheus_config_path: path };
      stored.set(
        's3://conf/agent.json',
        JSON.stringify({ logs: { metrics_collected: { prometheus } } }),
      );
      stored.set('ssm:prometheus', job('a'));
      const live = await load({
        CW_CONFIG_CONTENT: 's3://conf/agent.json',
        ...(path === undefined ? { PROMETHEUS_CONFIG_CONTENT: 'ssm:prometheus' } : {}),
      });
      expect(jobsOf(live)).toEqual(['a']);
    },
  );

  it.each([
    [
      { FARGAUGE_CONFIG: MAIN },
      `FARGAUGE_CONFIG: expected the location of a document that can be read, given "${MAIN}" (string): not there`,
    ],
    [
      { FARGAUGE_CONFIG: 's3://conf' },
      'FARGAUGE_CONFIG: expected the location of a document that can be read, given "s3://conf" (string): expected s3://BUCKET/KEY or ssm:NAME',
    ],
    [
      { FARGAUGE_CONFIG: 'ssm:bad' },
      'ssm:bad: line 1, column 4: expected YAML or JSON, given an alias without its anchor',
    ],
  ])('must be right at the start: %j', async (env, message) => {
    stored.set('ssm:bad', 'a: *b');
    const { issues } = await errorOf(load(env).then(({ config }) => config));
    expect(issues.map((issue) => issue.message)).toEqual([message]);
  });
});

describe('a configuration that changes', () => {
  it('counts from the next look on', async () => {
    stored.set(MAIN, job('a'));
    const live = await load({ FARGAUGE_CONFIG: MAIN });
    expect(await live.refresh(30_000)).toEqual({ config: live.config, changed: false, unread: [] });

    stored.set(MAIN, job('b'));
    const status = await live.refresh(30_000);
    expect(status).toMatchObject({ changed: true, unread: [] });
    expect(jobsOf(status)).toEqual(['b']);
    expect(jobsOf(live)).toEqual(['b']);
    expect(await live.refresh(30_000)).toMatchObject({ changed: false });
  });

  it('is not read again while it stays as it is', async () => {
    stored.set(MAIN, job('a'));
    const live = await load({ FARGAUGE_CONFIG: MAIN });
    asked = [];
    await live.refresh(30_000);
    await live.refresh(30_000);
    expect(asked).toEqual(['conf/fargauge.yaml if changed', 'conf/fargauge.yaml if changed']);
  });

  it('is refused where it is wrong: the last good one counts, and a version is news once', async () => {
    stored.set(MAIN, job('a'));
    const live = await load({ FARGAUGE_CONFIG: MAIN });
    stored.set(MAIN, job('b', { scheme: 'ftp', metrics_path: [5] }));
    const problems = [
      `${MAIN}: scrape_configs[0].metrics_path: expected a string, given a list`,
      `${MAIN}: scrape_configs[0].scheme: expected "http" or "https", given "ftp" (string)`,
    ];
    const status = await live.refresh(30_000);
    expect(status).toMatchObject({ changed: false, refused: { problems, isNew: true } });
    expect(jobsOf(status)).toEqual(['a']);
    expect(await live.refresh(30_000)).toMatchObject({ refused: { problems, isNew: false } });

    stored.set(MAIN, `${job('b', { scheme: 'ftp', metrics_path: [5] })} `);
    expect(await live.refresh(30_000)).toMatchObject({ refused: { problems, isNew: true } });

    stored.set(MAIN, job('c'));
    const good = await live.refresh(30_000);
    expect(good).toMatchObject({ changed: true });
    expect(good).not.toHaveProperty('refused');
    expect(jobsOf(good)).toEqual(['c']);
  });

  it('that cannot be looked at stays as it was, and that is said each time', async () => {
    stored.set(MAIN, job('a'));
    const live = await load({ FARGAUGE_CONFIG: MAIN });
    stored.set(MAIN, new Error('connect ECONNREFUSED'));
    for (let cycle = 0; cycle < 2; cycle++) {
      const status = await live.refresh(30_000);
      expect(status).toMatchObject({ changed: false, unread: [`${MAIN}: connect ECONNREFUSED`] });
      expect(jobsOf(status)).toEqual(['a']);
    }
    stored.set(MAIN, job('b'));
    expect(await live.refresh(30_000)).toMatchObject({ changed: true, unread: [] });
  });

  it('reads its secrets anew', async () => {
    const reference = `aws:secretsmanager:${SECRET}`;
    const credentials = { authorization: { credentials: reference } };
    stored.set(MAIN, job('a', credentials));
    stored.set(SECRET, 'one');
    const live = await load({ FARGAUGE_CONFIG: MAIN });
    const header = () => live.config.jobs[0]?.http.authorization?.reveal();
    expect(header()).toBe('Bearer one');
    stored.set(SECRET, 'two');
    stored.set(MAIN, job('b', credentials));
    await live.refresh(30_000);
    expect(header()).toBe('Bearer two');
  });

  it('whose secret cannot be read now is tried again', async () => {
    stored.set(MAIN, job('a'));
    const live = await load({ FARGAUGE_CONFIG: MAIN });
    const reference = `aws:secretsmanager:${SECRET}`;
    stored.set(MAIN, job('b', { bearer_token: reference }));
    stored.set(SECRET, new Error('ThrottlingException'));
    expect(await live.refresh(30_000)).toMatchObject({
      refused: {
        problems: [
          `${MAIN}: scrape_configs[0].bearer_token: expected a reference to a secret that can be read, given "${reference}" (string): ThrottlingException`,
        ],
      },
    });
    stored.set(SECRET, 'hunter2');
    const status = await live.refresh(30_000);
    expect(status).toMatchObject({ changed: true });
    expect(JSON.stringify(status)).not.toContain('hunter2');
  });

  it('is followed where it lies in a file, with the files that it names', async () => {
    stored.set('/etc/f.yaml', job('a', { bearer_token_file: 'token' }));
    stored.set('/etc/token', 'one');
    const live = await load({ FARGAUGE_CONFIG_FILE: '/etc/f.yaml' });
    expect(await live.refresh(30_000)).toMatchObject({ changed: false, unread: [] });
    stored.set('/etc/token', 'two');
    expect(await live.refresh(30_000)).toMatchObject({ changed: true });
    expect(live.config.jobs[0]?.http.authorization?.reveal()).toBe('Bearer two');

    stored.set('/etc/f.yaml', job('b'));
    expect(jobsOf(await live.refresh(30_000))).toEqual(['b']);
    stored.delete('/etc/f.yaml');
    const status = await live.refresh(30_000);
    expect(status).toMatchObject({ changed: false, unread: ['/etc/f.yaml: not there'] });
    expect(jobsOf(status)).toEqual(['b']);
  });

  it('takes a secret that was rotated, for which it looks every few minutes', async () => {
    const reference = `aws:secretsmanager:${SECRET}`;
    stored.set(SECRET, 'one');
    const live = await load({ FARGAUGE_CONFIG: job('a', { bearer_token: reference }) });
    const header = () => live.config.jobs[0]?.http.authorization?.reveal();
    stored.set(SECRET, 'two');
    now += SECRET_GOOD_FOR_MS - 1;
    asked = [];
    expect(await live.refresh(30_000)).toMatchObject({ changed: false });
    expect(asked).toEqual([]);
    now += 1;
    const status = await live.refresh(30_000);
    expect(status).toMatchObject({ changed: true, unread: [] });
    expect(header()).toBe('Bearer two');
    expect(JSON.stringify(status)).not.toContain('two');

    // Where the clock was set back, nobody knows how long ago that was.
    stored.set(SECRET, 'zwei');
    now -= 2 * SECRET_GOOD_FOR_MS;
    expect(await live.refresh(30_000)).toMatchObject({ changed: true });
    stored.set(SECRET, 'two');
    now += SECRET_GOOD_FOR_MS;
    expect(await live.refresh(30_000)).toMatchObject({ changed: true });

    stored.set(SECRET, new Error('ThrottlingException'));
    now += SECRET_GOOD_FOR_MS;
    const unread = [`${reference}: ThrottlingException`];
    expect(await live.refresh(30_000)).toMatchObject({ changed: false, unread });
    expect(header()).toBe('Bearer two');
    // What could not be read is asked for in the next cycle.
    stored.set(SECRET, 'three');
    expect(await live.refresh(30_000)).toMatchObject({ changed: true });
    expect(header()).toBe('Bearer three');
  });
});
