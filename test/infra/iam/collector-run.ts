import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { startAws } from '../../../cli/demo/aws/server.ts';
import { serveMetrics } from '../../cli/target.ts';
import { startStores } from '../../config/stores.ts';
import { type Answer, type LogLine, startFunction } from '../../handler/function-process.ts';
import type { Certificates } from '../../scrape/certificates.ts';
import { startS3 } from '../../state/s3-server.ts';
import { type CollectorCase, OWN } from './collector-cases.ts';
import type { DeployedCollector } from './deployed-collector.ts';
import { type Gate, startGate } from './gate.ts';
import type { Statement } from './policy.ts';
import { fillCluster } from './world.ts';

const EXPOSITION =
  '# TYPE ee_task_cpu_utilization_percent gauge\nee_task_cpu_utilization_percent 50\n';

/** What the function was before the cycle: new, or one whose state cannot be understood. */
export const SITUATIONS = ['no state', 'a broken state'] as const;

export type Situation = (typeof SITUATIONS)[number];

/** What all runs share. */
export interface RunSurroundings {
  /** The bundle of the function. */
  readonly file: string;
  /** A folder for what a run writes. */
  readonly folder: string;
  /** What receivers show; absent where no certificates can be made. */
  readonly certificates: Certificates | undefined;
}

/** What came of one cycle. */
export interface CollectorRun extends Pick<Gate, 'asked' | 'denied'> {
  readonly answer: Answer;
  /** What the function says at the levels WARN and ERROR. */
  readonly complaints: readonly LogLine[];
}

/**
 * Runs one cycle of a collector as it is deployed, in a process of its own, against stand-ins that decide by policies.
 *
 * @param policies what the principal of an account may do, by account
 */
export async function runCollector(
  {
    clusters = [],
    roles = [],
    objects = {},
    parameters = {},
    secrets = {},
    ...given
  }: CollectorCase,
  collector: DeployedCollector,
  policies: ReadonlyMap<string, readonly Statement[]>,
  situation: Situation,
  { file, folder, certificates }: RunSurroundings,
): Promise<CollectorRun> {
  await using started = new AsyncDisposableStack();
  const aws = started.adopt(await startAws(OWN), (each) => each.close());
  const s3 = started.use(await startS3());
  const stores = started.use(await startStores());
  for (const group of collector.logGroups) aws.logs.putGroup(group);
  for (const role of roles) aws.roles.put(role);
  for (const cluster of [{ name: 'prod' }, ...clusters]) {
    const tasks = [
      await serveMetrics(() => EXPOSITION),
      await serveMetrics(() => EXPOSITION),
    ] as const;
    for (const task of tasks) started.use(task);
    fillCluster(aws, OWN, cluster, [tasks[0].port, tasks[1].port]);
  }
  for (const [name, text] of Object.entries(objects)) s3.objects.set(name, Buffer.from(text));
  for (const [name, text] of Object.entries(parameters)) stores.parameters.set(name, text);
  for (const [arn, text] of Object.entries(secrets)) stores.secrets.set(arn, text);
  if (situation === 'a broken state') s3.objects.set(collector.stateObject, Buffer.from('broken'));

  const gate = started.use(
    await startGate({
      aws: aws.url,
      s3: s3.url,
      stores: stores.url,
      accountOf: (key) => aws.roles.accountOf(key) ?? OWN.account,
      policyOf: (account) => policies.get(account),
      contextOf: (account) =>
        account === OWN.account ? { 'lambda:SourceFunctionArn': collector.functionArn } : {},
      encryptionKeys: collector.encryptionKeys,
      receivers: given.hasReceivers && certificates?.server,
    }),
  );
  const lambda = await startFunction(
    {
      ...collector.environment,
      AWS_REGION: OWN.region,
      AWS_ENDPOINT_URL: gate.url,
      AWS_ACCESS_KEY_ID: 'test',
      AWS_SECRET_ACCESS_KEY: 'test',
      ...(given.hasReceivers && certificates && (await proxied(gate, folder, certificates))),
    },
    file,
  );
  const answer = lambda.loaded.kind === 'ready' ? await lambda.invoke() : lambda.loaded;
  const { log } = await lambda.end();
  return {
    answer,
    asked: gate.asked,
    denied: gate.denied,
    complaints: log.filter(({ level }) => level !== 'INFO'),
  };
}

/** What leads https to the gate, and makes the function trust it. */
async function proxied(
  { url }: Gate,
  folder: string,
  { authority }: Certificates,
): Promise<Record<string, string>> {
  const trusted = join(folder, 'authority.crt');
  await writeFile(trusted, authority.cert);
  return { NODE_USE_ENV_PROXY: '1', HTTPS_PROXY: url, NODE_EXTRA_CA_CERTS: trusted };
}
