/**
 * A collector in a process of its own, which kills itself at a point of a cycle. Its one argument is a `Life` as JSON.
 */

import { open, readFile, rename, writeFile } from 'node:fs/promises';
import { CloudWatchLogsClient, PutLogEventsCommand } from '@aws-sdk/client-cloudwatch-logs';
import { loadConfig } from '../../lambda/config/load.ts';
import type { Output } from '../../lambda/model/delivery/event.ts';
import type { LogsSender } from '../../lambda/outputs/cloudwatch-logs/api.ts';
import { cloudWatchLogsOutput } from '../../lambda/outputs/cloudwatch-logs/cloudwatch-logs.ts';
import { type Files, fileStore } from '../../lambda/state/file.ts';
import { lockFile } from '../../lambda/state/file-lock.ts';
import type { StatePlace } from '../../lambda/state/place.ts';
import { s3Store } from '../../lambda/state/s3.ts';
import { type S3Api, s3Api } from '../../lambda/state/s3-api.ts';
import { StoredState } from '../../lambda/state/stored.ts';
import { assemble } from '../../lambda/wiring/assemble.ts';

/** Where in a cycle the process dies. The delivery has one batch for each target, one after the other. */
export type Point =
  | 'before the delivery'
  | 'before the first batch was answered'
  | 'between two batches'
  | 'after the delivery'
  | 'before the write'
  | 'in the middle of the write'
  | 'before the new file has its name'
  | 'before the write was answered'
  | 'after the write';

/** What one process is to do. */
export interface Life {
  /** Whole cycles, before the one in which it dies. */
  readonly cycles: number;
  /** Absent: it does not die. */
  readonly point?: Point | undefined;
  readonly targets: readonly string[];
  /** Of the stand-in for CloudWatch Logs. */
  readonly logs: string;
  readonly place: StatePlace;
  /** Of S3. */
  readonly s3?: string | undefined;
}

const TIMEOUT_MS = 20_000;

const AWS = { region: 'us-east-1', credentials: { accessKeyId: 'test', secretAccessKey: 'test' } };

const life: Life = JSON.parse(process.argv[2] ?? '');
let dying = false;

/** The process ends here if this is where it is to die. SIGKILL leaves nothing a chance to be tidied up. */
function pass(point: Point): void {
  if (dying && life.point === point) process.kill(process.pid, 'SIGKILL');
}

const files: Files = {
  open: (async (...given: Parameters<typeof open>) => {
    pass('after the write');
    return open(...given);
  }) as typeof open,
  readFile,
  rename: async (from, to) => {
    pass('before the new file has its name');
    await rename(from, to);
  },
  writeFile: async (path, bytes, options) => {
    pass('before the write');
    const whole = bytes as Uint8Array;
    if (dying && life.point === 'in the middle of the write') {
      await writeFile(path, whole.subarray(0, whole.length / 2));
      pass('in the middle of the write');
    }
    await writeFile(path, whole, options);
  },
};

function dyingS3(s3: S3Api): S3Api {
  return {
    getObject: (...given) => s3.getObject(...given),
    putObject: async (...given) => {
      pass('before the write');
      const answer = await s3.putObject(...given);
      pass('before the write was answered');
      return answer;
    },
  };
}

function dyingLogs(client: LogsSender): LogsSender {
  let batches = 0;
  const send = async (command: never, options: never) => {
    const delivers = (command as unknown) instanceof PutLogEventsCommand;
    if (delivers && dying) {
      batches += 1;
      pass(batches === 1 ? 'before the delivery' : 'between two batches');
    }
    const answer = await client.send(command, options);
    if (delivers) pass('before the first batch was answered');
    return answer;
  };
  return { send } as LogsSender;
}

function dyingAtTheEnd(output: Output): Output {
  return {
    name: output.name,
    open: (signal) => {
      const delivery = output.open(signal);
      return {
        write: (events) => delivery.write(events),
        ready: () => delivery.ready(),
        close: async () => {
          const report = await delivery.close();
          pass('after the delivery');
          return report;
        },
      };
    },
  };
}

const { place, targets } = life;
if (place.kind === 'file') await lockFile(place.path);
const store =
  place.kind === 'file'
    ? fileStore(place.path, files)
    : s3Store(dyingS3(s3Api({ ...AWS, endpoint: life.s3 })), place);
const configuration = {
  log_group_name: '/crash',
  // A job each, for each has a log stream of its own and so a batch of its own.
  scrape_configs: targets.map((target, index) => ({
    job_name: `shop ${index}`,
    static_configs: [{ targets: [target] }],
  })),
  emf_processor: {
    metric_namespace: 'Shop',
    metric_declaration: [
      { source_labels: ['job'], dimensions: [['job']], metric_selectors: ['^orders_total$'] },
    ],
  },
};
const config = await loadConfig({
  env: { FARGAUGE_CONFIG: JSON.stringify(configuration) },
  readFile: (path) => readFile(path, 'utf8'),
});
const client = new CloudWatchLogsClient({ ...AWS, endpoint: life.logs });
const collector = assemble({
  config,
  clientsOf: () => {
    throw new Error('expected no discovery');
  },
  outputsFor: () => [
    dyingAtTheEnd(cloudWatchLogsOutput({ client: dyingLogs(client), concurrency: 1 })),
  ],
  state: new StoredState(store, Date.now),
});
const lives = life.point === undefined ? life.cycles : life.cycles + 1;
for (let cycle = 0; cycle < lives; cycle++) {
  dying = cycle === life.cycles;
  const { targets: counts, deliveries, state } = await collector.collect(TIMEOUT_MS);
  const problems = [...deliveries.flatMap(({ errors }) => errors), ...state.errors];
  if (counts.down > 0 || problems.length > 0) throw new Error(`${counts.down} ${problems}`);
}
client.destroy();
process.exit();
