import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type Aws, startAws } from '../../cli/demo/aws/server.ts';
import { PLANS, register } from '../../cli/demo/cluster.ts';
import { taskAddresses } from '../../cli/demo/task/addresses.ts';
import { withHelp } from '../../lambda/model/targets/help.ts';
import { deadAddress, serveMetrics } from '../cli/target.ts';
import { type Stores, startStores } from '../config/sources/stores.ts';
import { container, definition, task } from '../discovery/ecs/cluster/cluster-of.ts';
import { extractMetrics } from '../integration/support/emf.ts';
import { startS3 } from '../state/s3-server.ts';
import { environmentFor, startFunction } from './function-process.ts';

const GROUP = '/shop';

let aws: Aws;

beforeEach(async () => {
  aws = await startAws({ ecs: { clusters: ['demo'] } });
});

afterEach(() => aws.close());

/** Static targets, all of whose metrics with an `orders_` name are published by their job. */
function environment(...addresses: readonly string[]): Record<string, string> {
  return {
    ...environmentFor(aws),
    FARGAUGE_CONFIG: JSON.stringify({
      log_group_name: GROUP,
      scrape_configs: [{ job_name: 'shop', static_configs: [{ targets: addresses }] }],
      emf_processor: {
        metric_namespace: 'Shop',
        metric_declaration: [
          { source_labels: ['job'], dimensions: [['job']], metric_selectors: ['^orders_'] },
        ],
      },
    }),
  };
}

/** The same rule of the CloudWatch Agent, whose operator wants to know more. */
function agentWithDebug(address: string): Record<string, string> {
  const rule = { source_labels: ['job'], dimensions: [['job']], metric_selectors: ['^orders_'] };
  const emf_processor = { metric_namespace: 'Shop', metric_declaration: [rule] };
  const prometheus = { log_group_name: GROUP, emf_processor };
  return {
    ...environmentFor(aws),
    CW_CONFIG_CONTENT: JSON.stringify({
      agent: { debug: true },
      logs: { metrics_collected: { prometheus } },
    }),
    PROMETHEUS_CONFIG_CONTENT: JSON.stringify({
      scrape_configs: [{ job_name: 'shop', static_configs: [{ targets: [address] }] }],
    }),
  };
}

/** A counter that grows by ten from scrape to scrape. */
const counter = (scrape: number) =>
  `# TYPE orders_total counter\norders_total ${100 + 10 * scrape}\n`;

/** Two gauges of different labels, so that they are two events. */
const gauges = () => '# TYPE orders_open gauge\norders_open{shop="a"} 1\norders_open{shop="b"} 2\n';

function stored() {
  return aws.logs.events({ group: GROUP }).flatMap(({ message }) => extractMetrics(message));
}

