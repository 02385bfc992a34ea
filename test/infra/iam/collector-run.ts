import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Aws, startAws } from '../../../cli/demo/aws/server.ts';
import { serveMetrics } from '../../cli/target.ts';
import { startStores } from '../../config/sources/stores.ts';
import type { FunctionPool } from '../../handler/function-pool.ts';
import {
  type FunctionProcess,
  type LogLine,
  type ShardAnswer,
  startFunction,
} from '../../handler/function-process.ts';
import { PATIENCE } from '../../handler/patience.ts';
import type { Certificates } from '../../scrape/http/certificates.ts';
import { type S3Server, startS3 } from '../../state/s3-server.ts';
import { type CollectorCase, OWN } from './collector-cases.ts';
import type { DeployedCollector, DeployedFunction } from './deployed-collector.ts';
import { type Gate, startGate } from './evaluation/gate.ts';
import type { Statement } from './evaluation/policy.ts';
import type { ObjectsBeside, Situation } from './situations.ts';
import { fillCluster } from './world.ts';

const EXPOSITION =
  '# TYPE ee_task_cpu_utilization_percent gauge\nee_task_cpu_utilization_percent 50\n';

/** What all runs share. */
export interface RunSurroundings {
  readonly functions: FunctionPool;
  /** A folder for what a run writes. */
  readonly folder: string;
  /** What receivers show; absent where no certificates can be made. */
  readonly certificates: Certificates | undefined;
}

/** What came of the cycles of a situation. They end with the one in which something was denied. */
export interface CollectorRun extends Pick<Gate, 'asked' | 'denied'> {
  /** Of each invocation. */
  readonly answers: readonly ShardAnswer[];
  /** What the functions say at the levels WARN and ERROR. */
  readonly complaints: readonly LogLine[];
}

/** What the functions of a run have around them. */
interface Surrounded {
  readonly aws: Aws;
  readonly s3: S3Server;
  readonly gate: Gate;
  readonly stopTask: () => Promise<void>;
}

/**
 * Runs a collector as it is deployed, each function in a process of its own, against stand-ins that decide by policies.
 *
 * @param policies what the principal of an account may do, by account
 */
export async function runCollector(
  given: CollectorCase,
  collector: DeployedCollector,
  policies: ReadonlyMap<string, readonly Statement[]>,
  situation: Situation,
  { functions: pool, folder, certificates }: RunSurroundings,
): Promise<CollectorRun> {
  const { objects = {}, parameters = {}, secrets = {}, hasReceivers = false } = given;
  await using started = new AsyncDisposableStack();
  const aws = started.adopt(await startAws(OWN), (each) => each.close());
  const s3 = started.use(await startS3());
  const stores = started.use(await startStores());
  const { stopTask } = await fill(aws, given, collector, started);
  for (const [name, text] of Object.entries(objects)) s3.objects.set(name, Buffer.from(text));
  for (const [name, text] of Object.entries(parameters)) stores.parameters.set(name, text);
  for (const [arn, text] of Object.entries(secrets)) stores.secrets.set(arn, text);
  store(s3, collector, await situation.stored());

  const functions = [collector, ...(collector.discovery ? [collector.discovery] : [])];
  const arns = new Map(functions.map(({ functionArn }, index) => [keyOf(index), functionArn]));
  const gate = started.use(
    await startGate({
      aws: aws.url,
      s3: s3.url,
      stores: stores.url,
      accountOf: (key) => aws.roles.accountOf(key) ?? OWN.account,
      policyOf: (account) => policies.get(account),
      contextOf: (_account, key) => {
        const functionArn = arns.get(key);
        return functionArn === undefined ? {} : { 'lambda:SourceFunctionArn': functionArn };
      },
      encryptionKeys: collector.encryptionKeys,
      receivers: hasReceivers ? certificates?.server : undefined,
    }),
  );
  const proxy = hasReceivers && certificates ? await proxied(gate, folder, certificates) : {};
  const start = ({ environment }: DeployedFunction, index: number) => {
    const env = {
      ...environment,
      AWS_REGION: OWN.region,
      AWS_ENDPOINT_URL: gate.url,
      AWS_ACCESS_KEY_ID: keyOf(index),
      AWS_SECRET_ACCESS_KEY: 'test',
      // No answer is late here but for the machine's load, and a late one would look like a permission that is missing.
      [PATIENCE]: '20',
      ...proxy,
    };
    // Node.js looks for proxies and certificates when it starts.
    return Object.keys(proxy).length > 0 ? startFunction(env) : pool.start(env);
  };
  const processes = await Promise.all(functions.map(start));
  const surrounded = { aws, s3, gate, stopTask };
  const answers = await cycles(processes, collector, situation, surrounded);
  const written = await Promise.all(processes.map((each) => each.end()));
  return {
    answers,
    asked: gate.asked,
    denied: gate.denied,
    complaints: written.flatMap(({ log }) => log).filter(({ level }) => level !== 'INFO'),
  };
}

