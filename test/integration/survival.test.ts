import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { CycleReport } from '../../lambda/report/report.ts';
import { type Aws, CREDENTIALS, startAws } from './support/aws/aws.ts';
import { listLogGroups, readLogGroup } from './support/aws/log-group.ts';
import type { Child } from './support/child.ts';
import { extractMetrics } from './support/emf.ts';
import { bodyOf, type Listening, listen } from './support/http.ts';
import { type Line, layLine } from './support/line.ts';
import { LIBFAKETIME } from './support/places.ts';
import { installService, type Service } from './support/service.ts';

const GROUP = 'shop';
const HOUR = 3_600_000;

/** Series beside the counter: 1 MB of events in each cycle. */
const OTHERS = 4_000;

/** Cycles of an outage: an hour of one a minute. */
const OUTAGE_CYCLES = 60;

/** Cycles after which V8 has the heap that it keeps: its size grows for about 30. */
const WARM_UP_CYCLES = 40;

/** Events that were kept from then on would be 60 MB of text, and as much again in objects. */
const LEAK_BYTES = 40_000_000;

let started: AsyncDisposableStack;
let aws: Aws;
let line: Line;
let target: Listening;
let service: Service;
/** Of the counter: it grows by 7 before each scrape. */
let orders: number;
let others: string;
/** Called with the number of each scrape, before it is answered. */
let onScrape: (scrape: number) => void;

beforeEach(async () => {
  started = new AsyncDisposableStack();
  const folder = await mkdtemp(join(tmpdir(), 'fargauge-survival-'));
  started.defer(() => rm(folder, { recursive: true }));
  aws = started.use(await startAws());
  line = started.use(await layLine(aws.endpoint));
  orders = 1000;
  others = '';
  onScrape = () => {};
  let scrapes = 0;
  target = started.use(
    await listen(async (request, response) => {
      await bodyOf(request);
      scrapes += 1;
      orders += 7;
      onScrape(scrapes);
      response.writeHead(200, { 'content-type': 'text/plain; version=0.0.4' });
      response.end(`# TYPE orders_total counter\norders_total ${orders}\n${others}`);
    }),
  );
  const { accessKeyId: id, secretAccessKey: key } = CREDENTIALS;
  service = await installService(
    folder,
    JSON.stringify({
      log_group_name: GROUP,
      scrape_configs: [{ job_name: 'shop', static_configs: [{ targets: [target.address] }] }],
      emf_processor: {
        metric_namespace: 'Shop',
        metric_declaration: [
          { source_labels: ['job'], dimensions: [['job']], metric_selectors: ['^orders_total$'] },
        ],
      },
    }),
    `[fargauge]\naws_access_key_id = ${id}\naws_secret_access_key = ${key}\n`,
  );
});

afterEach(() => started.disposeAsync());

function begin(every: string, timeout: string, env: Readonly<Record<string, string>> = {}): Child {
  return started.use(
    service.start({
      every,
      args: ['--json', '--timeout', timeout],
      env: { AWS_ENDPOINT_URL: line.url, ...env },
    }),
  );
}

/** The reports of the cycles so far. */
function reportsOf(child: Child): CycleReport[] {
  const lines = child.stdout().split('\n').slice(0, -1);
  return lines.map((text) => JSON.parse(text) as CycleReport);
}

/** Resolves when a process has ended so many further cycles. */
async function cycles(child: Child, count: number): Promise<CycleReport[]> {
  const before = reportsOf(child).length;
  await child.says(new RegExp(`^(?:\\{.*\\n){${before + count},}`));
  return reportsOf(child).slice(before);
}

/** What CloudWatch was told that the counter grew by. */
async function published(): Promise<number[]> {
  if (!(await listLogGroups(aws.logs)).includes(GROUP)) return [];
  return (await readLogGroup(aws.logs, GROUP))
    .flatMap(({ message }) => (message.startsWith('{"_aws"') ? extractMetrics(message) : []))
    .flatMap(({ values }) => values);
}

const sumOf = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);

