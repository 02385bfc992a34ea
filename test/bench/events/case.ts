import { Readable } from 'node:stream';
import { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';
import { HttpResponse } from '@smithy/core/protocols';
import { decodeText, textMemory } from '../../../lambda/decode/text/decoder.ts';
import { encode } from '../../../lambda/emf/encode.ts';
import { groupsOf } from '../../../lambda/grouping/grouping.ts';
import type { LogEvent } from '../../../lambda/model/delivery/event.ts';
import { Drops } from '../../../lambda/model/samples/drops.ts';
import type { Publications } from '../../../lambda/model/samples/publication.ts';
import { labelsOf } from '../../../lambda/model/samples/sample.ts';
import type { Target } from '../../../lambda/model/targets/target.ts';
import { cloudWatchLogsOutput } from '../../../lambda/outputs/cloudwatch-logs/cloudwatch-logs.ts';
import { convert } from '../../../lambda/series/convert.ts';
import { Labeller } from '../../../lambda/series/label.ts';
import { encodeState } from '../../../lambda/state/format.ts';
import { MemoryState } from '../../../lambda/state/memory.ts';
import { answerParent } from '../answer-parent.ts';
import { generateExposition } from '../generated-exposition.ts';
import { STAGES, type Stage } from './stages.ts';

/** With 1,000 series each. */
const TARGETS = 100;

const WARM_UP = 6;
const ROUNDS = 9;

const NOW = Date.UTC(2026, 0, 1);
const MINUTE = 60_000;

/** All targets together have a million series only in a cycle of ten times as many. */
const STATE_BYTES = 2 ** 30;

/** What a rule that selects everything gives each sample. */
const PUBLICATIONS: Publications = [
  {
    namespace: 'Bench',
    dimensions: [
      ['job', 'method'],
      ['job', 'method', 'route', 'status'],
    ],
    storageResolution: 60,
    rate: false,
  },
];

/** CPU seconds for a million samples, round by round, and bytes. */
export interface EventsFigures {
  readonly seconds: Readonly<Record<Stage, readonly number[]>>;
  /** Of the requests to CloudWatch Logs. */
  readonly sent: number;
}

answerParent(async (): Promise<EventsFigures> => {
  const memory = textMemory();
  const pages = Array.from({ length: TARGETS }, (_, index) =>
    [0, 1].map((minute) => Buffer.from(generateExposition(index, minute))),
  );
  const targets = pages.map((_, index) => {
    const labels = labelsOf({ job: 'shop', instance: `10.0.3.${index}:8080` });
    return {
      id: `logs\n${index}`,
      labels,
      honorLabels: false,
      metricRelabeling: [],
    } as unknown as Target;
  });
  const state = new MemoryState(undefined, STATE_BYTES);
  const logs = new AnsweringLogs();
  const output = cloudWatchLogsOutput({ client: logs.client });
  const spent = Object.fromEntries(STAGES.map((stage) => [stage, 0])) as Record<Stage, number>;
  const timed = async <T>(stage: Stage, work: () => T | Promise<T>): Promise<T> => {
    const start = process.cpuUsage();
    const result = await work();
    const { user, system } = process.cpuUsage(start);
    spent[stage] += user + system;
    return result;
  };
  const cycle = async (minute: number) => {
    const scrapedAt = NOW + minute * MINUTE;
    state.see(targets, scrapedAt);
    const delivery = output.open(new AbortController().signal);
    for (const [index, target] of targets.entries()) {
      const page = pages[index]?.[minute % 2] ?? Buffer.alloc(0);
      const { samples } = await timed('decoding', () => decodeText(page, memory));
      const selected = await timed('labels', () =>
        Array.from(new Labeller(target, undefined).label(samples), (sample) => ({
          ...sample,
          publications: PUBLICATIONS,
        })),
      );
      const past = state.of(target.id);
      const comparison = { scrapedAt, overlapMs: 0, past, firstSample: 'auto' as const };
      const { points, updates } = await timed('values', () =>
        convert(selected, comparison, new Drops()),
      );
      const groups = await timed('groups', () => groupsOf(points, new Drops()));
      const events = await timed('events', () =>
        encode(groups, { units: UNITS }, () => PLACE, new Drops()),
      );
      await timed('delivery', () => delivered(delivery, events));
      await timed('commit', () =>
        state.commit(target.id, { updates, scrapedAt, cursor: undefined }),
      );
    }
    await timed('delivery', () => delivery.close());
    state.advance({ now: scrapedAt, completedAt: scrapedAt });
    await timed('state', () => encodeState(state.snapshot));
  };
  const seconds = Object.fromEntries(STAGES.map((stage) => [stage, []])) as unknown as Record<
    Stage,
    number[]
  >;
  for (let round = 0; round < WARM_UP + ROUNDS; round++) {
    for (const stage of STAGES) spent[stage] = 0;
    logs.bytes = 0;
    await cycle(round);
    if (round < WARM_UP) continue;
    for (const stage of STAGES) seconds[stage].push(spent[stage] / TARGETS / 1e3);
  }
  return { seconds, sent: (logs.bytes * 1_000) / TARGETS };
});

const UNITS: ReadonlyMap<string, string> = new Map();
const PLACE = { logGroup: '/bench', logStream: 'shop' };

type Delivery = ReturnType<ReturnType<typeof cloudWatchLogsOutput>['open']>;

async function delivered(delivery: Delivery, events: readonly LogEvent[]): Promise<void> {
  await delivery.ready();
  void delivery.write(events);
}

/** The client of the SDK, whose requests are answered in the same process: what the network takes is not measured. */
class AnsweringLogs {
  bytes = 0;
  readonly client = new CloudWatchLogsClient({
    region: 'us-east-1',
    credentials: { accessKeyId: 'bench', secretAccessKey: 'bench' },
    requestHandler: { handle: (request: { body: Uint8Array | string }) => this.#answer(request) },
    maxAttempts: 1,
  });

  async #answer({ body }: { body: Uint8Array | string }) {
    this.bytes += body.length;
    const headers = { 'content-type': 'application/x-amz-json-1.1' };
    const answer = Readable.from([Buffer.from('{}')]);
    return { response: new HttpResponse({ statusCode: 200, headers, body: answer }) };
  }
}