describe('the Lambda handler', () => {
  it('collects, answers with a summary and publishes metrics about itself', async () => {
    await using target = await serveMetrics(gauges);
    await using lambda = await startFunction(environment(target.address, await deadAddress()));

    expect(lambda.loaded).toEqual({ kind: 'ready' });
    expect(await lambda.invoke()).toMatchObject({
      kind: 'result',
      result: {
        targets: { discovered: 2, up: 1, down: 1 },
        samples: { scraped: 10, published: 2, rejected: 0, dropped: { no_declaration: 8 } },
        deliveries: [{ events: 2, metrics: 2, rejected: {}, errors: [] }],
      },
    });

    expect(stored().map(({ name, dimensions, values }) => [name, dimensions, values])).toEqual([
      ['orders_open', { job: 'shop' }, [1]],
      ['orders_open', { job: 'shop' }, [2]],
    ]);
    const { figures, ownMetrics, stdout, log } = await lambda.end();
    expect(figures).toEqual({
      ColdStart: [1],
      TargetsDiscovered: [2],
      TargetsUp: [1],
      TargetsDown: [1],
      TargetsStopped: [0],
      TargetsUnreachable: [0],
      DiscoveryErrors: [0],
      SamplesScraped: [10],
      SamplesPublished: [2],
      SamplesRejected: [0],
      SamplesDropped: [8],
      NothingPublished: [0],
      EventsAccepted: [2],
      EventsRejected: [0],
      EventsRepeated: [0],
      MetricsPublished: [2],
      BytesDelivered: [expect.any(Number)],
      StateSeries: [0],
      StateBytes: [0],
      StateReads: [0],
      StateWrites: [0],
      StateConflicts: [0],
      StateFailures: [0],
      StateSetAside: [0],
      BytesRemembered: [expect.any(Number)],
      CycleDuration: [expect.any(Number)],
      ConfigurationRefused: [0],
      ConfigurationUnread: [0],
    });
    expect(Object.keys(ownMetrics).toSorted()).toEqual([
      'ColdStart',
      'CycleDuration',
      'TargetsDown',
    ]);
    const [own] = stdout.split('\n').filter((line) => line.includes('"TargetsUp"'));
    expect(JSON.parse(own!)).toMatchObject({
      _aws: { CloudWatchMetrics: [{ Dimensions: [['service', 'Collector']] }] },
      service: 'collector',
      Collector: 'fargauge',
      downByReason: '{"connect_refused":1}',
      droppedByReason: '{"no_declaration":8}',
    });
    expect(log.filter(({ level }) => level === 'WARN')).toEqual([
      expect.objectContaining({
        message: 'target is down',
        reason: 'connect_refused',
        function_request_id: 'request-1',
      }),
    ]);
    expect(log.at(-1)).not.toHaveProperty('scrapes');
    // Six samples were dropped; nobody asked which.
    expect(log.filter(({ level }) => level === 'DEBUG')).toEqual([]);
  });

  it('does not scrape its own runtime API, however its address is written', async () => {
    await using runtimeApi = await serveMetrics(gauges);
    const { port } = new URL(`http://${runtimeApi.address}`);
    const written = [runtimeApi.address, `localhost:${port}`, `[::ffff:127.0.0.1]:${port}`];
    await using lambda = await startFunction({
      ...environment(...written),
      AWS_LAMBDA_RUNTIME_API: runtimeApi.address,
    });

    expect(await lambda.invoke()).toMatchObject({
      kind: 'error',
      message: expect.stringMatching(
        /(?:expected no loopback address inside Lambda, got (?:127|localhost|::ffff:7f00:1).*){3}/,
      ),
    });
    expect(runtimeApi.scrapes).toBe(0);
  });

  it('collects the sidecars of its cluster where it has no configuration', async () => {
    const [address] = await taskAddresses(1, Math.random);
    register(aws.ecs, PLANS[2]!, address!);
    await using _sidecar = await serveMetrics(
      () => '# TYPE ee_task_cpu_utilization_percent gauge\nee_task_cpu_utilization_percent 93.5\n',
      { host: address!.host, port: address!.sidecarPort },
    );
    await using lambda = await startFunction({ ...environmentFor(aws), FARGAUGE_CLUSTER: 'demo' });

    expect(await lambda.invoke()).toMatchObject({ kind: 'result' });

    const messages = aws.logs.events({ group: '/fargauge/demo' }).map(({ message }) => message);
    expect(messages.flatMap(extractMetrics)).toEqual([
      expect.objectContaining({
        namespace: 'Fargauge',
        name: 'ee_task_cpu_utilization_percent',
        dimensions: { ClusterName: 'demo', ServiceName: 'worker' },
        values: [93.5],
        event: expect.objectContaining({ TaskId: PLANS[2]?.taskId }),
      }),
    ]);
  });

  it('counts on where its last life ended, with its state in S3', async () => {
    await using s3 = await startS3();
    await using target = await serveMetrics(counter);
    const env = {
      ...environment(target.address),
      AWS_ENDPOINT_URL_S3: s3.url,
      FARGAUGE_STATE: 's3://states/shop',
    };
    for (let life = 1; life <= 2; life++) {
      await using lambda = await startFunction(env);
      expect(await lambda.invoke()).toMatchObject({
        result: { state: { series: 1, reads: 1, writes: 1, failures: 0 } },
      });
    }
    expect(stored().map(({ name, values }) => [name, values])).toEqual([['orders_total', [10]]]);
  });

  it('writes events to its own log stream where the configuration says so, in lines that fit', async () => {
    const metrics = Array.from(
      { length: 2_000 },
      (_, index) => `orders_of_shop_number_${index} 1\n`,
    );
    await using target = await serveMetrics(() => metrics.join(''));
    const env = environment(target.address);
    const config = JSON.parse(env.FARGAUGE_CONFIG ?? '');
    const FARGAUGE_CONFIG = JSON.stringify({ ...config, outputs: [{ type: 'stdout' }] });
    await using lambda = await startFunction({ ...env, FARGAUGE_CONFIG });

    expect(await lambda.invoke()).toMatchObject({
      kind: 'result',
      result: { deliveries: [{ output: 'stdout', metrics: 2_000, rejected: {} }] },
    });

    expect(aws.calls.count('PutLogEvents')).toBe(0);
    const lines = (await lambda.end()).stdout.split('\n').filter((line) => line.includes('"Shop"'));
    expect(lines.flatMap(extractMetrics)).toHaveLength(2_000);
    expect(lines.length).toBeGreaterThan(1);
    for (const line of lines) expect(Buffer.byteLength(`${line}\n`)).toBeLessThanOrEqual(65_536);
  });

  it('publishes counters as their differences from invocation to invocation', async () => {
    await using target = await serveMetrics(counter);
    await using lambda = await startFunction(environment(target.address));

    for (let invocation = 0; invocation < 3; invocation++) await lambda.invoke();

    expect(stored().map(({ name, values }) => [name, values])).toEqual([
      ['orders_total', [10]],
      ['orders_total', [10]],
    ]);
    expect((await lambda.end()).figures).toMatchObject({
      ColdStart: [1],
      SamplesPublished: [0, 1, 1],
      EventsAccepted: [0, 1, 1],
    });
  });

  it.each<[string, (address: string) => Readonly<Record<string, string>>]>([
    [
      'at the log level DEBUG',
      (address) => ({ ...environment(address), POWERTOOLS_LOG_LEVEL: 'DEBUG' }),
    ],
    ["with `debug: true` in the CloudWatch Agent's JSON", agentWithDebug],
  ])('says of each dropped sample why %s', async (_, environmentOf) => {
    await using target = await serveMetrics(counter);
    await using lambda = await startFunction(environmentOf(target.address));

    await lambda.invoke();

    const { log } = await lambda.end();
    expect(log).toContainEqual(
      expect.objectContaining({
        level: 'DEBUG',
        message: 'sample dropped',
        reason: 'first_sample',
        name: 'orders_total',
        target: `shop http://${target.address}/metrics`,
      }),
    );
  });
});