describe('the service', () => {
  it('counts on after it was killed in a pause, in a scrape, and ended, again and again', async () => {
    let first: number | undefined;
    onScrape = () => {
      first ??= orders;
    };
    for (const end of ['SIGKILL', 'in a scrape', 'SIGTERM', 'SIGKILL', 'in a scrape', 'SIGTERM']) {
      const child = begin('150ms', '20s');
      await cycles(child, 3);
      if (end === 'in a scrape') {
        onScrape = () => process.kill(child.pid, 'SIGKILL');
      } else process.kill(child.pid, end);
      const code = await child.ended;
      onScrape = () => {};
      expect(code).toBe(end === 'SIGTERM' ? 0 : null);
    }
    const last = begin('150ms', '20s');
    await cycles(last, 2);
    await last.stop();

    expect(sumOf(await published())).toBe(orders - first!);
  });

  it('has counters whole after an hour of cycles without a network, and its memory is bounded', async () => {
    const config = JSON.parse(await readFile(service.configuration, 'utf8'));
    config.emf_processor.log_unmatched = true;
    await writeFile(service.configuration, JSON.stringify(config));
    others = Array.from(
      { length: OTHERS },
      (_, index) => `queue_length{queue="${String(index).padStart(40, 'q')}"} ${index}\n`,
    ).join('');
    const child = begin('200ms', '1s');
    const resident = async () => {
      const status = await readFile(`/proc/${child.pid}/status`, 'utf8');
      return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]) * 1024;
    };
    await cycles(child, 3);

    await line.cut();
    await cycles(child, 1);
    const outage = await cycles(child, WARM_UP_CYCLES);
    const early = await resident();
    outage.push(...(await cycles(child, OUTAGE_CYCLES)));
    const late = await resident();
    await line.mend();
    await cycles(child, 4);
    await child.stop();

    for (const { deliveries, state, targets, durationMs } of outage) {
      expect(targets).toMatchObject({ up: 1, down: 0 });
      expect(deliveries).toMatchObject([{ events: 0 }]);
      for (const error of deliveries[0]?.errors ?? []) {
        expect(error).toMatch(
          /^PutLogEvents on log group "shop" (failed( until the deadline)?\. .*ECONNREFUSED|did not end by the deadline)/,
        );
      }
      expect(state).toMatchObject({ targets: 1, series: 1, errors: [] });
      expect(durationMs).toBeLessThan(1_500);
    }
    console.info(`resident: ${early} bytes after ${WARM_UP_CYCLES} cycles, ${late} at the end`);
    expect(late - early).toBeLessThan(LEAK_BYTES);
    const values = await published();
    // The first scrape only gives what the second is compared with.
    expect(sumOf(values)).toBe(orders - 1007);
    expect(Math.max(...values)).toBeGreaterThanOrEqual(7 * OUTAGE_CYCLES);
  }, 300_000);

  it('ends its cycles in time where the network swallows all that is sent', async () => {
    const child = begin('100ms', '1s');
    await cycles(child, 2);
    line.swallow();
    await cycles(child, 1);
    const outage = await cycles(child, 3);
    await line.mend();
    await cycles(child, 2);
    await child.stop();

    for (const { deliveries, durationMs } of outage) {
      expect(deliveries).toMatchObject([{ events: 0, rejected: { deadline: expect.any(Number) } }]);
      expect(deliveries[0]?.errors).toEqual([
        'PutLogEvents on log group "shop" did not end by the deadline',
      ]);
      expect(durationMs).toBeLessThan(1_500);
    }
    expect(sumOf(await published())).toBe(orders - 1007);
  });

  it('keeps its pace and its counters while the clock of the machine leaps', async () => {
    const clock = join(service.state, '../clock');
    const leap = (offset: string) => writeFile(clock, `${offset}\n`);
    await leap('+0');
    const child = begin('200ms', '20s', {
      LD_PRELOAD: LIBFAKETIME,
      FAKETIME_TIMESTAMP_FILE: clock,
      FAKETIME_NO_CACHE: '1',
      FAKETIME_DONT_FAKE_MONOTONIC: '1',
    });
    await cycles(child, 3);

    const seen: { leap: string; ahead: number; reports: CycleReport[]; took: number }[] = [];
    // moto says of too old events that they end one earlier than AWS does, so there is no leap of that kind.
    for (const offset of ['+1d', '+0', '-1h', '+0', '+1h', '+0', '-13d', '+0']) {
      await leap(offset);
      // The one that was under way.
      await cycles(child, 1);
      const began = performance.now();
      const reports = await cycles(child, 4);
      const took = performance.now() - began;
      seen.push({ leap: offset, ahead: reports.at(-1)!.startedAt - Date.now(), reports, took });
    }
    await child.stop();

    for (const { leap: offset, ahead, reports, took } of seen) {
      // Neither at once for all the time that was leapt over, nor not at all.
      expect(took).toBeGreaterThan(600);
      expect(took).toBeLessThan(10_000);
      expect(Math.abs(ahead) > HOUR / 2).toBe(offset !== '+0');
      for (const { deliveries } of reports) {
        const [{ rejected, errors } = { rejected: {}, errors: [] }] = deliveries;
        const isRefused = offset === '+1d';
        expect(rejected).toEqual(isRefused ? { too_new: 1 } : {});
        expect(errors).toEqual(
          isRefused
            ? [
                'PutLogEvents on log group "shop" rejected events: too_new, more than 2 hours ahead of its clock',
              ]
            : [],
        );
      }
    }
    expect(sumOf(await published())).toBe(orders - 1007);
  }, 120_000);
});
