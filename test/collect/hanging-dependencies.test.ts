import dns from 'node:dns';
import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { PassThrough } from 'node:stream';
import { CloudWatchLogsClient, PutLogEventsCommand } from '@aws-sdk/client-cloudwatch-logs';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { type Aws, startAws } from '../../cli/demo/aws/server.ts';
import { LiveConfig } from '../../lambda/config/live.ts';
import { awsStores } from '../../lambda/config/sources/aws-stores.ts';
import { AnswerDecoder } from '../../lambda/decode/answer.ts';
import { awsClients } from '../../lambda/discovery/aws/clients.ts';
import { loadEc2 } from '../../lambda/discovery/aws/load-ec2.ts';
import type { Output } from '../../lambda/model/delivery/event.ts';
import type { SampleOutput } from '../../lambda/model/delivery/sample-output.ts';
import type { EcsDiscoveryConfig } from '../../lambda/model/settings/config.ts';
import { logsClient } from '../../lambda/outputs/cloudwatch-logs/client.ts';
import { cloudWatchLogsOutput } from '../../lambda/outputs/cloudwatch-logs/cloudwatch-logs.ts';
import { otlpOutput } from '../../lambda/outputs/otlp/otlp.ts';
import { remoteWriteOutput } from '../../lambda/outputs/remote-write/remote-write.ts';
import { stdoutOutput } from '../../lambda/outputs/stdout.ts';
import { failureOf } from '../../lambda/report/log.ts';
import type { CycleReport } from '../../lambda/report/report.ts';
import { Scraper } from '../../lambda/scrape/scrape.ts';
import { s3Store } from '../../lambda/state/s3.ts';
import { s3Api } from '../../lambda/state/s3-api.ts';
import { StoredState } from '../../lambda/state/stored.ts';
import { type Assembly, assemble } from '../../lambda/wiring/assemble.ts';
import { CREDENTIALS } from '../cli/demo/aws/clients.ts';
import { type ScrapedServer, serveMetrics } from '../cli/target.ts';
import {
  definition,
  discoveryOf,
  job as jobOf,
  task,
} from '../discovery/ecs/cluster/cluster-of.ts';

/**
 * Milliseconds of a cycle. Whether it ends in time is asked of a timer that was set when it began: where a busy machine lets the
 * process rest, the timer rests too.
 */
const TIMEOUT_MS = 4_000;

const ROLE = 'arn:aws:iam::210987654321:role/scraped';
const REGION = 'us-east-1';

let silent: Server;
/** An address that takes connections and never says anything. */
let url: string;
const open = new Set<Socket>();
let aws: Aws;
let target: ScrapedServer;

beforeAll(async () => {
  process.env.AWS_ACCESS_KEY_ID = CREDENTIALS.accessKeyId;
  process.env.AWS_SECRET_ACCESS_KEY = CREDENTIALS.secretAccessKey;
  silent = createServer((socket) => {
    open.add(socket);
    socket.on('error', () => undefined).resume();
  });
  silent.listen(0, '127.0.0.1');
  await once(silent, 'listening');
  url = `http://127.0.0.1:${(silent.address() as AddressInfo).port}`;
});

afterAll(() => {
  delete process.env.AWS_ACCESS_KEY_ID;
  delete process.env.AWS_SECRET_ACCESS_KEY;
  for (const socket of open) socket.destroy();
  silent.close();
});

beforeEach(async () => {
  target = await serveMetrics(() => 'q 1\n');
  aws = await startAws({ ecs: { clusters: ['demo'], taskDefinitions: [definition('web')] } });
  const details = [
    { name: 'privateIPv4Address', value: '127.0.0.1' },
    { name: 'networkInterfaceId', value: 'eni-1' },
  ];
  aws.ecs.putTask(task('t1', '', { attachments: [{ type: 'ElasticNetworkInterface', details }] }));
});