describe('the deadline of an invocation', () => {
  // Not what halves or quarters to whole milliseconds: of so little, half or 1 s is kept for the report, and of the rest a
  // quarter for the delivery.
  it.each([6_001, 4_501])(
    'of %d ms is kept although a target never answers, and the others are published',
    async (remainingMs) => {
      await using silent = await serveMetrics(() => new Promise(() => {}));
      await using target = await serveMetrics(gauges);
      await using lambda = await startFunction(environment(silent.address, target.address));

      const began = performance.now();
      const answer = await lambda.invoke(remainingMs);
      const took = performance.now() - began;

      expect(took).toBeLessThan(remainingMs);
      expect(answer).toMatchObject({
        kind: 'result',
        result: { targets: { discovered: 2, up: 1, down: 1 }, deliveries: [{ events: 2 }] },
      });
      expect(stored()).toHaveLength(2);
      const { log } = await lambda.end();
      expect(log).toContainEqual(
        expect.objectContaining({ message: 'target is down', reason: 'deadline' }),
      );
    },
  );

  it('that has passed already makes an invocation that says so', async () => {
    await using target = await serveMetrics(gauges);
    await using lambda = await startFunction(environment(target.address));

    for (const remainingMs of [0, -50]) {
      expect(await lambda.invoke(remainingMs)).toEqual({
        kind: 'error',
        message: expect.stringMatching(
          /^none of 1 targets is up: shop \S+: the cycle ended before /,
        ),
      });
    }

    const { figures } = await lambda.end();
    expect(figures).toMatchObject({ TargetsDown: [1, 1], EventsAccepted: [0, 0] });
  });

  it('is kept although CloudWatch Logs never answers', async () => {
    aws.faults.inject('PutLogEvents', { kind: 'hang' });
    await using target = await serveMetrics(gauges);
    await using lambda = await startFunction(environment(target.address));

    const answer = await lambda.invoke(2_000);

    expect(answer).toEqual({
      kind: 'error',
      message: withHelp(
        `none of 2 events was delivered: PutLogEvents on log group "${GROUP}" did not end by the deadline`,
        'nothingDelivered',
      ),
    });
    expect((await lambda.end()).figures).toMatchObject({
      EventsRejected: [2],
      SamplesRejected: [2],
    });
  });
});

