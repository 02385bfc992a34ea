import { Writable } from 'node:stream';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { Collector } from '../../../lambda/collect.ts';
import type { AnyOutput } from '../../../lambda/model/delivery/any-output.ts';
import { labelsOf } from '../../../lambda/model/samples/sample.ts';
import { cloudWatchLogsOutput } from '../../../lambda/outputs/cloudwatch-logs/cloudwatch-logs.ts';
import { cloudWatchMetricsOutput } from '../../../lambda/outputs/cloudwatch-metrics/cloudwatch-metrics.ts';
import { fileOutput } from '../../../lambda/outputs/file.ts';
import { otlpOutput } from '../../../lambda/outputs/otlp/otlp.ts';
import { systemRuntime } from '../../../lambda/outputs/push/runtime.ts';
import { remoteWriteOutput } from '../../../lambda/outputs/remote-write/remote-write.ts';
import type { CycleReport } from '../../../lambda/report/report.ts';
import { MemoryState } from '../../../lambda/state/memory.ts';
import { requestOf } from '../../cloudwatch/requests.ts';
import { putRequestOf } from '../../outputs/events.ts';
import { readExportRequest } from '../../outputs/otlp/export-request.ts';
import { CREDENTIALS } from '../../outputs/push/receiver.ts';
import { readWriteRequest } from '../../outputs/remote-write/write-request.ts';
import { counter, MINUTE, target } from '../../series/samples.ts';
import { configWith, declarationOf, fixedDiscovery, scriptedScraper } from '../parts.ts';
import { SimulatedTime } from '../simulated-time.ts';

/** More than are scraped at a time, so that one that waits for room keeps others from being scraped. */
const TARGETS = 130;

/** Milliseconds of a cycle: longer than the patience with an output that does not answer. */
const CYCLE_MS = 8_000;

const KINDS = ['cloudwatch-logs', 'cloudwatch_metrics', 'file', 'remote_write', 'otlp'] as const;
const MODES = ['hangs', 'fails'] as const;

type Kind = (typeof KINDS)[number];
type Mode = (typeof MODES)[number];

/** A real output, and a place behind it that may be out of order. */
class Destination {
  readonly output: AnyOutput;
  /** By target: the differences that came, or of an output that takes samples the values. */
  readonly received = new Map<string, number[]>();
  mode: Mode | undefined;
  /** Called when there was something of each target, once a cycle. */
  onWhole = (): void => {};
  readonly #now: () => number;
  #seen = new Set<string>();

  /** What came of each target, all of which are alike. */
  get ofEachTarget(): readonly string[] {
    expect(this.received.size).toBe(TARGETS);
    return [...new Set(Array.from(this.received.values(), String))];
  }

  /** @param now milliseconds since the epoch */
  constructor(kind: Kind, now: () => number) {
    this.#now = now;
    this.output = this.#outputOf(kind);
  }

  begin(mode: Mode | undefined): void {
    this.mode = mode;
    this.#seen = new Set();
  }

  #outputOf(kind: Kind): AnyOutput {
    switch (kind) {
      case 'cloudwatch-logs':
        // Room for a part of the targets only.
        return cloudWatchLogsOutput({
          client: {
            send: (command: unknown, options: unknown) => this.#put(command, options),
          } as never,
          maxAttempts: 1,
          maxBufferedBytes: 5_000,
        });
      case 'cloudwatch_metrics':
        return cloudWatchMetricsOutput(
          {
            name: kind,
            url: 'http://localhost/',
            sigv4: { region: 'eu-central-1', credentials: async () => CREDENTIALS },
          },
          {
            ...systemRuntime,
            now: this.#now,
            fetch: (_, init) => this.#post(init, putValues),
          },
        );
      case 'file':
        return fileOutput('/nonexistent/file', () => this.#file());
      case 'remote_write':
        return remoteWriteOutput(
          { name: kind, url: 'http://localhost/write' },
          {
            ...systemRuntime,
            now: this.#now,
            fetch: (_, init) => this.#post(init, writtenSamples),
          },
        );
      case 'otlp':
        return otlpOutput(
          { name: kind, url: 'http://localhost/v1/metrics' },
          {
            ...systemRuntime,
            now: this.#now,
            fetch: (_, init) => this.#post(init, exportedSamples),
          },
        );
    }
  }

  async #put(command: unknown, options: unknown): Promise<object> {
    const { logEvents = [] } = putRequestOf(command);
    if (this.mode === 'hangs') await aborted((options as { abortSignal: AbortSignal }).abortSignal);
    if (this.mode === 'fails') {
      throw Object.assign(new Error('broken'), { $metadata: { httpStatusCode: 400 } });
    }
    for (const { message } of logEvents) this.#takeLine(message ?? '');
    return {};
  }

  #file(): Writable {
    return new Writable({
      highWaterMark: 100,
      decodeStrings: false,
      write: (lines: string, _encoding, done) => {
        if (this.mode === 'hangs') return;
        if (this.mode === 'fails') {
          done(new Error('broken'));
          return;
        }
        for (const line of lines.split('\n').filter(Boolean)) this.#takeLine(line);
        done();
      },
    });
  }

  async #post(init: RequestInit, read: typeof writtenSamples): Promise<Response> {
    if (this.mode === 'hangs') await aborted(init.signal!);
    if (this.mode === 'fails') return new Response('broken', { status: 400 });
    for (const [instance, value] of read(init.body as Buffer)) this.#take(instance, value);
    return new Response(null, { status: 200 });
  }

  #takeLine(message: string): void {
    const { instance, requests_total: value } = JSON.parse(message);
    this.#take(instance, value);
  }

  #take(instance: string, value: number): void {
    const values = this.received.get(instance) ?? [];
    values.push(value);
    this.received.set(instance, values);
    this.#seen.add(instance);
    if (this.#seen.size === TARGETS) this.onWhole();
  }
}