afterEach(async () => {
  await aws.close();
  await target[Symbol.asyncDispose]();
});

/** One thing that a cycle waits for. */
interface Case {
  /** Beside a job whose target is healthy. */
  readonly job?: object;
  readonly ecs?: Partial<EcsDiscoveryConfig>;
  readonly parts?: Partial<Assembly>;
  readonly output?: Output | SampleOutput;
  /** Where the report says what hung. */
  readonly told: (report: CycleReport) => unknown;
  readonly as: string;
}

const discoveryErrors = ({ discoveryErrors: errors }: CycleReport) => errors;
const stateErrors = ({ state }: CycleReport) => state.errors;
const outputErrors = ({ deliveries }: CycleReport) => deliveries.flatMap(({ errors }) => errors);
const failedScrapes = ({ scrapes }: CycleReport) =>
  scrapes.flatMap(({ reason, message }) => (reason === undefined ? [] : [`${reason}: ${message}`]));

const s3 = (endpoint = url) => s3Api({ region: REGION, endpoint, credentials: CREDENTIALS });
const clientsAt = (endpoint: string) =>
  awsClients({ endpoint, region: REGION, credentials: CREDENTIALS, maxAttempts: 1 }, loadEc2);

const CASES: readonly (readonly [string, () => Case])[] = [
  [
    'a target',
    () => ({ job: at(url.slice('http://'.length)), told: failedScrapes, as: 'deadline' }),
  ],
  [
    'DNS',
    () => ({
      job: at('app.internal:9100'),
      parts: { scraper: new Scraper(Date.now, new AnswerDecoder(), { lookup: () => undefined }) },
      told: failedScrapes,
      as: 'deadline',
    }),
  ],
  [
    'an HTTP service discovery',
    () => ({ job: { http_sd_configs: [{ url }] }, told: discoveryErrors, as: 'http_sd' }),
  ],
  [
    'the ECS API',
    () => ({
      ecs: {},
      parts: { clientsOf: clientsAt(url) },
      told: discoveryErrors,
      as: 'ListTasks of demo',
    }),
  ],
  [
    'the EC2 API',
    () => ({
      ecs: {
        sources: [{ clusters: ['demo'], endpoint: aws.url }],
        lookups: new Set(['public_ips'] as const),
      },
      parts: { clientsOf: clientsAt(url) },
      told: discoveryErrors,
      as: 'DescribeNetworkInterfaces of demo',
    }),
  ],
  [
    'AWS STS',
    () => ({
      ecs: { sources: [{ clusters: ['demo'], endpoint: aws.url, role: { arn: ROLE } }] },
      parts: { clientsOf: clientsAt(url) },
      told: discoveryErrors,
      as: 'ListTasks of demo',
    }),
  ],
  [
    'S3 with the state',
    () => ({
      parts: {
        state: new StoredState(s3Store(s3(), { bucket: 'states', key: 'state' }), Date.now),
      },
      told: stateErrors,
      as: 's3://states/state',
    }),
  ],
  [
    'CloudWatch Logs',
    () => ({
      output: cloudWatchLogsOutput({
        client: logsClient({ region: REGION, endpoint: url, credentials: CREDENTIALS }),
      }),
      told: outputErrors,
      as: 'deadline',
    }),
  ],
  [
    'a receiver of remote write',
    () => ({
      output: remoteWriteOutput({ name: 'remote_write', url }),
      told: outputErrors,
      as: 'Remote write to',
    }),
  ],
  [
    'a receiver of OTLP',
    () => ({ output: otlpOutput({ name: 'otlp', url }), told: outputErrors, as: 'OTLP export to' }),
  ],
  [
    'the credentials of a receiver',
    () => ({
      output: remoteWriteOutput({
        name: 'remote_write',
        url: `http://${target.address}/`,
        sigv4: { region: REGION, credentials: () => new Promise<never>(() => undefined) },
      }),
      told: outputErrors,
      as: 'Remote write to',
    }),
  ],
];