describe('an invocation that publishes nothing', () => {
  it('says so by a metric, and in the log of which job and why, each minute', async () => {
    await using target = await serveMetrics(() => 'items_open 1\n');
    await using lambda = await startFunction(environment(target.address));

    for (let minute = 0; minute < 2; minute++) {
      expect(await lambda.invoke()).toMatchObject({
        kind: 'result',
        result: { nothingPublished: true, silentJobs: [{ job: 'shop' }] },
      });
    }

    const { figures, log } = await lambda.end();
    expect(figures).toMatchObject({ NothingPublished: [1, 1], SamplesPublished: [0, 0] });
    const line = expect.objectContaining({
      level: 'WARN',
      job: 'shop',
      why: 'metric_declaration[0] applies to "shop", but none of its metric_selectors finds a match in items_open: "^orders_"',
    });
    expect(log.filter(({ message }) => message === 'nothing is published')).toEqual([line, line]);
  });
});

describe('an invocation that goes wrong', () => {
  it('fails where no target can be reached, counts them and names each', async () => {
    aws.ecs.putTaskDefinition(definition('web', [container({ portMappings: [] })]));
    aws.ecs.putTask(task('t1', '10.0.0.1'));
    await using lambda = await startFunction({ ...environmentFor(aws), FARGAUGE_CLUSTER: 'demo' });

    const cause = 'container app, port 9404, task definition web:1, cluster demo: task t1';
    expect(await lambda.invoke()).toEqual({
      kind: 'error',
      message: withHelp(`no target: unmapped_port: ${cause}`, 'noTarget'),
    });

    const { figures, log } = await lambda.end();
    expect(figures).toMatchObject({ TargetsUnreachable: [1], TargetsDiscovered: [0] });
    expect(log.filter(({ message }) => message === 'targets cannot be reached')).toEqual([
      expect.objectContaining({ level: 'WARN', reason: 'unmapped_port', targets: [cause] }),
    ]);
  });

  it('fails where ECS denies, names the permission, and still publishes its metrics', async () => {
    aws.faults.inject('ListTasks', { kind: 'deny' }, { times: 1 });
    await using lambda = await startFunction({ ...environmentFor(aws), FARGAUGE_CLUSTER: 'demo' });

    expect(await lambda.invoke()).toEqual({
      kind: 'error',
      message: expect.stringMatching(
        /^no target: ListTasks of demo is denied; the role needs ecs:ListTasks\. User: /,
      ),
    });
    // The next one asks again.
    expect(await lambda.invoke()).toMatchObject({ kind: 'result' });

    const { figures, log } = await lambda.end();
    expect(figures).toMatchObject({
      TargetsDiscovered: [0, 0],
      DiscoveryErrors: [1, 0],
      EventsAccepted: [0, 0],
    });
    expect(log.filter(({ message }) => message === 'discovery failed')).toEqual([
      expect.objectContaining({ level: 'WARN', function_request_id: 'request-1' }),
    ]);
  });

  it('fails where CloudWatch Logs denies, and the next difference covers what was not taken', async () => {
    await using target = await serveMetrics(counter);
    await using lambda = await startFunction(environment(target.address));
    await lambda.invoke();
    const denial = aws.faults.inject('PutLogEvents', { kind: 'deny' });

    expect(await lambda.invoke()).toEqual({
      kind: 'error',
      message: expect.stringContaining('the role needs logs:PutLogEvents'),
    });
    denial.lift();
    expect(await lambda.invoke()).toMatchObject({ kind: 'result' });

    expect(stored().map(({ values }) => values)).toEqual([[20]]);
    expect((await lambda.end()).figures).toMatchObject({
      EventsAccepted: [0, 0, 1],
      EventsRejected: [0, 1, 0],
      SamplesPublished: [0, 0, 1],
      SamplesRejected: [0, 1, 0],
    });
  });

  it('counts what CloudWatch Logs throttles until the deadline', async () => {
    aws.faults.inject('PutLogEvents', { kind: 'throttle' });
    await using target = await serveMetrics(gauges);
    await using lambda = await startFunction(environment(target.address));

    expect(await lambda.invoke(1_500)).toMatchObject({
      kind: 'error',
      message: expect.stringContaining('none of 2 events was delivered: PutLogEvents on '),
    });

    const { figures, stdout } = await lambda.end();
    expect(figures).toMatchObject({ EventsRejected: [2], SamplesRejected: [2] });
    expect(stdout).toMatch(/"rejectedByReason":"{\\"(deadline|throttled)\\":2}"/);
  });

  it('delivers what CloudWatch Logs throttles only once', async () => {
    aws.faults.inject('PutLogEvents', { kind: 'throttle' }, { times: 1 });
    await using target = await serveMetrics(gauges);
    await using lambda = await startFunction(environment(target.address));

    expect(await lambda.invoke()).toMatchObject({
      kind: 'result',
      result: { deliveries: [{ events: 2, rejected: {} }] },
    });
  });

  it('counts what CloudWatch Logs rejects of a batch, and delivers the rest', async () => {
    aws.faults.inject('PutLogEvents', { kind: 'reject', tooNew: 1 });
    await using target = await serveMetrics(gauges);
    await using lambda = await startFunction(environment(target.address));

    expect(await lambda.invoke()).toMatchObject({
      kind: 'result',
      result: { deliveries: [{ events: 1, rejected: { too_new: 1 } }] },
    });

    expect(stored()).toHaveLength(1);
    const { figures, log } = await lambda.end();
    expect(figures).toMatchObject({ EventsAccepted: [1], EventsRejected: [1] });
    expect(log).toContainEqual(
      expect.objectContaining({
        level: 'WARN',
        message: 'delivery failed',
        error: `PutLogEvents on log group "${GROUP}" rejected events: too_new, more than 2 hours ahead of its clock`,
      }),
    );
  });
});