function writtenSamples(body: Uint8Array): [string, number][] {
  return readWriteRequest(body).flatMap(({ labels, samples }) =>
    samples.map(
      ({ value }) => [Object.fromEntries(labels).instance ?? '', value] as [string, number],
    ),
  );
}

/** Of a metric by its job, which each target has for itself. */
function putValues(body: Uint8Array): [string, number][] {
  return requestOf({ body: body as Buffer }).MetricData.map(({ Dimensions, Values }) => [
    Dimensions?.find(({ Name }) => Name === 'instance')?.Value ?? '',
    Values[0] ?? Number.NaN,
  ]);
}

function exportedSamples(body: Uint8Array): [string, number][] {
  return readExportRequest(body).map(({ resource, value = Number.NaN }) => [
    resource['service.instance.id'] ?? '',
    value,
  ]);
}

/** Rejects when the signal is aborted, as a request does. */
function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    const abort = () => reject(new DOMException('aborted', 'AbortError'));
    if (signal.aborted) abort();
    else signal.addEventListener('abort', abort);
  });
}

/** What became of one pair of outputs, of which the first one was out of order in the third of four cycles. */
interface Outcome {
  readonly broken: Destination;
  readonly other: Destination;
  /** What came first in the third cycle: that the other output had all targets, or that the cycle was over. */
  readonly order: readonly string[];
  readonly report: CycleReport;
}

async function outcomeOf(brokenKind: Kind, mode: Mode, otherKind: Kind): Promise<Outcome> {
  using time = new SimulatedTime(0.01);
  let cycle = 0;
  const now = () => cycle * MINUTE;
  const broken = new Destination(brokenKind, now);
  const other = new Destination(otherKind, now);
  const targets = Array.from({ length: TARGETS }, (_, index) =>
    target({ id: `app ${index}`, labels: labelsOf({ job: 'app', instance: `app-${index}` }) }),
  );
  const collector = new Collector({
    config: configWith({ declarations: [declarationOf({ dimensions: [['instance']] })] }),
    discovery: fixedDiscovery(targets),
    scraper: scriptedScraper(now, () => [
      { series: counter('requests_total'), value: 100 + 10 * cycle },
    ]),
    state: new MemoryState(),
    outputs: [broken.output, other.output],
    now,
  });
  const order: string[] = [];
  const reports: CycleReport[] = [];
  for (cycle = 1; cycle <= 4; cycle++) {
    const isThird = cycle === 3;
    broken.begin(isThird ? mode : undefined);
    other.begin(undefined);
    other.onWhole = () => isThird && order.push('the other has all');
    reports.push(await time.passUntil(collector.collect(CYCLE_MS)));
    if (isThird) order.push('the cycle is over');
  }
  return { broken, other, order, report: reports[2]! };
}

const PAIRS = KINDS.flatMap((broken) =>
  MODES.flatMap((mode) =>
    KINDS.filter((other) => other !== broken).map((other) => [broken, mode, other] as const),
  ),
);

describe.each(PAIRS)('%s that %s, beside %s', (brokenKind, mode, otherKind) => {
  let outcome: Outcome;

  beforeAll(async () => {
    outcome = await outcomeOf(brokenKind, mode, otherKind);
  });

  it('does not delay it', () => {
    expect(outcome.order).toEqual(['the other has all', 'the cycle is over']);
    expect(outcome.report.targets).toMatchObject({ up: TARGETS, down: 0 });
  });

  it('doubles nothing of it, and has what it missed as far as differences can bring it', () => {
    const hasDifferences = (kind: Kind) => kind !== 'remote_write' && kind !== 'otlp';
    expect(outcome.other.ofEachTarget).toEqual([
      hasDifferences(otherKind) ? '10,10,10' : '110,120,130,140',
    ]);
    expect(outcome.broken.ofEachTarget).toEqual([
      hasDifferences(brokenKind) ? '10,20' : '110,120,140',
    ]);
  });

  it('is reported apart from it', () => {
    const [broken, other] = outcome.report.deliveries;
    const rejected = Object.values(broken?.rejected ?? {}).reduce((sum, count) => sum + count, 0);
    expect(rejected).toBe(TARGETS);
    expect(broken?.errors).not.toEqual([]);
    expect(other).toMatchObject({ metrics: TARGETS, rejected: {}, errors: [] });
  });
});