function at(address: string): object {
  return { static_configs: [{ targets: [address] }] };
}

function documentOf(other?: object): string {
  const declaration = { source_labels: ['job'], dimensions: [['job']], metric_selectors: ['^q$'] };
  return JSON.stringify({
    log_group_name: '/shop',
    scrape_configs: [
      { job_name: 'healthy', ...at(target.address) },
      ...(other === undefined ? [] : [{ job_name: 'other', ...other }]),
    ],
    emf_processor: { metric_namespace: 'Shop', metric_declaration: [declaration] },
  });
}

const NO_CLIENTS: Assembly['clientsOf'] = () => {
  throw new Error('no ECS here');
};

describe('a cycle ends in time, with the data of all others delivered and the reason told, where what hangs is', () => {
  it.each(CASES)(
    '%s',
    async (_, make) => {
      const given = make();
      const { config: loaded } = await LiveConfig.load(
        {
          env: { FARGAUGE_CONFIG: documentOf(given.job) },
          readFile: () => Promise.reject(new Error()),
        },
        awsStores({ region: REGION }),
      );
      const config = given.ecs
        ? { ...loaded, discovery: discoveryOf(given.ecs), jobs: [...loaded.jobs, jobOf()] }
        : loaded;
      const lines = new PassThrough({ encoding: 'utf8' });
      const { output } = given;
      const collector = assemble({
        config,
        clientsOf: NO_CLIENTS,
        outputsFor: () => [stdoutOutput(lines), ...(output === undefined ? [] : [output])],
        ...given.parts,
      });
      for (let cycle = 1; cycle <= 2; cycle++) {
        const late = AbortSignal.timeout(TIMEOUT_MS);
        const report = await collector.collect(TIMEOUT_MS);
        expect(late.aborted).toBe(false);
        expect(given.told(report)).toEqual(
          expect.arrayContaining([expect.stringContaining(given.as)]),
        );
        expect(report.deliveries[0]).toMatchObject({ events: 1, rejected: {} });
        expect(failureOf(report)).toBeUndefined();
        expect(JSON.parse(lines.read())).toMatchObject({ job: 'healthy', q: 1 });
      }
    },
    60_000,
  );
});