describe('a function that is wrongly configured', () => {
  it('does not start, and names all that is wrong', async () => {
    await using lambda = await startFunction({
      ...environmentFor(aws),
      CW_CONFIG_CONTENT: JSON.stringify({
        logs: {
          metrics_collected: {
            prometheus: { cluster_name: 5, emf_processor: { metric_namespace: 7 } },
          },
        },
      }),
      PROMETHEUS_CONFIG_CONTENT: 'scrape_configs: [{ job_name: [] }]',
    });

    expect(lambda.loaded).toEqual({ kind: 'error', message: expect.any(String) });
    const [head, ...lines] = (lambda.loaded as { message: string }).message.split('\n');
    expect(head).toBe(`${lines.length} errors in the configuration`);
    const path = 'CW_CONFIG_CONTENT: logs.metrics_collected.prometheus';
    for (const place of [
      `- ${path}.cluster_name: expected `,
      `- ${path}.emf_processor.metric_namespace: expected `,
      '- PROMETHEUS_CONFIG_CONTENT: scrape_configs[0].job_name: expected ',
    ]) {
      expect(lines).toContainEqual(expect.stringContaining(place));
    }
  });

  it('logs what has no effect, and starts', async () => {
    await using target = await serveMetrics(gauges);
    const { FARGAUGE_CONFIG = '', ...rest } = environment(target.address);
    await using lambda = await startFunction({
      ...rest,
      FARGAUGE_CONFIG,
      PROMETHEUS_CONFIG_CONTENT: 'scrape_configs: []',
    });

    expect(lambda.loaded).toEqual({ kind: 'ready' });
    expect((await lambda.end()).log).toEqual([
      expect.objectContaining({
        level: 'WARN',
        message: 'PROMETHEUS_CONFIG_CONTENT: is not used, because FARGAUGE_CONFIG takes precedence',
      }),
    ]);
  });
});