/** The key of the credentials of each function. */
function keyOf(index: number): string {
  return `function-${index}`;
}

/** Fills the clusters of a case, and the rest of what AWS has of it. */
async function fill(
  aws: Aws,
  { clusters = [], roles = [], foreignLogGroups = [] }: CollectorCase,
  { logGroups }: DeployedCollector,
  started: AsyncDisposableStack,
): Promise<Pick<Surrounded, 'stopTask'>> {
  for (const group of [...logGroups, ...foreignLogGroups]) aws.logs.putGroup(group);
  for (const role of roles) aws.roles.put(role);
  let stopTask = async () => {};
  for (const cluster of [...clusters, { name: 'prod' }]) {
    const tasks = [
      await serveMetrics(() => EXPOSITION),
      await serveMetrics(() => EXPOSITION),
    ] as const;
    const { stopOnInstance } = fillCluster(aws, OWN, cluster, [tasks[0].port, tasks[1].port]);
    started.use(tasks[0]);
    let ended: Promise<void> | undefined;
    const end = async () => {
      ended ??= Promise.resolve(tasks[1][Symbol.asyncDispose]());
      await ended;
    };
    started.defer(end);
    stopTask = async () => {
      stopOnInstance();
      await end();
    };
  }
  return { stopTask };
}

/** The cycles of a situation. */
async function cycles(
  processes: readonly FunctionProcess[],
  deployed: DeployedCollector,
  { further, aTaskStops }: Situation,
  { s3, gate, stopTask }: Surrounded,
): Promise<readonly ShardAnswer[]> {
  const failed = processes.map(({ loaded }) => loaded).filter(({ kind }) => kind !== 'ready');
  if (failed.length > 0) return failed as ShardAnswer[];
  const [collector, discovery] = processes as [FunctionProcess, FunctionProcess?];
  const answers: ShardAnswer[] = [];
  for (const [index, stored] of [{}, ...further].entries()) {
    if (gate.denied.length > 0) break;
    if (index > 0) anotherMinute(s3, deployed);
    store(s3, deployed, stored);
    const beforeScrapes = aTaskStops && index === 0 ? stopTask : undefined;
    answers.push(
      ...(discovery === undefined
        ? [(await collector.invoke()) as ShardAnswer]
        : await cycleOfShards(discovery, collector, beforeScrapes)),
    );
  }
  return answers;
}

/** As the state machine does it; one environment collects both shards. */
export async function cycleOfShards(
  discovery: FunctionProcess,
  collector: FunctionProcess,
  beforeScrapes: () => Promise<void> = async () => {},
): Promise<readonly ShardAnswer[]> {
  const begun = await discovery.invokeWith('discover', {});
  if (begun.kind !== 'result') return [begun];
  await beforeScrapes();
  const { cycle, shards } = begun.result as { cycle: object; shards: readonly object[] };
  const answers: ShardAnswer[] = [begun];
  for (const shard of shards) {
    answers.push(await collector.invokeWith('handler', { ...shard, cycle }));
  }
  return answers;
}

/** The time of the cycle before is over. */
export function anotherMinute(
  { objects }: S3Server,
  { stateObject }: Pick<DeployedCollector, 'stateObject'>,
): void {
  const name = `${stateObject}/manifest.json`;
  const manifest = objects.get(name);
  if (manifest === undefined) return;
  objects.set(
    name,
    Buffer.from(JSON.stringify({ ...JSON.parse(manifest.toString()), endsBy: Date.now() })),
  );
}

function store(
  { objects, writtenAt }: S3Server,
  { stateObject }: DeployedCollector,
  more: ObjectsBeside,
): void {
  for (const [name, bytes] of Object.entries(more)) {
    objects.set(`${stateObject}${name}`, Buffer.from(bytes));
    writtenAt.set(`${stateObject}${name}`, Date.now());
  }
}

/** What leads https to the gate, and makes the function trust it. */
export async function proxied(
  { url }: Gate,
  folder: string,
  { authority }: Certificates,
): Promise<Record<string, string>> {
  const trusted = join(folder, 'authority.crt');
  await writeFile(trusted, authority.cert);
  return { NODE_USE_ENV_PROXY: '1', HTTPS_PROXY: url, NODE_EXTRA_CA_CERTS: trusted };
}