describe('a cycle ends in time, with the data delivered and the reasons told, where DNS hangs', () => {
  const { lookup } = dns;
  const unresolved = new Set<string>();
  const endpointOf = (service: string) => `http://${service}.${REGION}.amazonaws.com`;

  beforeEach(() => {
    unresolved.clear();
    // Without an answer for the endpoints of AWS, as from a resolver that lost its network.
    const hanging = (host: string, ...more: unknown[]) => {
      if (!host.endsWith('.amazonaws.com')) return Reflect.apply(lookup, dns, [host, ...more]);
      unresolved.add(host);
    };
    dns.lookup = hanging as typeof lookup;
  });

  afterEach(() => {
    dns.lookup = lookup;
  });

  it('for all endpoints of AWS', async () => {
    const { config } = await LiveConfig.load(
      { env: { FARGAUGE_CONFIG: documentOf() }, readFile: () => Promise.reject(new Error()) },
      awsStores({ region: REGION }),
    );
    const lines = new PassThrough({ encoding: 'utf8' });
    const store = s3Store(s3(endpointOf('s3')), { bucket: 'states', key: 'state' });
    const collector = assemble({
      config: { ...config, discovery: discoveryOf({}), jobs: [...config.jobs, jobOf()] },
      clientsOf: clientsAt(endpointOf('ecs')),
      outputsFor: () => [
        stdoutOutput(lines),
        cloudWatchLogsOutput({
          client: new CloudWatchLogsClient({
            ...{ region: REGION, endpoint: endpointOf('logs'), credentials: CREDENTIALS },
            // The cycle's limit is the only one: the next test has that of the client.
            requestHandler: { connectionTimeout: 0 },
            maxAttempts: 1,
          }),
        }),
      ],
      state: new StoredState(store, Date.now),
    });
    for (let cycle = 1; cycle <= 2; cycle++) {
      const late = AbortSignal.timeout(TIMEOUT_MS);
      const report = await collector.collect(TIMEOUT_MS);
      expect(late.aborted).toBe(false);
      expect(discoveryErrors(report)).toEqual([expect.stringContaining('ListTasks of demo')]);
      expect(stateErrors(report)).toEqual([
        'GetObject of the state s3://states/state did not end in time',
      ]);
      expect(outputErrors(report)).toEqual([
        expect.stringMatching(/^PutLogEvents on log group "\/shop" did not end by the deadline/),
      ]);
      expect(report.deliveries[0]).toMatchObject({ events: 1, rejected: {} });
      expect(report.deliveries[1]?.rejected).toEqual({ deadline: 1 });
      expect(JSON.parse(lines.read())).toMatchObject({ job: 'healthy', q: 1 });
    }
    expect(unresolved).toEqual(
      new Set(['ecs', 's3', 'logs'].map((service) => new URL(endpointOf(service)).hostname)),
    );
  }, 60_000);

  it('and a client gives up a connection by itself', async () => {
    const endpoint = endpointOf('logs');
    const client = logsClient({ region: REGION, endpoint, credentials: CREDENTIALS });
    const input = { logGroupName: '/shop', logStreamName: 's', logEvents: [] };
    await expect(client.send(new PutLogEventsCommand(input))).rejects.toMatchObject({
      name: 'TimeoutError',
    });
    expect(unresolved).toEqual(new Set([new URL(endpoint).hostname]));
  }, 60_000);
});

describe('the configuration as it was counts, and the look at it ends in a quarter of the time, where what hangs is', () => {
  it.each([
    ['S3', 's3://conf/fargauge.yaml'],
    ['Systems Manager', 'ssm:/shop/fargauge'],
  ])(
    '%s with the document',
    async (_, location) => {
      const stores = awsStores({ region: REGION, endpoint: url });
      let answers = true;
      const text = documentOf();
      const versioned = { text, version: '1' };
      const live = await LiveConfig.load(
        { env: { FARGAUGE_CONFIG: location }, readFile: () => Promise.reject(new Error()) },
        {
          ...stores,
          object: (...asked) => (answers ? Promise.resolve(versioned) : stores.object(...asked)),
          parameter: (...asked) =>
            answers ? Promise.resolve(versioned) : stores.parameter(...asked),
        },
      );
      answers = false;
      await looksInTime(live, location);
    },
    60_000,
  );

  it('Secrets Manager with a password', async () => {
    const reference =
      'aws:secretsmanager:arn:aws:secretsmanager:us-east-1:123456789012:secret:shop-AbCdEf';
    const basic_auth = { username: 'me', password: reference };
    const stores = awsStores({ region: REGION, endpoint: url });
    let answers = true;
    let now = 0;
    const live = await LiveConfig.load(
      {
        env: { FARGAUGE_CONFIG: documentOf({ ...at('127.0.0.1:9'), basic_auth }) },
        readFile: () => Promise.reject(new Error()),
      },
      {
        ...stores,
        secret: (...asked) => (answers ? Promise.resolve('hunter2') : stores.secret(...asked)),
      },
      () => now,
    );
    answers = false;
    now += 10 * 60_000;
    await looksInTime(live, reference);
  }, 60_000);

  async function looksInTime(live: LiveConfig, what: string): Promise<void> {
    const before = live.config;
    const late = AbortSignal.timeout(TIMEOUT_MS / 2);
    const status = await live.refresh(TIMEOUT_MS);
    expect(late.aborted).toBe(false);
    expect(status).toEqual({
      config: before,
      changed: false,
      unread: [expect.stringContaining(what)],
    });
  }
});