describe('a configuration in S3', () => {
  const LOCATION = 's3://conf/fargauge.json';
  const KEY = LOCATION.slice('s3://'.length);

  let stores: Stores;

  beforeEach(async () => {
    stores = await startStores();
  });

  afterEach(async () => {
    await stores[Symbol.asyncDispose]();
  });

  const start = () =>
    startFunction({ ...environmentFor(aws), ...stores.env, FARGAUGE_CONFIG: LOCATION });
  const documentFor = (address: string, more: object = {}) =>
    JSON.stringify({ ...JSON.parse(environment(address).FARGAUGE_CONFIG ?? ''), ...more });
  const publishing = (address: string, namespace: string) => {
    const { emf_processor: processor } = JSON.parse(documentFor(address));
    return documentFor(address, {
      emf_processor: { ...processor, metric_namespace: namespace },
    });
  };

  it('takes effect with the cycle after it has changed, and counters go on', async () => {
    await using target = await serveMetrics(counter);
    stores.objects.set(KEY, documentFor(target.address));
    await using lambda = await start();
    await lambda.invoke();
    await lambda.invoke();
    stores.objects.set(KEY, publishing(target.address, 'Other'));
    await lambda.invoke();

    expect(stored().map(({ namespace, values }) => [namespace, values])).toEqual([
      ['Shop', [10]],
      ['Other', [10]],
    ]);
    expect(stores.requests.map((line) => line.split(' ').at(-1))).toEqual([
      ...['200', '304', '304'],
      // Looked at, and then loaded with all that it names.
      ...['200', '200'],
    ]);
    const { log } = await lambda.end();
    expect(log).toContainEqual(
      expect.objectContaining({ message: 'configuration has changed', source: LOCATION }),
    );
  });

  it('that is wrong does not take effect: it is logged once, and counted in each cycle', async () => {
    await using target = await serveMetrics(gauges);
    stores.objects.set(KEY, documentFor(target.address));
    await using lambda = await start();
    stores.objects.set(KEY, publishing(target.address, 'ü'));
    for (let invocation = 0; invocation < 2; invocation++) {
      expect(await lambda.invoke()).toMatchObject({ result: { deliveries: [{ events: 2 }] } });
    }
    stores.objects.set(KEY, publishing(target.address, 'Other'));
    await lambda.invoke();

    expect(stored().map(({ namespace }) => namespace)).toEqual([
      ...['Shop', 'Shop', 'Shop', 'Shop'],
      ...['Other', 'Other'],
    ]);
    const { figures, log } = await lambda.end();
    expect(figures).toMatchObject({ ConfigurationRefused: [1, 1, 0] });
    expect(log.filter(({ level }) => level === 'ERROR')).toEqual([
      expect.objectContaining({
        message: 'configuration was refused, the last good one stays in use',
        problems: [
          `${LOCATION}: emf_processor.metric_namespace: expected a namespace of 1 to 255 letters, digits, spaces and . _ - # : /, which does not begin with a colon, given "ü" (string)`,
        ],
      }),
    ]);
  });

  it('that cannot be read any more stays as it was, and is counted', async () => {
    await using target = await serveMetrics(gauges);
    stores.objects.set(KEY, documentFor(target.address));
    await using lambda = await start();
    stores.fault = { status: 403, type: 'AccessDenied' };
    expect(await lambda.invoke()).toMatchObject({ result: { deliveries: [{ events: 2 }] } });

    const { figures, log } = await lambda.end();
    expect(figures).toMatchObject({ ConfigurationUnread: [1], ConfigurationRefused: [0] });
    expect(log).toContainEqual(
      expect.objectContaining({
        message: 'configuration could not be read, the last one stays in use',
        error: `${LOCATION}: AccessDenied: No.`,
      }),
    );
  });

  it('that cannot be read at the start ends it', async () => {
    await using lambda = await start();
    expect(lambda.loaded).toEqual({
      kind: 'error',
      message: `1 error in the configuration\n- FARGAUGE_CONFIG: expected the location of a document that can be read, given "${LOCATION}" (string): NoSuchKey: No.`,
    });
  });

  it('may refer to secrets, which no log shows', async () => {
    const secret = 'arn:aws:secretsmanager:us-east-1:123456789012:secret:shop-AbCdEf';
    await using target = await serveMetrics(gauges);
    stores.secrets.set(secret, '{"token":"hunter2"}');
    const [job] = JSON.parse(documentFor(target.address)).scrape_configs;
    const bearer = { ...job, bearer_token: `aws:secretsmanager:${secret}:token` };
    stores.objects.set(KEY, documentFor(target.address, { scrape_configs: [bearer] }));
    await using lambda = await startFunction({
      ...environmentFor(aws),
      ...stores.env,
      FARGAUGE_CONFIG: LOCATION,
      POWERTOOLS_LOG_LEVEL: 'DEBUG',
    });
    expect(await lambda.invoke()).toMatchObject({ result: { deliveries: [{ events: 2 }] } });
    expect(stores.requests).toContain(`GetSecretValue ${secret} 200`);
    const { stdout, stderr } = await lambda.end();
    expect(stdout + stderr).not.toContain('hunter2');
  });
});
